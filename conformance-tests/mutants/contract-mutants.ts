// Mutants of the groups Manifest, Baseline, Configuration, Lifecycle, Connection test.
import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type Connection,
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  isConnectorError,
  type Json,
  type JsonSchema,
  type ObjectType,
  type Properties,
  type TestFinding,
} from '@connector-runtime/core';
import { singleton } from 'tsyringe';
import { ItemsBrowse } from '../reference/items/items-browse.js';
import { ItemsClient } from '../reference/items/items-client.js';
import { ItemsConnection } from '../reference/items/items-connection.js';
import { CreateItems, UpsertItems } from '../reference/items/items-operations.js';
import {
  itemsPlugin,
  likeParent,
  type Mutants,
  withBrowse,
  withConnection,
  withConnectionSchema,
  withDescriptor,
  withManifest,
  withOperation,
} from './mutant.js';

const { manifest } = itemsPlugin;
const { browse: _, ...withoutBrowse } = manifest;

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return schema['properties'] as Readonly<Record<string, JsonSchema>>;
}

/** Checks a range of its own when the service has been asked already. */
class ChecksLate extends ItemsConnection {
  constructor(
    session: ConstructorParameters<typeof ItemsConnection>[0],
    client: ConstructorParameters<typeof ItemsConnection>[1],
    private readonly properties: Properties,
  ) {
    super(session, client);
  }

  override async open(context: CallContext): Promise<void> {
    await super.open(context);
    if (Number(this.properties['concurrent']) > 10) {
      const message = 'concurrent must be 1 to 10';
      throw new ConnectorError({
        category: 'config',
        code: 'CONFIG_INVALID',
        message,
        effect: 'none',
        retryable: false,
        path: '/concurrent',
      });
    }
  }
}

/** Relies on a property that may be absent. */
class NeedsLabels extends ItemsConnection {
  constructor(
    session: ConstructorParameters<typeof ItemsConnection>[0],
    client: ConstructorParameters<typeof ItemsConnection>[1],
    private readonly properties: Properties,
  ) {
    super(session, client);
  }

  override async open(context: CallContext): Promise<void> {
    await super.open(context);
    if ((this.properties['labels'] as { readonly tenant?: string }).tenant === '') throw new TypeError('no tenant');
  }
}

for (const type of [ChecksLate, NeedsLabels]) {
  const tokens = { ...(Reflect.getOwnMetadata('injectionTokens', ItemsConnection) as object) };
  Reflect.defineMetadata('injectionTokens', tokens, type);
  Reflect.defineMetadata('design:paramtypes', Reflect.getOwnMetadata('design:paramtypes', ItemsConnection), type);
  inject(CONNECTION_PROPERTIES)(type, undefined, 2);
  injectable()(type);
}

/** Writes into the properties where they stand. */
@injectable()
class TrimsInPlace extends ItemsBrowse {
  constructor(
    @inject(ItemsClient) client: ItemsClient,
    @inject(CONNECTION_PROPERTIES) private readonly own: Properties,
  ) {
    super(client);
  }

  override async *objectTypes(
    query: { readonly operation: string; readonly search?: string },
    context: CallContext,
  ): AsyncGenerator<ObjectType> {
    if (query.search !== undefined) (this.own as Record<string, unknown>)['url'] = String(this.own['url']).trim();
    yield* super.objectTypes(query, context);
  }
}

/** Keeps the first tag for all that come after it. */
const keepsFirstTag = likeParent(
  class extends CreateItems {
    private tag: unknown;

    protected override send(
      items: Parameters<CreateItems['send']>[0],
      first: Document,
      context: ExecutionContext,
    ): ReturnType<CreateItems['send']> {
      this.tag ??= first.properties['tag'];
      return super.send(items, { ...first, properties: { ...first.properties, tag: this.tag } }, context);
    }
  },
);

const closesOnce = likeParent(
  class extends ItemsConnection {
    private isClosed = false;

    override async close(): Promise<void> {
      if (this.isClosed) throw new TypeError('closed already');
      this.isClosed = true;
    }
  },
);

