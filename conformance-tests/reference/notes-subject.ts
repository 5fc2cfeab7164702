import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fixture, LedgerEntry, Sample, Subject } from '@connector-runtime/conformance-tests';
import type { ConnectorPlugin, Json } from '@connector-runtime/core';
import { notesPlugin } from './notes-plugin.js';

/** The subject of the notes plugin, or of a mutant of it. */
export function notesSubject(plugin: ConnectorPlugin = notesPlugin): Subject {
  return { manifest: plugin.manifest, entry: __filename, load: async () => plugin, start: startNotes };
}

/** A service of notes on loopback, with the ledger of what it applied. */
async function startNotes(): Promise<Fixture> {
  const ledger: LedgerEntry[] = [];
  let token = 'good-token';
  const server = createServer((request, response) => {
    void answer(request, response, ledger, token);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const valid = { url, token, concurrent: 4, labels: { tenant: 'one' } };
  return {
    connections: {
      valid,
      minimal: { url, token },
      wrongCredential: { ...valid, token: 'wrong-token' },
      unreachable: { ...valid, url: 'http://127.0.0.1:1' },
      invalid: [
        { name: 'too many at once', properties: { ...valid, concurrent: 99 }, path: '/concurrent' },
        { name: 'no token', properties: { url }, path: '/token' },
        { name: 'misspelt', properties: { ...valid, concurent: 2 }, path: '/concurent' },
      ],
    },
    secrets: ['/token'],
    acceptCredentials: (credentials) => {
      token = credentials['/token'] ?? token;
    },
    operations: {
      create: {
        properties: {},
        good: (n) => samples(n, (index) => `note ${index}`),
        bad: (n) => samples(n, () => 'forbidden'),
        itemsIn: ({ body }) => (JSON.parse(Buffer.from(body).toString()) as unknown[]).length,
        keyOf: (event) => event.inputs[0],
        isWrite: ({ method }) => method === 'POST',
      },
      read: {
        properties: {},
        good: (n) => samples(n, () => ''),
        keyOf: (event) => event.inputs[0],
        isWrite: () => false,
      },
    },
    ledger: async () => ledger,
    seedRows: async (_, n) => {
      for (let index = 0; index < n; index += 1)
        ledger.push({ key: `row ${index}`, action: 'create', data: `row ${index}`, times: 1 });
      return ledger.map((entry) => entry.key);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function samples(n: number, textOf: (index: number) => string): Sample[] {
  return Array.from({ length: n }, (_, index) => ({
    key: `k${index + 1}`,
    mediaType: 'text/plain',
    body: Buffer.from(textOf(index + 1)),
  }));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  ledger: LedgerEntry[],
  token: string,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const give = (status: number, body: Json) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (request.headers.authorization !== `Bearer ${token}`) return give(401, { error: 'token' });
  if (request.url === '/me') return give(200, { name: 'me' });
  if (request.method === 'GET')
    return give(
      200,
      ledger.map(({ data }) => ({ text: data })),
    );
  const items = JSON.parse(Buffer.concat(pieces).toString()) as { id: string; text: string }[];
  give(
    200,
    items.map(({ id, text }) => {
      if (text === 'forbidden') return { ok: false, code: 'FORBIDDEN' };
      ledger.push({ key: id, action: 'create', data: text, times: 1 });
      return { ok: true, code: '201' };
    }),
  );
}
