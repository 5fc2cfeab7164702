import {
  type Browse,
  type CallContext,
  CONNECTION_PROPERTIES,
  type Connection,
  type ConnectorManifest,
  type ConnectorPlugin,
  type Constructor,
  type Document,
  type ExecutionContext,
  inject,
  injectable,
  isConnectorError,
  type JsonSchema,
  type Operation,
  type OperationDescriptor,
  type Properties,
} from '@connector-runtime/core';
import { ItemsClient } from '../reference/items/items-client.js';
import { ItemsConnection } from '../reference/items/items-connection.js';
import { CreateItems } from '../reference/items/items-operations.js';
import itemsPlugin from '../reference/items/items-plugin.js';
import { ItemsSession } from '../reference/items/items-session.js';

/** A reference plugin, broken in the one way that a check must find. */
export interface Mutant {
  readonly plugin: ConnectorPlugin;
  /** The module whose default export it is; needed where the check loads it in a process of its own. */
  readonly entry?: string;
  /** The manifest of its last release, where it is not its own. */
  readonly previous?: ConnectorManifest;
}

/** By the id of the check that must fail, or the id and a word (`ACC-01:totals`) where a check has more than one. */
export type Mutants = Readonly<Record<string, Mutant>>;

/** The check that the mutant must fail. */
export function checkIdOf(mutant: string): string {
  return mutant.split(':', 1)[0] ?? mutant;
}

type Send = Parameters<CreateItems['send']>;

export { itemsPlugin };

export function withManifest(change: Partial<ConnectorManifest>): Mutant {
  return { plugin: { ...itemsPlugin, manifest: { ...itemsPlugin.manifest, ...change } } };
}

export function withConnectionSchema(change: (schema: JsonSchema) => JsonSchema): Mutant {
  const { connection } = itemsPlugin.manifest;
  return withManifest({ connection: { ...connection, properties: change(connection.properties) } });
}

/** The descriptor of one operation, changed. */
export function withDescriptor(id: string, change: Partial<OperationDescriptor>): Mutant {
  return withManifest({
    operations: itemsPlugin.manifest.operations.map((operation) =>
      operation.id === id ? { ...operation, ...change } : operation,
    ),
  });
}

export function withOperation(id: string, type: Constructor<Operation>): Mutant {
  return { plugin: { ...itemsPlugin, operations: { ...itemsPlugin.operations, [id]: () => type } } };
}

export function withConnection(type: Constructor<Connection>): Mutant {
  return { plugin: { ...itemsPlugin, connection: type } };
}

export function withBrowse(type: Constructor<Browse>): Mutant {
  return { plugin: { ...itemsPlugin, browse: () => type } };
}

/** Whoever injects the client gets this one. */
export function withClient(type: Constructor<ItemsClient>): Mutant {
  return { plugin: { ...itemsPlugin, shared: [ItemsSession, [ItemsClient, type]] } };
}

/** Whoever injects the session gets this one. */
export function withSession(type: Constructor<ItemsSession>): Mutant {
  return { plugin: { ...itemsPlugin, shared: [[ItemsSession, type], ItemsClient] } };
}

/** Injects what its parent does. */
export function likeParent<T extends Constructor<unknown>>(type: T): T {
  const parent = Object.getPrototypeOf(type) as object;
  for (const key of ['injectionTokens', 'design:paramtypes'])
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, parent), type);
  injectable()(type);
  return type;
}

/** A connection that looks at its properties itself. */
@injectable()
export class PropertiedConnection extends ItemsConnection {
  constructor(
    @inject(ItemsSession) session: ItemsSession,
    @inject(ItemsClient) client: ItemsClient,
    @inject(CONNECTION_PROPERTIES) protected readonly properties: Properties,
  ) {
    super(session, client);
  }
}

/** Creates items whose texts are changed on their way out. */
export function changing(change: (text: string) => string): Constructor<Operation> {
  return likeParent(
    class extends CreateItems {
      protected override send(items: Send[0], first: Document, context: ExecutionContext) {
        return super.send(
          items.map((item) => ({ ...item, text: change(item.text) })),
          first,
          context,
        );
      }
    },
  );
}

/** The context, deaf to aborts for this reason. */
export function deafTo<T extends CallContext>(code: string, context: T): T {
  const controller = new AbortController();
  if (context.signal.aborted) controller.abort(context.signal.reason);
  context.signal.addEventListener('abort', () => {
    const reason: unknown = context.signal.reason;
    if (!isConnectorError(reason) || reason.info.code !== code) controller.abort(reason);
  });
  return Object.create(context, { signal: { value: controller.signal } }) as T;
}
