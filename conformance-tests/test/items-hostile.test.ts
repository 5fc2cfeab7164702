import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ResultEvent } from '@connector-runtime/core';
import { ConnectorRuntime, type Execution } from '@connector-runtime/runtime';
import itemsPlugin from '../reference/items/items-plugin.js';

type Give = (status: number, body: string, type?: string) => void;
type Script = (asked: { readonly method: string; readonly url: string; readonly token: string }, give: Give) => void;

const UPSERT = { operation: 'upsert', objectType: 'thing' };
const CREATE = { operation: 'create', objectType: 'thing' };
const TOKENS = ['first', 'second'].map((name) =>
  JSON.stringify({ access: `access-${name}`, refresh: `refresh-${name}` }),
);

let stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

describe('a renewal that two executions await', () => {
  test.each([
    ['began it', 0],
    ['joined it', 1],
  ])('goes on for the other where the one that %s is cancelled', async (_, cancelled) => {
    const renewals: Give[] = [];
    let logins = 0;
    let refusals = 0;
    const connection = await connected(({ url, token }, give) => {
      if (url === '/token') return ++logins === 1 ? give(200, TOKENS[0] ?? '') : void renewals.push(give);
      if (token !== 'access-first') return give(200, '{}');
      refusals += 1;
      return give(401, '{"code":"TOKEN_EXPIRED"}');
    });
    const stop = new AbortController();
    const results: Promise<readonly ResultEvent[]>[] = [];
    for (const index of [0, 1]) {
      const options = index === cancelled ? { signal: stop.signal } : {};
      results.push(resultsOf(connection.execute(UPSERT, [{ body: { key: `k${index}` } }], options)));
      await until(() => refusals > index && renewals.length === 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));

    stop.abort();
    expect(await results[cancelled]).toMatchObject([{ error: { code: 'CANCELLED' } }]);
    await until(() => renewals.length === (cancelled === 0 ? 2 : 1));
    renewals.at(-1)?.(200, TOKENS[1] ?? '');
    expect(await results[1 - cancelled]).toMatchObject([{ status: 'success' }]);
  });
});

test.each([
  ['a 404 of a proxy', 404, '<html>no such site</html>', 'text/html'],
  ['a 404 of another kind', 404, '{"code":"NOT_FOUND"}', 'application/json'],
  ['a page that is no item', 200, '<html>log in first</html>', 'text/html'],
  ['another item', 200, '{"key":"other"}', 'application/json'],
])('%s does not settle a document', async (_, status, body, type) => {
  const connection = await connected(({ url }, give) =>
    url === '/token' ? give(200, TOKENS[0] ?? '') : give(status, body, type),
  );

  const [result] = await resultsOf(connection.reconcile(CREATE, [{ body: { key: 'k' } }]));
  expect(['notAttempted', 'success']).not.toContain(result?.status);
});

test('an item was created or refused only where the service says so, by a code that is one', async () => {
  const outcomes = [{ ok: 'false' }, {}, { ok: false, code: 'x\r\ny <b>' }, { ok: false, code: 'FORBIDDEN' }];
  const connection = await connected(({ url }, give) =>
    give(200, url === '/token' ? (TOKENS[0] ?? '') : JSON.stringify(outcomes)),
  );

  const documents = outcomes.map((_, index) => ({ body: { key: `k${index}` } }));
  expect(await resultsOf(connection.execute(CREATE, documents))).toMatchObject([
    { status: 'unknown', error: { code: 'ITEMS_ANSWER_UNEXPECTED', effect: 'unknown' } },
    { status: 'unknown', error: { code: 'ITEMS_ANSWER_UNEXPECTED', effect: 'unknown' } },
    { status: 'applicationError', code: 'REFUSED', error: { code: 'ITEMS_REFUSED' } },
    { status: 'applicationError', code: 'FORBIDDEN', error: { code: 'ITEMS_FORBIDDEN' } },
  ]);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function resultsOf(execution: Execution): Promise<readonly ResultEvent[]> {
  const results: ResultEvent[] = [];
  for await (const event of execution) if (event.type === 'result') results.push(event);
  return results;
}

/** The plugin, connected with a service that answers as `script` has it answer. */
async function connected(script: Script) {
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    request.resume();
    request.on('end', () =>
      script({ method, url, token: (headers.authorization ?? '').slice('Bearer '.length) }, (status, body, type) => {
        response.writeHead(status, { 'content-type': type ?? 'application/json' });
        response.end(body);
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const runtime = new ConnectorRuntime({ plugins: [itemsPlugin] });
  stops.push(() => runtime.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return runtime.connect({ plugin: 'items', properties: { url, password: 'pw123456' } });
}
