import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { OrgClient, V, XML } from './org-client.js';

let client: OrgClient;
const ACCOUNTS = `${V}/sobjects/Account`;
const SOQL = `${V}/query?q=${encodeURIComponent('SELECT Id, Name, Phone FROM Account')}`;

beforeEach(async () => {
  client = await OrgClient.start({ accounts: 50 });
});
afterEach(() => client.close());

/** What came over the wire, up to where it broke off. */
function raw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer; complete: boolean }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      new URL(path, client.org.url),
      { headers: { authorization: `Bearer ${client.token}`, ...headers } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => undefined);
        answer.on('close', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks),
            complete: answer.complete,
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

test("an answer in place of the org's leaves the request unhandled", async () => {
  client.org.faults.add({
    kind: 'create',
    action: 'answer',
    status: 503,
    body: '<html>down</html>',
    headers: { 'Retry-After': '7' },
  });

  const first = await client.send('POST', ACCOUNTS, { Name: 'a' });
  const second = await client.send('POST', ACCOUNTS, { Name: 'b' });

  expect([first.status, first.text, first.headers.get('content-type'), first.headers.get('retry-after')]).toEqual([
    503,
    '<html>down</html>',
    'text/html;charset=UTF-8',
    '7',
  ]);
  expect(second.status).toBe(201);
  expect(client.org.ledger.entries.map((entry) => entry.fields)).toEqual([{ Name: 'b' }]);
});

