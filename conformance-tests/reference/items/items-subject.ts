import type { Fixture, OperationFixture, Sample, Subject } from '@connector-runtime/conformance-tests';
import type { ConnectorPlugin, Json } from '@connector-runtime/core';
import itemsPlugin from './items-plugin.js';
import { ItemsService } from './items-service.js';

/** The subject of the items plugin, or of a copy of it; `entry` is the module whose default export it is. */
export function itemsSubject(
  plugin: ConnectorPlugin = itemsPlugin,
  entry: string = require.resolve('./items-plugin.js'),
): Subject {
  return {
    manifest: plugin.manifest,
    previous: itemsPlugin.manifest,
    entry,
    load: async () => plugin,
    start: async ({ seed }) => fixtureOf(await ItemsService.start(seed)),
  };
}

/** As `connector-conform` looks for it. */
export const subject: Subject = itemsSubject();

/** Made once: there is a fixture for each of hundreds of services. */
const NESTED = {
  name: '40,000 nested levels',
  sample: {
    key: 'nested',
    mediaType: 'application/json',
    body: Buffer.from(`${'['.repeat(40_000)}${']'.repeat(40_000)}`),
  },
};

function fixtureOf(service: ItemsService): Fixture {
  const valid = { url: service.url, password: service.password, concurrent: 8, labels: { tenant: 'one' } };
  const { password: _, ...withoutPassword } = valid;
  return {
    connections: {
      valid,
      minimal: { url: valid.url, password: valid.password },
      wrongCredential: { ...valid, password: 'wrong' },
      unreachable: { ...valid, url: 'http://127.0.0.1:1' },
      old: [{ version: 1, properties: { ...withoutPassword, token: valid.password } }],
      invalid: [
        { name: 'too many at once', properties: { ...valid, concurrent: 99 }, path: '/concurrent' },
        { name: 'no password', properties: withoutPassword, path: '/password' },
        { name: 'misspelt', properties: { ...valid, concurent: 2 }, path: '/concurent' },
      ],
    },
    secrets: ['/password'],
    acceptCredentials: (credentials) => {
      service.changePassword(credentials['/password'] ?? service.password);
    },
    operations: operationsOf(service),
    ledger: async () => service.ledger,
    seedRows: async (_, n) => {
      const keys = Array.from({ length: n }, (_, index) => `row-${index}`);
      for (const key of keys) service.seedItem(key, textOfRow(key));
      return keys;
    },
    seedObjectTypes: async (n) => {
      service.typeCount = n;
    },
    stallJob: async () => {
      service.areJobsStalled = true;
    },
    expireSession: async () => service.expireAccess(),
    stop: () => service.stop(),
  };
}