/** The context, deaf to aborts for this reason. */
export function deafTo(code: string, context: ExecutionContext): ExecutionContext {
  const controller = new AbortController();
  if (context.signal.aborted) controller.abort(context.signal.reason);
  context.signal.addEventListener('abort', () => {
    const reason: unknown = context.signal.reason;
    if (!isConnectorError(reason) || reason.info.code !== code) controller.abort(reason);
  });
  return Object.create(context, { signal: { value: controller.signal } }) as ExecutionContext;
}

const waitsForRequest = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return super.execute(documents, deafTo('SHUTDOWN', context));
    }
  },
);

const worksOn = likeParent(
  class extends ItemsConnection {
    private isClosed = false;

    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      return this.isClosed ? [{ name: 'account', ok: true, tookMs: 0 }] : super.test(context);
    }

    override async close(): Promise<void> {
      this.isClosed = true;
    }
  },
);

@singleton()
class Counter {
  count = 0;
}

@injectable()
class CountsGlobally extends UpsertItems {
  constructor(
    @inject(ItemsClient) client: ItemsClient,
    @inject(Counter) readonly counter: Counter,
  ) {
    super(client);
  }
}

const throwsOnRefusal = likeParent(
  class extends ItemsConnection {
    override async open(context: CallContext): Promise<void> {
      try {
        await super.open(context);
      } catch (error) {
        if (isConnectorError(error) && error.info.category === 'auth') throw new TypeError('bad password');
        throw error;
      }
    }
  },
);

const saysOk = likeParent(
  class extends ItemsConnection {
    private isAway = false;

    override async open(context: CallContext): Promise<void> {
      try {
        await super.open(context);
      } catch (error) {
        this.isAway = isConnectorError(error) && error.info.code === 'CONNECTION_REFUSED';
        if (!this.isAway) throw error;
      }
    }

    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      return this.isAway ? [{ name: 'account', ok: true, tookMs: 0 }] : super.test(context);
    }
  },
);

export const CONTRACT_MUTANTS: Mutants = {
  'MAN-01': withManifest({ documentation: (() => 'Items') as unknown as string }),
  'MAN-02': { plugin: itemsPlugin, entry: require.resolve('./entries/starts-timer.js') },
  'MAN-03': withDescriptor('update', { reconciles: true }),
  'MAN-04': { plugin: { ...itemsPlugin, manifest: withoutBrowse } },
  'MAN-05': {
    plugin: itemsPlugin,
    previous: {
      ...manifest,
      version: '1.1.0',
      operations: manifest.operations.map((operation) =>
        operation.id === 'upload' ? { ...operation, id: 'send' } : operation,
      ),
    },
  },
  'BAS-01': withConnection(NeedsLabels as unknown as new () => Connection),
  'CFG-01': withConnectionSchema((schema) => ({ ...schema, requird: ['url'] })),
  'CFG-02': withConnectionSchema((schema) => {
    const { additionalProperties: _, ...open } = propertiesOf(schema)['labels'] ?? {};
    return { ...schema, properties: { ...propertiesOf(schema), labels: open } };
  }),
  'CFG-03': {
    plugin: {
      ...withConnectionSchema((schema) => {
        const { maximum: _, ...unbounded } = propertiesOf(schema)['concurrent'] ?? {};
        return { ...schema, properties: { ...propertiesOf(schema), concurrent: unbounded } };
      }).plugin,
      connection: ChecksLate as unknown as new () => Connection,
    },
  },
  'CFG-04': withBrowse(TrimsInPlace),
  'CFG-05': withConnectionSchema((schema) => ({
    ...schema,
    properties: { ...propertiesOf(schema), apiKey: { type: 'string' } },
  })),
  'CFG-06': { plugin: { ...itemsPlugin, migrate: (_, properties: Json) => properties } },
  'CFG-07': withOperation('create', keepsFirstTag),
  'LIF-01': withConnection(closesOnce),
  'LIF-02': withOperation('upsert', waitsForRequest),
  'LIF-03': withConnection(worksOn),
  'LIF-04': withOperation('upsert', CountsGlobally),
  'TST-01': withConnection(throwsOnRefusal),
  'TST-02': withConnection(saysOk),
};
