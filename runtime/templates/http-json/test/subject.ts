import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Fixture, OperationFixture, Sample, Subject } from '@connector-runtime/conformance-tests';
import type { ConnectorManifest, Json } from '@connector-runtime/core';
import plugin from '../src/index.js';
import { LocalService } from './service.js';

/** Written by `npm run released` after a release; until then there is nothing that a new version could break. */
const RELEASED = path.join(__dirname, '..', '..', 'released-manifest.json');

/** What the suite needs to know: the plugin, and a fresh service for each check. */
export const subject: Subject = {
  manifest: plugin.manifest,
  previous: existsSync(RELEASED) ? (JSON.parse(readFileSync(RELEASED, 'utf8')) as ConnectorManifest) : plugin.manifest,
  load: async () => plugin,
  // For checks that run the plugin in a process of its own.
  entry: require.resolve('../src/index.js'),
  start: async ({ seed }) => fixtureOf(await LocalService.start(seed)),
};

function fixtureOf(service: LocalService): Fixture {
  const valid = { url: service.url, apiKey: service.apiKey };
  return {
    connections: {
      valid,
      wrongCredential: { ...valid, apiKey: 'not-the-key' },
      unreachable: { ...valid, url: 'http://127.0.0.1:1' },
      // `path`: the property that the error must name.
      invalid: [
        { name: 'no key', properties: { url: valid.url }, path: '/apiKey' },
        { name: 'an address with a path', properties: { ...valid, url: `${valid.url}/api` }, path: '/url' },
      ],
    },
    // The suite puts values of its own there, which must turn up nowhere, and tells the service to accept them.
    secrets: ['/apiKey'],
    acceptCredentials: ({ '/apiKey': apiKey }) => {
      service.apiKey = apiKey ?? service.apiKey;
    },
    operations: operationsOf(),
    ledger: async () => service.ledger,
    seedRows: async (_, n) => {
      const names = Array.from({ length: n }, (_, index) => `row-${index}`);
      for (const name of names) service.seedRecord({ name, note: noteOf(name) });
      return names;
    },
    seedObjectTypes: async (n) => {
      service.typeCount = n;
    },
    expireSession: async () => service.expireTokens(),
    stop: () => service.stop(),
  };
}

/** Every operation of the manifest must be here. */
function operationsOf(): Readonly<Record<string, OperationFixture>> {
  let made = 0;
  /** A document under a new name: the ledger tells it by that. */
  const contact = (fields: Readonly<Record<string, Json>>): Sample => {
    made += 1;
    const name = `contact-${made}`;
    return { key: name, mediaType: 'application/json', body: Buffer.from(JSON.stringify({ name, ...fields })) };
  };
  const many = (n: number, fields: Readonly<Record<string, Json>>) => Array.from({ length: n }, () => contact(fields));
  return {
    read: {
      objectType: 'contact',
      properties: {},
      good: (n) => many(n, {}),
      // An output tells its record, a result its document.
      keyOf: (event) =>
        event.type === 'output' ? String((event.body as { readonly name?: Json }).name) : event.inputs[0],
      rowData: (name) => ({ note: noteOf(name) }),
      isWrite: () => false,
    },
    create: {
      objectType: 'contact',
      properties: {},
      good: (n) => many(n, { email: 'ada@example.com', note: 'first' }),
      bad: (n) => many(n, { email: 'refused' }).map((sample) => ({ ...sample, expectCode: 'EMAIL_INVALID' })),
      // What the data of a document may look like; the suite compares it with the ledger.
      withText: (note) => contact({ note }),
      withDate: (born) => contact({ born }),
      withNulls: () => contact({ email: null, note: '' }),
      withNumber: (digits) => {
        const { key, mediaType } = contact({});
        const body = Buffer.from(`{"name":"${key}","balance":${digits}}`);
        return { key, mediaType, body, data: { name: key, balance: digits } };
      },
      sized: (bytes) => {
        const sample = contact({ note: '' });
        const filling = 'x'.repeat(Math.max(0, bytes - sample.body.byteLength));
        const text = Buffer.from(sample.body).toString().replace('"note":""', `"note":"${filling}"`);
        return { ...sample, body: Buffer.from(text) };
      },
      hostile: [
        {
          name: '40,000 nested levels',
          sample: {
            key: 'nested',
            mediaType: 'application/json',
            body: Buffer.from('['.repeat(40_000) + ']'.repeat(40_000)),
          },
        },
      ],
      itemsIn: ({ body }) => (JSON.parse(Buffer.from(body).toString()) as { records: unknown[] }).records.length,
      keyOf: (event) => event.inputs[0],
      isWrite: ({ method, path }) => method === 'POST' && path.startsWith('/records/'),
    },
  };
}

/** What a row says that was there before; its characters take one byte to four. */
function noteOf(name: string): string {
  return `note of ${name}: é € 🚀`;
}
