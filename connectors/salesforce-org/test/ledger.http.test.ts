import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrgClient, V, XML_BODY } from './org-client.js';

let client: OrgClient;
let folder = '';
let ledgerFile = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  ledgerFile = join(folder, 'ledger.ndjson');
  client = await OrgClient.start({ accounts: 5, ledgerFile });
});
afterEach(async () => {
  await client.close();
  rmSync(folder, { recursive: true });
});

const lines = () =>
  readFileSync(ledgerFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

test('each applied write is an entry, with the values as stored, those that came, and the request that caused it', async () => {
  const { json } = await client.send('POST', `${V}/sobjects/invoice__c`, {
    Name: 'a ',
    Sent_At__c: '2025-01-31T10:00:00Z',
    Amount__c: '5',
  });
  await client.send('PATCH', `${V}/sobjects/Invoice__c/${json.id}`, { amount__c: 6 });
  await client.send('DELETE', `${V}/sobjects/Invoice__c/${json.id}`);

  const requests = client.org.requests.entries.slice(-3).map(({ sequence }) => sequence);
  expect(client.org.ledger.entries).toEqual([
    {
      sequence: 1,
      request: requests[0],
      action: 'create',
      objectType: 'Invoice__c',
      id: json.id,
      fields: { Name: 'a', Sent_At__c: '2025-01-31T10:00:00.000Z', Amount__c: 5 },
      given: { Name: 'a ', Sent_At__c: '2025-01-31T10:00:00Z', Amount__c: '5' },
    },
    {
      sequence: 2,
      request: requests[1],
      action: 'update',
      objectType: 'Invoice__c',
      id: json.id,
      fields: { Amount__c: 6 },
      given: { Amount__c: 6 },
    },
    { sequence: 3, request: requests[2], action: 'delete', objectType: 'Invoice__c', id: json.id, fields: {} },
  ]);
});

test('what came in XML is told as the text that it was, a nil as null', async () => {
  const body =
    '<x xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><amount__c>12345678901234.10</amount__c><Notes__c/><Hotline__c xsi:nil="true"/><External_Id__c xsi:nil="1"/></x>';
  await client.send('POST', `${V}/sobjects/Invoice__c`, body, XML_BODY);

  expect(client.org.ledger.entries[0]?.given).toEqual({
    Amount__c: '12345678901234.10',
    Notes__c: '',
    Hotline__c: null,
    External_Id__c: null,
  });
});

test('the file has every entry by the time an answer is there', async () => {
  for (let n = 0; n < 3; n++) {
    await client.send('POST', `${V}/sobjects/Account`, { Name: `n${n}` });

    expect(lines()).toEqual(client.org.ledger.entries);
  }
});

test('what was refused is not in it', async () => {
  await client.send('POST', `${V}/sobjects/Account`, {});
  await client.send('PATCH', `${V}/sobjects/Account/001Lo00000zzzzz`, { Name: 'x' });

  expect(client.org.ledger.entries).toEqual([]);
  expect(lines()).toEqual([]);
});

test('what a delete took along names the record that did', async () => {
  const id = client.org.insert('Account', { Name: 'a' });
  const contact = client.org.insert('Contact', { LastName: 'c', AccountId: id });
  await client.send('DELETE', `${V}/sobjects/Account/${id}`);

  expect(client.org.ledger.entries.slice(-2)).toMatchObject([
    { action: 'delete', id },
    { action: 'delete', id: contact, cascadeOf: id },
  ]);
});

test('logins, requests and rows served are counted', async () => {
  await client.query('SELECT Id, (SELECT Id FROM Contacts) FROM Account');

  const contacts = client.org.records('Contact').filter((record) => record['AccountId'] !== null);
  expect(client.org.ledger).toMatchObject({ logins: 1, requests: 2, rowsServed: 5 + contacts.length });
});

test('the request log has kind, method, path, headers and size of each request', async () => {
  await client.send('POST', `${V}/sobjects/Account`, '{"Name":"é"}', { 'x-mark': '1' });

  expect(client.org.requests.counts()).toEqual({ token: 1, create: 1 });
  expect(client.org.requests.entries.at(-1)).toMatchObject({
    sequence: 2,
    kind: 'create',
    method: 'POST',
    path: `${V}/sobjects/Account`,
    bodyBytes: 13,
    headers: { 'x-mark': '1' },
  });
  expect(client.org.requests.entries.at(-1)?.body).toBeUndefined();
});

test('bodies are in the request log where that is asked for', async () => {
  const keeping = await OrgClient.start({ accounts: 1, keepBodies: true });
  await keeping.send('POST', `${V}/sobjects/Account`, '{"Name":"x"}');
  await keeping.close();

  expect(keeping.org.requests.entries.at(-1)?.body).toBe('{"Name":"x"}');
});

test('a cleared request log counts from nothing', async () => {
  client.org.requests.clear();
  await client.get(V);

  expect(client.org.requests.counts()).toEqual({ resources: 1 });
});
