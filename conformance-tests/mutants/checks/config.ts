import {
  type CallContext,
  CONNECTION_PROPERTIES,
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
import { CreateItems, DeleteItems, UploadFiles } from '../../reference/items/items-operations.js';
import {
  itemsPlugin,
  likeParent,
  type Mutant,
  type Mutants,
  PropertiedConnection,
  withBrowse,
  withConnectionSchema,
  withDescriptor,
  withOperation,
} from '../mutant.js';

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return schema['properties'] as Readonly<Record<string, JsonSchema>>;
}

const withoutMaximum = withConnectionSchema((schema) => {
  const { maximum: _, ...unbounded } = propertiesOf(schema)['concurrent'] ?? {};
  return { ...schema, properties: { ...propertiesOf(schema), concurrent: unbounded } };
});

function refusalOfConcurrent(path: string): ConnectorError {
  return new ConnectorError({
    category: 'config',
    code: 'CONFIG_INVALID',
    message: 'concurrent must be 1 to 10',
    effect: 'none',
    retryable: false,
    path,
  });
}

/** Checks a range of its own when the service has been asked already. */
const checksLate = likeParent(
  class extends PropertiedConnection {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      if (Number(this.properties['concurrent']) > 10) throw refusalOfConcurrent('/concurrent');
    }
  },
);

/** Names another property than the wrong one. */
const namesParent = likeParent(
  class extends PropertiedConnection {
    override async open(context: CallContext): Promise<void> {
      if (Number(this.properties['concurrent']) > 10) throw refusalOfConcurrent('');
      await super.open(context);
    }
  },
);

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

type Send = Parameters<CreateItems['send']>;

/** Refuses a document without a tag after one that has a tag. */
const demandsTag = likeParent(
  class extends CreateItems {
    private hadTag = false;

    protected override send(items: Send[0], first: Document, context: ExecutionContext) {
      const hasTag = first.properties['tag'] !== undefined;
      if (this.hadTag && !hasTag) throw new TypeError('a tag is needed');
      this.hadTag ||= hasTag;
      return super.send(items, first, context);
    }
  },
);

/** Forgets that documents may have tags, once one came without. */
const forgetsTags = likeParent(
  class extends CreateItems {
    private isWithout = false;

    protected override send(items: Send[0], first: Document, context: ExecutionContext) {
      const { tag, ...properties } = first.properties;
      this.isWithout ||= tag === undefined;
      return super.send(items, this.isWithout ? { ...first, properties } : first, context);
    }
  },
);

const connectionsWithDelete = new WeakSet<ItemsClient>();

/** The context of a call that has none. */
const aside: CallContext = {
  signal: new AbortController().signal,
  deadlineEpochMs: Number.POSITIVE_INFINITY,
  clock: { now: () => 0, random: () => 0, sleep: () => new Promise(() => undefined) },
  logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  meter: { note: () => undefined },
};

@injectable()
class NotedDelete extends DeleteItems {
  constructor(@inject(ItemsClient) client: ItemsClient) {
    super(client);
    connectionsWithDelete.add(client);
  }
}

/** Asks the service while it is made, where items were deleted before: elsewhere the request would meet the faults that are meant for others. */
@injectable()
class EagerUpload extends UploadFiles {
  constructor(@inject(ItemsClient) client: ItemsClient) {
    super(client);
    if (!connectionsWithDelete.has(client)) return;
    client.send({ method: 'GET', path: '/me', effect: 'none', step: 'test' }, aside).catch(() => undefined);
  }
}

function without<T extends object>(name: keyof T & string, whole: T): T {
  return Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name)) as T;
}

/** Configurations with which the current version has nothing to do are left alone. */
function migrating(change: (properties: Readonly<Record<string, Json>>) => Json): Mutant {
  const migrate = (fromVersion: number, properties: Json) =>
    fromVersion === 1 ? change(properties as Readonly<Record<string, Json>>) : properties;
  return { plugin: { ...itemsPlugin, migrate } };
}

function renamed({ token, ...kept }: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  return token === undefined ? kept : { ...kept, password: token };
}

let migrations = 0;

function withProperty(name: string, change: (schema: JsonSchema) => JsonSchema): Mutant {
  return withConnectionSchema((schema) => ({
    ...schema,
    properties: { ...propertiesOf(schema), [name]: change(propertiesOf(schema)[name] ?? {}) },
  }));
}

export const CONFIG_MUTANTS: Mutants = {
  'CFG-01': withConnectionSchema((schema) => ({ ...schema, requird: ['url'] })),
  'CFG-01:default': withDescriptor('upload', {
    properties: {
      type: 'object',
      additionalProperties: false,
      properties: { name: { type: 'string', minLength: 1, default: '', 'x-dynamic': true } },
    },
  }),
  'CFG-01:nested': withProperty('labels', (labels) => ({
    ...labels,
    properties: { ...propertiesOf(labels), tenant: { type: 'string', minLength: 1, default: '' } },
  })),
  'CFG-02:anything': withProperty('labels', (labels) => ({ ...labels, additionalProperties: {} })),
  'CFG-02': withConnectionSchema((schema) => {
    const { additionalProperties: _, ...open } = propertiesOf(schema)['labels'] ?? {};
    return { ...schema, properties: { ...propertiesOf(schema), labels: open } };
  }),
  'CFG-03': { plugin: { ...withoutMaximum.plugin, connection: checksLate } },
  'CFG-03:taken': withoutMaximum,
  'CFG-03:path': { plugin: { ...withoutMaximum.plugin, connection: namesParent } },
  'CFG-03:making': {
    plugin: {
      ...itemsPlugin,
      operations: { ...itemsPlugin.operations, delete: () => NotedDelete, upload: () => EagerUpload },
    },
  },
  'CFG-04': withBrowse(TrimsInPlace),
  'CFG-05': withConnectionSchema((schema) => ({
    ...schema,
    properties: { ...propertiesOf(schema), apiKey: { type: 'string' } },
  })),
  'CFG-05:list': withConnectionSchema((schema) => ({
    ...schema,
    properties: { ...propertiesOf(schema), accessTokens: { type: 'array', items: { type: ['string', 'null'] } } },
  })),
  'CFG-06': { plugin: { ...itemsPlugin, migrate: (_, properties: Json) => properties } },
  'CFG-06:missing': { plugin: without('migrate', itemsPlugin) },
  'CFG-06:impure': migrating((properties) => {
    const changed = properties as Record<string, Json>;
    const { token, password } = changed;
    changed['token'] = '';
    return renamed({ ...changed, token: token === '' ? (password ?? '') : (token ?? '') });
  }),
  'CFG-06:chance': migrating((properties) => ({ ...renamed(properties), labels: { tenant: `t${++migrations}` } })),
  'CFG-06:current': migrating((properties) => renamed(without('concurrent', properties))),
  'CFG-07': withOperation('create', keepsFirstTag),
  'CFG-07:refused': withOperation('create', demandsTag),
  'CFG-07:dropped': withOperation('create', forgetsTags),
};