test('an error comes in the format of the request', async () => {
  client.org.faults.add({
    action: 'error',
    status: 403,
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
    message: 'TotalRequests Limit exceeded.',
    times: 2,
  });

  const [json, xml] = [await client.get(V), await client.get(V, XML)];

  expect([json.status, json.json]).toEqual([
    403,
    [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
  ]);
  expect(xml.text).toContain(
    '<Error><errorCode>REQUEST_LIMIT_EXCEEDED</errorCode><message>TotalRequests Limit exceeded.</message></Error>',
  );
});

test('a fault begins at the nth match and acts so many times', async () => {
  client.org.faults.add({ kind: 'resources', nth: 2, times: 2, action: 'answer', status: 500 });

  const statuses: number[] = [];
  for (let call = 0; call < 5; call++) statuses.push((await client.get(V)).status);

  expect(statuses).toEqual([200, 500, 500, 200, 200]);
});

test('a fault meets only the requests that fit every condition', async () => {
  const fault = client.org.faults.add({
    kind: ['create', 'update'],
    method: 'POST',
    path: 'Contact',
    where: ({ bodyBytes }) => bodyBytes > 20,
    times: Number.POSITIVE_INFINITY,
    action: 'answer',
    status: 500,
  });

  const statuses = [
    await client.send('POST', ACCOUNTS, { Name: 'a long enough name' }),
    await client.send('POST', `${V}/sobjects/Contact`, { LastName: 'x' }),
    await client.send('POST', `${V}/sobjects/Contact`, { LastName: 'long enough' }),
  ].map(({ status }) => status);

  expect(statuses).toEqual([201, 201, 500]);
  expect(fault.acted).toBe(1);
});

test('a removed fault acts no more', async () => {
  const fault = client.org.faults.add({ times: Number.POSITIVE_INFINITY, action: 'answer', status: 500 });
  const during = await client.get(V);

  client.org.faults.remove(fault);

  expect([during.status, (await client.get(V)).status]).toEqual([500, 200]);
});

test('a refused request is not handled and gets no answer', async () => {
  client.org.faults.add({ kind: 'create', action: 'refuse' });

  await expect(client.send('POST', ACCOUNTS, { Name: 'a' })).rejects.toThrow('fetch failed');

  expect(client.org.ledger.entries).toEqual([]);
});

test('a lost answer was applied', async () => {
  client.org.faults.add({ kind: 'create', action: 'lose' });

  await expect(client.send('POST', ACCOUNTS, { Name: 'a' })).rejects.toThrow('fetch failed');

  expect(client.org.ledger.entries).toMatchObject([{ action: 'create', objectType: 'Account', fields: { Name: 'a' } }]);
});

test.each(['chunked', 'content-length'] as const)(
  'an answer cut at a byte in %s framing is incomplete',
  async (framing) => {
    const whole = await raw(SOQL);
    client.org.faults.add({ kind: 'query', action: 'cut', atByte: 100, framing });

    const cut = await raw(SOQL);

    expect(cut.complete).toBe(false);
    expect(cut.body).toEqual(whole.body.subarray(0, 100));
    expect(cut.headers['content-length']).toBe(framing === 'chunked' ? undefined : String(whole.body.length));
  },
);

test.each(['chunked', 'content-length'] as const)(
  'even an answer cut after its last byte, or before its first, is known as cut (%s)',
  async (framing) => {
    client.org.faults.add({ kind: 'query', action: 'cut', atByte: 0, framing });
    client.org.faults.add({ kind: 'query', action: 'cut', atByte: -1, framing });

    const [first, last] = [await raw(SOQL), await raw(SOQL)];

    expect([first.complete, first.body.length, last.complete]).toEqual([false, 0, false]);
  },
);

test('a truncated gzip body is complete HTTP that does not unpack', async () => {
  client.org.faults.add({ kind: 'query', action: 'truncateGzip' });

  const { complete, headers, body } = await raw(SOQL, { 'accept-encoding': 'gzip' });

  expect([complete, headers['content-encoding']]).toEqual([true, 'gzip']);
  expect(() => gunzipSync(body)).toThrow('unexpected end of file');
});

test('garbage comes under the promised type', async () => {
  client.org.faults.add({ kind: 'query', action: 'garbage', body: '<html>' });

  const { status, headers, text } = await client.get(SOQL, XML);

  expect([status, headers.get('content-type'), text]).toEqual([200, 'application/xml;charset=UTF-8', '<html>']);
});

test('a redirect names another address', async () => {
  client.org.faults.add({ action: 'redirect', location: 'https://elsewhere.example/' });

  const { status, headers } = await client.get(V);

  expect([status, headers.get('location')]).toEqual([302, 'https://elsewhere.example/']);
});

test('sessions that end just then give one 401', async () => {
  client.org.faults.add({ kind: 'query', action: 'expireSessions' });

  const { status, json } = await client.get(SOQL);

  expect([status, json[0].errorCode]).toEqual([401, 'INVALID_SESSION_ID']);
});

test('a held request waits for its release, before it is handled', async () => {
  const fault = client.org.faults.add({ kind: 'create', action: 'hold' });
  const answer = client.send('POST', ACCOUNTS, { Name: 'a' });
  await fault.reached();
  const before = client.org.ledger.entries.length;

  fault.release();

  expect(before).toBe(0);
  expect((await answer).status).toBe(201);
});

test('a request held after it was handled is applied already', async () => {
  const fault = client.org.faults.add({ kind: 'create', action: 'hold', handled: true });
  const answer = client.send('POST', ACCOUNTS, { Name: 'a' });
  await fault.holding();
  const before = client.org.ledger.entries.length;

  client.org.faults.remove();

  expect(before).toBe(1);
  expect((await answer).status).toBe(201);
});

test('a request held within its answer is applied, its first bytes are there, and the rest comes on release', async () => {
  const fault = client.org.faults.add({ kind: 'create', action: 'hold', atByte: 10 });
  const answer = await fetch(client.org.url + ACCOUNTS, {
    method: 'POST',
    body: '{"Name":"half"}',
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${client.token}`,
      'content-type': 'application/json',
    },
  });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const first = Buffer.from((await reader.read()).value ?? []).toString();
  await fault.holding();
  const before = client.org.ledger.entries.length;

  fault.release();

  const rest = Buffer.from((await reader.read()).value ?? []).toString();
  expect([before, answer.status, first.length]).toEqual([1, 201, 10]);
  expect(JSON.parse(first + rest)).toMatchObject({ success: true });
});

test('a request that hangs is never answered and does not keep the org from closing', async () => {
  const fault = client.org.faults.add({ kind: 'query', action: 'hang' });
  const answer = client.get(SOQL);
  const lost = expect(answer).rejects.toThrow('fetch failed');
  await fault.reached();

  await client.org.close();

  await lost;
});

test('a request that is still held when the org closes is not applied', async () => {
  const fault = client.org.faults.add({ kind: 'create', action: 'hold' });
  const lost = expect(client.send('POST', ACCOUNTS, { Name: 'a' })).rejects.toThrow('fetch failed');
  await fault.reached();

  await client.org.close();
  await lost;

  expect(client.org.ledger.entries).toEqual([]);
});

test('a held request whose client went away is applied on release', async () => {
  const fault = client.org.faults.add({ kind: 'create', action: 'hold' });
  const patience = new AbortController();
  const answer = fetch(client.org.url + ACCOUNTS, {
    method: 'POST',
    body: '{"Name":"late"}',
    headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' },
    signal: patience.signal,
  });
  const aborted = expect(answer).rejects.toThrow();
  await fault.reached();

  patience.abort();
  await aborted;
  fault.release();
  await client.get(V);

  expect(client.org.ledger.entries).toMatchObject([{ fields: { Name: 'late' } }]);
});

test('a slow body arrives in pieces and whole', async () => {
  client.org.faults.add({ kind: 'query', action: 'slow', pieceBytes: 1000, pauseMs: 1 });

  const [slow, usual] = [await raw(SOQL), await raw(SOQL)];

  expect(slow.complete).toBe(true);
  expect(slow.body).toEqual(usual.body);
});

test('logins and tokens are kinds as well', async () => {
  client.org.faults.add({ kind: 'token', action: 'answer', status: 502 });

  const { status } = await client.form(client.org.tokenUrl, { grant_type: 'client_credentials' });

  expect(status).toBe(502);
});

const COLLECTION = `${V}/composite/sobjects`;
const abc = { records: ['a', 'b', 'c'].map((Name) => ({ attributes: { type: 'Account' }, Name })) };

test.each([
  ['permuteResults', undefined, ['b', 'a', 'c']],
  ['permuteResults', -1, ['c', 'a', 'b']],
  ['dropResult', 1, ['a', 'c']],
  ['repeatResult', 1, ['a', 'b', 'b', 'c']],
] as const)('%s at %p spoils the list of results of what was applied', async (action, at, expected) => {
  client.org.faults.add({ kind: 'createCollection', action, times: 2, ...(at !== undefined && { at }) });
  const nameOf = (id: string) => client.org.record(id)?.['Name'];

  const { json } = await client.send('POST', COLLECTION, abc);
  const { text } = await client.send('POST', COLLECTION, abc, XML);

  expect(json.map(({ id }: { id: string }) => nameOf(id))).toEqual(expected);
  expect([...text.matchAll(/<id>(\w+)<\/id>/g)].map(([, id]) => nameOf(id ?? ''))).toEqual(expected);
  expect(client.org.ledger.entries).toHaveLength(6);
});

test('a collections answer can be lost after all was applied', async () => {
  client.org.faults.add({ kind: 'createCollection', action: 'lose' });

  await expect(client.send('POST', COLLECTION, abc)).rejects.toThrow();

  expect(client.org.ledger.entries).toHaveLength(3);
});
