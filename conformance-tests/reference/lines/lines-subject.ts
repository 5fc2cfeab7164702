import type { Fixture, OperationFixture, Sample, Subject } from '@connector-runtime/conformance-tests';
import type { ConnectorPlugin, Json } from '@connector-runtime/core';
import linesPlugin from './lines-plugin.js';
import { PAGE_ROWS } from './lines-reads.js';
import { LinesService } from './lines-service.js';

/** The subject of the lines plugin, or of a copy of it; `entry` is the module whose default export it is. */
export function linesSubject(
  plugin: ConnectorPlugin = linesPlugin,
  entry: string = require.resolve('./lines-plugin.js'),
): Subject {
  return {
    manifest: plugin.manifest,
    previous: linesPlugin.manifest,
    entry,
    load: async () => plugin,
    start: async ({ seed }) => fixtureOf(await LinesService.start(seed)),
  };
}

/** As `connector-conform` looks for it. */
export const subject: Subject = linesSubject();

function fixtureOf(service: LinesService): Fixture {
  const { port, password } = service;
  const valid = { host: '127.0.0.1', port, password, concurrent: 8 };
  const { password: _, ...withoutPassword } = valid;
  return {
    connections: {
      valid,
      minimal: { host: '127.0.0.1', port, password },
      wrongCredential: { ...valid, password: 'wrong' },
      unreachable: { ...valid, port: 1 },
      old: [{ version: 1, properties: { address: `127.0.0.1:${port}`, password } }],
      invalid: [
        { name: 'too many at once', properties: { ...valid, concurrent: 99 }, path: '/concurrent' },
        { name: 'no password', properties: withoutPassword, path: '/password' },
        { name: 'misspelt', properties: { ...valid, hots: 'localhost' }, path: '/hots' },
      ],
    },
    secrets: ['/password'],
    acceptCredentials: (credentials) => {
      service.password = credentials['/password'] ?? service.password;
    },
    operations: operationsOf(service),
    useGate: (gate) => {
      service.gate = gate;
    },
    ledger: async () => service.ledger,
    seedRows: async (_, n) => {
      const keys = Array.from({ length: n }, (_, index) => `row-${index}`);
      for (const key of keys) service.store.seed(key, { text: `text of ${key}` });
      return keys;
    },
    seedObjectTypes: async (n) => {
      service.typeCount = n;
    },
    stallJob: async () => {
      service.snapshots.areStalled = true;
    },
    expireSession: async () => service.expireSessions(),
    stop: () => service.stop(),
  };
}

function operationsOf({ store }: LinesService): Readonly<Record<string, OperationFixture>> {
  let made = 0;
  const fresh = () => `k${++made}`;
  const there = () => {
    const key = fresh();
    store.seed(key, { text: 'old' });
    return key;
  };
  const base = {
    objectType: 'thing',
    properties: {},
    keyOf: (event: { readonly inputs: readonly string[] }) => event.inputs[0],
  };
  const forbidden = (n: number) =>
    many(n, () => ({ ...json(fresh(), { text: 'forbidden' }), expectCode: 'FORBIDDEN' }));
  const read: OperationFixture = {
    ...base,
    pageRows: PAGE_ROWS,
    good: (n) => many(n, () => ({ key: fresh(), mediaType: 'application/json', body: Buffer.from('{}') })),
    keyOf: (event) => (event.type === 'result' ? event.inputs[0] : keyIn(String(event.body))),
    rowData: (key) => ({ text: `text of ${key}` }),
    isWrite: () => false,
  };
  return {
    read,
    'read:snapshot': { ...read, properties: { snapshot: true } },
    create: {
      ...base,
      ...entries(fresh),
      good: (n) => many(n, (index) => json(fresh(), { text: `entry ${index}` })),
      bad: forbidden,
      itemsIn: ({ body }) => Buffer.from(body).toString().split('\n').length,
      isWrite: ({ method }) => method === 'ADD',
    },
    put: {
      ...base,
      ...entries(fresh),
      good: (n) => many(n, (index) => json(fresh(), { text: `put ${index}` })),
      bad: forbidden,
      isWrite: ({ method }) => method === 'PUT',
    },
    remove: {
      ...base,
      good: (n) => many(n, () => json(there(), {})),
      bad: (n) => many(n, () => ({ ...json(fresh(), {}), expectCode: 'ABSENT' })),
      isWrite: ({ method }) => method === 'REMOVE',
    },
  };
}

/** Entries of every kind, each under a key of its own. */
function entries(fresh: () => string) {
  return {
    withText: (text) => json(fresh(), { text }),
    withDate: (date) => json(fresh(), { date }),
    withNumber: (number) => {
      const key = fresh();
      const body = Buffer.from(`{"key":"${key}","number":${number}}`);
      return { key, mediaType: 'application/json', body, data: { key, number } };
    },
    withNulls: () => json(fresh(), { text: null, note: '' }),
    sized: (bytes) => {
      const key = fresh();
      const emptyBytes = json(key, { text: '' }).body.length;
      return json(key, { text: 'x'.repeat(Math.max(0, bytes - emptyBytes)) });
    },
    hostile: [
      {
        name: '40,000 nested levels',
        sample: {
          key: 'nested',
          mediaType: 'application/json',
          body: Buffer.from(`${'['.repeat(40_000)}${']'.repeat(40_000)}`),
        },
      },
    ],
  } satisfies Partial<OperationFixture>;
}

function json(key: string, fields: Readonly<Record<string, Json>>): Sample {
  return { key, mediaType: 'application/json', body: Buffer.from(JSON.stringify({ key, ...fields })) };
}

function many<T>(n: number, of: (index: number) => T): readonly T[] {
  return Array.from({ length: n }, (_, index) => of(index));
}

function keyIn(line: string): string {
  return (JSON.parse(line) as { readonly key: string }).key;
}