function operationsOf(service: ItemsService): Readonly<Record<string, OperationFixture>> {
  let made = 0;
  const fresh = () => `k${++made}`;
  const json = (key: string, fields: Readonly<Record<string, Json>>, properties?: Json): Sample => ({
    key,
    mediaType: 'application/json',
    body: Buffer.from(JSON.stringify({ key, ...fields })),
    ...(properties === undefined ? {} : { properties }),
  });
  const many = (n: number, of: (index: number) => Sample) => Array.from({ length: n }, (_, index) => of(index));
  const there = (key: string) => {
    service.seedItem(key, JSON.stringify({ key, text: 'old', note: 'kept' }));
    return key;
  };
  const base = {
    objectType: 'thing',
    properties: {},
    keyOf: (event: { readonly inputs: readonly string[] }) => event.inputs[0],
  };
  /** Samples of every kind; `key` makes the key of each. */
  const kinds = (key: () => string) =>
    ({
      withText: (text: string) => json(key(), { text }),
      withDate: (date: string) => json(key(), { date }),
      withNumber: (number: string): Sample => {
        const own = key();
        return {
          key: own,
          mediaType: 'application/json',
          body: Buffer.from(`{"key":"${own}","number":${number}}`),
          data: { key: own, number },
        };
      },
      withNulls: () => json(key(), { text: null, note: '' }),
      sized: (bytes: number) => {
        const sample = json(key(), { text: '' });
        const filling = Buffer.alloc(Math.max(0, bytes - sample.body.length), 'x');
        return { ...sample, body: Buffer.concat([sample.body.subarray(0, -2), filling, Buffer.from('"}')]) };
      },
      hostile: [NESTED],
    }) satisfies Partial<OperationFixture>;
  const create: OperationFixture = {
    ...base,
    ...kinds(fresh),
    keyOf: (event) =>
      event.type === 'result' && event.receipt !== undefined
        ? (event.receipt as { readonly key: string }).key
        : event.inputs[0],
    dynamic: [{ tag: 'red' }, { tag: 'blue' }],
    good: (n) => many(n, (index) => json(fresh(), { text: `item ${index}`, parent: 'root' })),
    bad: (n) => many(n, () => ({ ...json(fresh(), { text: 'forbidden' }), expectCode: 'FORBIDDEN' })),
    itemsIn: ({ body }) => Buffer.from(body).toString().split('\n').length - 1,
    isWrite: ({ method, path }) => method === 'POST' && path.startsWith('/items/'),
  };
  return {
    read: {
      ...base,
      good: (n) => many(n, () => ({ ...json(fresh(), {}), body: Buffer.from('{}') })),
      keyOf: keyInBody,
      rowData,
      isWrite: () => false,
    },
    export: {
      ...base,
      good: (n) => many(n, () => ({ ...json(fresh(), {}), body: Buffer.from('{}') })),
      keyOf: keyInBody,
      rowData,
      isWrite: () => false,
    },
    create,
    'create:atomic': { ...create, properties: { allOrNone: true } },
    update: {
      ...base,
      ...kinds(() => there(fresh())),
      good: (n) => many(n, (index) => json(there(fresh()), { text: `new ${index}` })),
      bad: (n) => many(n, () => ({ ...json(there(fresh()), { text: 'forbidden' }), expectCode: 'FORBIDDEN' })),
      isWrite: ({ method }) => method === 'PATCH',
    },
    upsert: {
      ...base,
      ...kinds(fresh),
      good: (n) => many(n, (index) => json(fresh(), { text: `put ${index}` })),
      bad: (n) => many(n, () => ({ ...json(fresh(), { text: 'forbidden' }), expectCode: 'FORBIDDEN' })),
      isWrite: ({ method }) => method === 'PUT',
    },
    delete: {
      ...base,
      good: (n) => many(n, () => json(there(fresh()), {})),
      bad: (n) => many(n, () => ({ ...json(fresh(), {}), expectCode: 'ITEM_UNKNOWN' })),
      isWrite: ({ method }) => method === 'DELETE',
    },
    upload: {
      properties: {},
      keyOf: (event) => event.inputs[0],
      good: (n) =>
        many(n, (index) => {
          const key = fresh();
          return {
            key,
            mediaType: 'application/octet-stream',
            body: Buffer.from(`file ${index}`),
            properties: { name: key },
          };
        }),
      sized: (bytes) => ({ key: fresh(), mediaType: 'application/octet-stream', body: Buffer.alloc(bytes, 'x') }),
      isWrite: ({ method, path }) => method === 'POST' && path.startsWith('/files/'),
    },
  };
}

/** Characters of two, three and four bytes, more digits than a double keeps, a null and an empty text. */
function rowData(key: string) {
  return { text: `text of ${key}: é€\u{1F680}`, number: '9007199254740993', note: null, date: '' };
}

function textOfRow(key: string): string {
  const { number, ...fields } = rowData(key);
  return JSON.stringify({ key, ...fields }).replace(/\}$/, `,"number":${number}}`);
}

/** An item read tells its key; a result is told by its document. */
function keyInBody(event: {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly body?: unknown;
}): string | undefined {
  if (event.type === 'result') return event.inputs[0];
  return (JSON.parse(String(event.body)) as { readonly key: string }).key;
}
