import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type Connection,
  ConnectorError,
  type Document,
  type ExecutionContext,
  inject,
  injectable,
  type Json,
  type JsonSchema,
  type ObjectType,
  type Properties,
} from '@connector-runtime/core';
import { ItemsBrowse } from '../../reference/items/items-browse.js';
import { ItemsClient } from '../../reference/items/items-client.js';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { CreateItems } from '../../reference/items/items-operations.js';
import { ItemsSession } from '../../reference/items/items-session.js';
import { itemsPlugin, likeParent, type Mutants, withBrowse, withConnectionSchema, withOperation } from '../mutant.js';

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return schema['properties'] as Readonly<Record<string, JsonSchema>>;
}

/** Checks a range of its own when the service has been asked already. */
@injectable()
class ChecksLate extends ItemsConnection {
  constructor(
    @inject(ItemsSession) session: ItemsSession,
    @inject(ItemsClient) client: ItemsClient,
    @inject(CONNECTION_PROPERTIES) private readonly properties: Properties,
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

export const CONFIG_MUTANTS: Mutants = {
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
};
