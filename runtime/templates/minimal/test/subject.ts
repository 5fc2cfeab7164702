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

/** There is no `expireSession`: the key goes with every request, so there is no session to renew. */
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
      const titles = Array.from({ length: n }, (_, index) => `row-${index}`);
      for (const title of titles) service.seedNote({ title, text: textOf(title) });
      return titles;
    },
    stop: () => service.stop(),
  };
}

/** Every operation of the manifest must be here. */
function operationsOf(): Readonly<Record<string, OperationFixture>> {
  let made = 0;
  /** A document under a new title: the ledger tells it by that. */
  const note = (fields: Readonly<Record<string, Json>>): Sample => {
    made += 1;
    const title = `note-${made}`;
    return { key: title, mediaType: 'application/json', body: Buffer.from(JSON.stringify({ title, ...fields })) };
  };
  const many = (n: number, fields: Readonly<Record<string, Json>>) => Array.from({ length: n }, () => note(fields));
  return {
    read: {
      properties: {},
      good: (n) => many(n, {}),
      // An output tells its note, a result its document.
      keyOf: (event) =>
        event.type === 'output' ? String((event.body as { readonly title?: Json }).title) : event.inputs[0],
      rowData: (title) => ({ text: textOf(title) }),
      isWrite: () => false,
    },
    create: {
      properties: {},
      good: (n) => many(n, { text: 'first' }),
      // `expectCode`: what the service calls its refusal.
      bad: (n) => many(n, { title: 'refused' }).map((sample) => ({ ...sample, expectCode: 'TITLE_REFUSED' })),
      // What the data of a document may look like; the suite compares it with the ledger.
      withText: (text) => note({ text }),
      withDate: (due) => note({ due }),
      withNulls: () => note({ text: null, due: '' }),
      withNumber: (digits) => {
        const { key, mediaType } = note({});
        const body = Buffer.from(`{"title":"${key}","weight":${digits}}`);
        return { key, mediaType, body, data: { title: key, weight: digits } };
      },
      sized: (bytes) => {
        const sample = note({ text: '' });
        const filling = 'x'.repeat(Math.max(0, bytes - sample.body.byteLength));
        const text = Buffer.from(sample.body).toString().replace('"text":""', `"text":"${filling}"`);
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
      keyOf: (event) => event.inputs[0],
      isWrite: ({ method, path }) => method === 'POST' && path === '/notes',
    },
  };
}

/** What a row says that was there before; its characters take one byte to four. */
function textOf(title: string): string {
  return `text of ${title}: é € 🚀`;
}
