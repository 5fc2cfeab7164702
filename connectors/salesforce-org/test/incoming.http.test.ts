import { gzipSync } from 'node:zlib';
import { OrgClient, V } from './org-client.js';

let client: OrgClient;

beforeEach(async () => {
  client = await OrgClient.start({ accounts: 60 });
});
afterEach(() => client.close());

const fetchIt = (path: string, init: RequestInit = {}) =>
  fetch(client.org.url + path, {
    ...init,
    headers: { authorization: `Bearer ${client.token}`, ...(init.headers as Record<string, string>) },
  });

test('an address of more than 16,384 bytes is too long, and the answer is a page', async () => {
  const answer = await fetchIt(`${V}/query?q=${'x'.repeat(16_384)}`);

  expect([answer.status, answer.headers.get('content-type')]).toEqual([414, 'text/html;charset=UTF-8']);
});

test('address and headers together are held to the same length', async () => {
  const answer = await fetchIt(`${V}/query?q=${'x'.repeat(15_000)}`, { headers: { 'x-long': 'y'.repeat(2000) } });

  expect(answer.status).toBe(431);
});

test('a body may come packed', async () => {
  const answer = await fetchIt(`${V}/sobjects/Account`, {
    method: 'POST',
    body: gzipSync('{"Name":"packed"}'),
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  });

  expect(answer.status).toBe(201);
  expect(client.org.ledger.entries[0]?.fields).toEqual({ Name: 'packed' });
});

test('a body that says it is packed and is not gets 400', async () => {
  const answer = await fetchIt(`${V}/sobjects/Account`, {
    method: 'POST',
    body: '{"Name":"a"}',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  });

  expect(answer.status).toBe(400);
});

test('answers are packed for those who accept it, and only for them', async () => {
  const path = `${V}/query?q=SELECT+Id,Name+FROM+Account`;

  const packed = await fetchIt(path, { headers: { 'accept-encoding': 'gzip' } });
  const plain = await fetchIt(path, { headers: { 'accept-encoding': 'identity' } });

  expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null]);
  expect(await packed.text()).toBe(await plain.text());
});
