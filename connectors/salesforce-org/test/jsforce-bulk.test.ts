import { Connection } from 'jsforce';
import { type SalesforceOrg, startSalesforceOrg } from '#src/index.js';

let org: SalesforceOrg;
let connection: Connection;

beforeEach(async () => {
  org = await startSalesforceOrg({ accounts: 30, bulkPageSize: 30 });
  connection = new Connection({ loginUrl: org.url, version: '64.0' });
  await connection.login(org.username, org.password + org.securityToken);
});
afterEach(() => org.close());

test('jsforce inserts by bulk and is told of each row', async () => {
  const { successfulResults, failedResults, unprocessedRecords } = await connection.bulk2.loadAndWaitForResults({
    object: 'Invoice__c',
    operation: 'insert',
    input: [
      { Name: 'good', Amount__c: 1, Is_Paid__c: false },
      { Name: 'bad', Amount__c: 'x', Is_Paid__c: false },
    ],
  });

  expect(successfulResults).toMatchObject([{ sf__Created: 'true', Name: 'good' }]);
  expect(failedResults).toMatchObject([{ Name: 'bad', sf__Error: expect.stringContaining('INVALID_FIELD:') }]);
  expect(unprocessedRecords).toEqual([]);
  expect(org.ledger.entries).toMatchObject([{ action: 'create', fields: { Name: 'good', Is_Paid__c: false } }]);
});

test('jsforce updates, upserts and deletes by bulk', async () => {
  const Id = org.insert('Invoice__c', { Name: 'a' });

  await connection.bulk2.loadAndWaitForResults({
    object: 'Invoice__c',
    operation: 'update',
    input: [{ Id, Name: 'b' }],
  });
  await connection.bulk2.loadAndWaitForResults({
    object: 'Invoice__c',
    operation: 'upsert',
    externalIdFieldName: 'External_Id__c',
    input: 'External_Id__c,Name\nI-1,c\nnew,d\n',
  });
  await connection.bulk2.loadAndWaitForResults({ object: 'Invoice__c', operation: 'delete', input: [{ Id }] });

  expect(org.ledger.entries.slice(1).map(({ action, fields }) => [action, fields['Name']])).toEqual([
    ['update', 'b'],
    ['update', 'c'],
    ['create', 'd'],
    ['delete', undefined],
  ]);
});

test('jsforce queries by bulk', async () => {
  const stream = await connection.bulk2.query('SELECT Id, Name, Owner.Name FROM Account');
  const rows = await stream.toArray();

  expect(rows.map((row) => row['Name'])).toEqual(org.records('Account').map((record) => record['Name']));
  expect(rows[0]).toHaveProperty(['Owner.Name']);
});
