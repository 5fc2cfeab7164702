import { OrgClient, V, XML_BODY } from '../org-client.js';

let client: OrgClient;
const INVOICES = `${V}/sobjects/Invoice__c`;

beforeEach(async () => {
  client = await OrgClient.start({ accounts: 100, versions: ['45.0', '64.0'] });
});
afterEach(() => client.close());

test('an upsert of a new key creates, of a known key updates', async () => {
  const created = await client.send('PATCH', `${INVOICES}/external_id__c/K%2F1`, { Name: 'a' });
  const updated = await client.send('PATCH', `${INVOICES}/External_Id__c/k%2F1`, { Name: 'b' });
  const { id } = created.json;

  expect([created.status, created.text]).toEqual([201, `{"id":"${id}","success":true,"errors":[],"created":true}`]);
  expect([updated.status, updated.text]).toEqual([200, `{"id":"${id}","success":true,"errors":[],"created":false}`]);
  expect(client.org.record(id)).toMatchObject({ Name: 'b', External_Id__c: 'K/1' });
  expect(client.org.ledger.entries).toMatchObject([
    { action: 'create', id, key: 'External_Id__c=K/1', fields: { Name: 'a', External_Id__c: 'K/1' } },
    { action: 'update', id, key: 'External_Id__c=k/1', fields: { Name: 'b' } },
  ]);
});

test('an upsert in XML answers a Result with created ahead', async () => {
  const { text } = await client.send(
    'PATCH',
    `${INVOICES}/External_Id__c/K2`,
    '<Invoice__c><Name>a</Name></Invoice__c>',
    XML_BODY,
  );

  expect(text).toMatch(
    /<Result xmlns:xsi="[^"]+"><created>true<\/created><id>a00\w{15}<\/id><success>true<\/success><\/Result>$/,
  );
});

test('an upsert that updates has no body up to version 45.0', async () => {
  const { status, text } = await client.send('PATCH', '/services/data/v45.0/sobjects/Invoice__c/External_Id__c/I-1', {
    Name: 'b',
  });

  expect([status, text]).toEqual([204, '']);
});

test('several records of a key are offered for choice and none is changed', async () => {
  const { status, json } = await client.send('PATCH', `${INVOICES}/Legacy_Code__c/L-1`, { Name: 'b' });

  expect(status).toBe(300);
  expect(json).toHaveLength(4);
  expect(json[0]).toMatch(/^\/services\/data\/v64\.0\/sobjects\/Invoice__c\/a00\w{15}$/);
  expect(client.org.ledger.entries).toEqual([]);
});

test('updateOnly creates nothing', async () => {
  const { status } = await client.send('PATCH', `${INVOICES}/External_Id__c/new?updateOnly=true`, { Name: 'b' });

  expect([status, client.org.ledger.entries]).toEqual([404, []]);
});

test.each([
  ['a field that is no key', `${INVOICES}/Status__c/Paid`],
  ['a field that is not there', `${INVOICES}/Nope__c/1`],
])('%s is not found', async (_case, path) => {
  const { status, json } = await client.send('PATCH', path, { Name: 'b' });

  expect([status, json[0].errorCode]).toEqual([404, 'NOT_FOUND']);
  expect(json[0].message).toMatch(/^Provided external ID field does not exist or is not accessible: /);
});

test('the key field does not belong into the body', async () => {
  const { status, json } = await client.send('PATCH', `${INVOICES}/External_Id__c/x`, { External_Id__c: 'x' });

  expect([status, json[0].errorCode, json[0].message]).toEqual([
    400,
    'INVALID_FIELD',
    'The External_Id__c field should not be specified in the sobject data.',
  ]);
});

test('a POST to the Id field without a value creates; to another field it is not found', async () => {
  const created = await client.send('POST', `${INVOICES}/Id`, { Name: 'a' });
  const slashed = await client.send('POST', `${INVOICES}/Id/`, { Name: 'a' });
  const other = await client.send('POST', `${INVOICES}/External_Id__c/`, { Name: 'a' });

  expect([created.status, created.json.created, slashed.status, other.status]).toEqual([201, true, 201, 404]);
});

test('a record is read and deleted by its key', async () => {
  const read = await client.get(`${V}/sobjects/Account/External_Id__c/acc-0000001?fields=External_Id__c`);
  const deleted = await client.send('DELETE', `${V}/sobjects/Account/External_Id__c/ACC-0000001`);
  const gone = await client.get(`${V}/sobjects/Account/External_Id__c/ACC-0000001`);

  expect(read.json.External_Id__c).toBe('ACC-0000001');
  expect([deleted.status, gone.status]).toEqual([204, 404]);
});

test('a case-sensitive key tells its case', async () => {
  const [same, other] = [
    await client.get(`${V}/sobjects/Contact/External_Id__c/Con-1`),
    await client.get(`${V}/sobjects/Contact/External_Id__c/con-1`),
  ];

  expect([same.status, other.status]).toEqual([200, 404]);
});

test('a number is a key too', async () => {
  const created = await client.send('PATCH', `${INVOICES}/Legacy_Number__c/42`, { Name: 'n' });
  const updated = await client.send('PATCH', `${INVOICES}/Legacy_Number__c/42.0`, { Name: 'm' });

  expect([created.status, updated.status]).toEqual([201, 200]);
});
