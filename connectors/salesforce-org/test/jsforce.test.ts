import { generateKeyPairSync, sign } from 'node:crypto';
import { Connection, OAuth2, SfDate } from 'jsforce';
import { type OrgRecord, type SalesforceOrg, startSalesforceOrg } from '#src/index.js';

let org: SalesforceOrg;
let connection: Connection;

beforeEach(async () => {
  org = await startSalesforceOrg({ accounts: 30, pageSize: 8, childPageSize: 2 });
  connection = new Connection({ loginUrl: org.url, version: '64.0' });
  await connection.login(org.username, org.password + org.securityToken);
});
afterEach(() => org.close());

test('jsforce logs in by SOAP and knows its user and org', () => {
  expect(connection.userInfo).toMatchObject({ id: org.userId, organizationId: org.organizationId });
  expect(connection.instanceUrl).toBe(org.url);
});

test('jsforce is told of wrong credentials', async () => {
  await expect(new Connection({ loginUrl: org.url, version: '64.0' }).login('a', 'b')).rejects.toThrow('INVALID_LOGIN');
});

test('jsforce logs in by OAuth with a password, and renews by refresh token', async () => {
  const oauth2 = new OAuth2({ loginUrl: org.url, clientId: org.clientId, clientSecret: org.clientSecret });
  const byPassword = new Connection({ oauth2, version: '64.0' });
  await byPassword.login(org.username, org.password + org.securityToken);
  const byRefresh = new Connection({
    oauth2,
    version: '64.0',
    instanceUrl: org.url,
    accessToken: 'stale',
    refreshToken: org.refreshToken,
  });

  expect((await byPassword.identity()).username).toBe(org.username);
  expect((await byRefresh.query('SELECT Id FROM User')).totalSize).toBe(5);
});

describe('jsforce logs in by', () => {
  const works = async (byGrant: Connection) => (await byGrant.identity()).username;

  test('client credentials', async () => {
    const oauth2 = new OAuth2({ loginUrl: org.url, clientId: org.clientId, clientSecret: org.clientSecret });
    const byGrant = new Connection({ oauth2, version: '64.0' });

    await byGrant.authorize({ grant_type: 'client_credentials' });

    expect(await works(byGrant)).toBe(org.username);
  });

  test('authorization code with PKCE, and renews by the refresh token that it got', async () => {
    const redirectUri = 'http://localhost:1717/callback';
    const { clientId, url: loginUrl } = org;
    const oauth2 = new OAuth2({ loginUrl, clientId, redirectUri, useVerifier: true });
    const { headers } = await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token' }), { redirect: 'manual' });
    const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
    const byGrant = new Connection({ oauth2, version: '64.0' });

    await byGrant.authorize(code);
    org.expireSessions();
    const { totalSize } = await byGrant.query('SELECT Id FROM User');

    expect([totalSize, await works(byGrant)]).toEqual([5, org.username]);
    await expect(new Connection({ oauth2 }).authorize(code)).rejects.toThrow('invalid authorization code');
  });

  test('JWT bearer', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwtCertificate = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const other = await startSalesforceOrg({ accounts: 1, jwtCertificate });
    const claims = { iss: other.clientId, sub: other.username, aud: other.url, exp: Date.now() / 1000 + 60 };
    const text = [{ alg: 'RS256' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const assertion = `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
    const byGrant = new Connection({ oauth2: new OAuth2({ loginUrl: other.url }), version: '64.0' });

    await byGrant.authorize({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
    const found = await works(byGrant);
    await other.close();

    expect(found).toBe(other.username);
  });
});

test('jsforce logs out', async () => {
  await connection.logout();

  expect(org.requests.count('logout') + org.requests.count('revoke')).toBe(1);
});

test('jsforce lists and describes objects', async () => {
  const { sobjects } = await connection.describeGlobal();
  const invoice = await connection.describe('Invoice__c');

  expect(sobjects.map(({ name }) => name)).toContain('Invoice__c');
  expect(invoice.fields.find(({ name }) => name === 'External_Id__c')).toMatchObject({
    externalId: true,
    unique: true,
  });
});

test('jsforce queries page by page', async () => {
  const first = await connection.query('SELECT Id, Name, Owner.Name FROM Account');
  const second = await connection.queryMore(first.nextRecordsUrl ?? '');

  expect(first).toMatchObject({ totalSize: 30, done: false });
  expect([first.records.length, second.records.length]).toEqual([8, 8]);
});

test('jsforce fetches every page by itself', async () => {
  const { records } = await connection.query('SELECT Id FROM Account', { autoFetch: true, maxFetch: 1000 });

  expect(new Set(records.map(({ Id }) => Id)).size).toBe(30);
});

test('jsforce reads children and parents', async () => {
  const account = org.insert('Account', { Name: 'with children' });
  for (const LastName of ['a', 'b', 'c']) org.insert('Contact', { LastName, AccountId: account });

  const { records } = await connection.query(
    `SELECT Name, (SELECT LastName, Account.Name FROM Contacts) FROM Account WHERE Id = '${account}'`,
  );

  expect(records[0]).toMatchObject({
    Contacts: {
      totalSize: 3,
      done: false,
      records: [{ LastName: 'a', Account: { Name: 'with children' } }, { LastName: 'b' }],
    },
  });
});

test('jsforce finds by conditions of its own making', async () => {
  org.insert('Account', { Name: "it's here", AnnualRevenue: 7 });

  const found = await connection
    .sobject('Account')
    .find({ Name: "it's here", AnnualRevenue: { $gte: 7 } }, ['Id', 'Name']);

  expect(found.map(({ Name }) => Name)).toEqual(["it's here"]);
});

test.each<[string, object, (record: OrgRecord) => boolean]>([
  ['$like', { Name: { $like: 'INV-00001%' } }, ({ Name }) => String(Name).startsWith('INV-00001')],
  ['$nlike', { Name: { $nlike: 'INV-00001%' } }, ({ Name }) => !String(Name).startsWith('INV-00001')],
  ['$in', { Status__c: ['Paid', 'Void'] }, ({ Status__c }) => ['Paid', 'Void'].includes(String(Status__c))],
  ['$nin', { Status__c: { $nin: ['Paid', 'Void'] } }, ({ Status__c }) => !['Paid', 'Void'].includes(String(Status__c))],
  ['$exists', { Account__c: { $exists: false } }, ({ Account__c }) => Account__c === null],
  ['$includes', { Tags__c: { $includes: ['urgent'] } }, ({ Tags__c }) => String(Tags__c).includes('urgent')],
  ['$excludes', { Tags__c: { $excludes: ['urgent'] } }, ({ Tags__c }) => !String(Tags__c).includes('urgent')],
  [
    '$or, $not and a date',
    {
      $or: [
        { $not: { Is_Paid__c: true } },
        { Status__c: 'Paid', Due_Date__c: { $lt: SfDate.toDateLiteral('2024-01-01') } },
      ],
      Sent_At__c: { $ne: null },
    },
    (record) =>
      (record['Is_Paid__c'] === false ||
        (record['Status__c'] === 'Paid' && String(record['Due_Date__c']) < '2024-01-01')) &&
      record['Sent_At__c'] !== null,
  ],
  ['a date literal', { Sent_At__c: { $lt: SfDate.TODAY } }, ({ Sent_At__c }) => Sent_At__c !== null],
])('jsforce finds by %s', async (_operator, conditions, fits) => {
  const found = await connection.sobject('Invoice__c').find(conditions, ['Id'], { limit: 1000, autoFetch: true });

  const expected = org.records('Invoice__c').filter(fits);
  expect(found.map(({ Id }) => Id)).toEqual(expected.map(({ Id }) => Id));
});

test('jsforce selects every field, sorts, skips, and includes children', async () => {
  const account = org.insert('Account', { Name: 'with contacts' });
  for (const LastName of ['a', 'b', 'c']) org.insert('Contact', { LastName, AccountId: account });

  const everything = await connection.sobject('Account').find({}, '*').sort({ Name: -1 }).skip(2).limit(3);
  const [withContacts] = await connection
    .sobject('Account')
    .find({ Id: account }, ['Id', 'Name'])
    .include('Contacts', { LastName: { $ne: 'b' } }, ['LastName'], { sort: { LastName: -1 }, limit: 2 })
    .end();

  const names = org.records('Account').map(({ Name }) => String(Name).toLowerCase());
  const wanted = names.sort((a, b) => (a < b ? 1 : -1)).slice(2, 5);
  expect(everything.map(({ Name }) => String(Name).toLowerCase())).toEqual(wanted);
  expect(Object.keys(everything[0] ?? {})).toHaveLength((await connection.describe('Account')).fields.length + 1);
  expect(withContacts).toMatchObject({ Contacts: { records: ['c', 'a'].map((LastName) => ({ LastName })) } });
});

test('jsforce reads every page of children by their cursor', async () => {
  const account = org.insert('Account', { Name: 'with children' });
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const LastName of names) org.insert('Contact', { LastName, AccountId: account });
  const { records } = await connection.query(
    `SELECT (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account WHERE Id = '${account}'`,
  );
  const read: string[] = [];

  let page = records[0]?.['Contacts'];
  for (;;) {
    read.push(...page.records.map(({ LastName }: { LastName: string }) => LastName));
    if (page.done) break;
    page = await connection.queryMore(page.nextRecordsUrl);
  }

  expect(read).toEqual(names);
});

test('jsforce sees deleted records where it asks for them', async () => {
  const id = org.insert('Account', { Name: 'to go' });
  await connection.sobject('Account').destroy(id);
  const soql = `SELECT Id, IsDeleted FROM Account WHERE Id = '${id}'`;

  expect((await connection.query(soql)).totalSize).toBe(0);
  expect((await connection.query(soql, { scanAll: true })).records).toMatchObject([{ Id: id, IsDeleted: true }]);
});

test('jsforce reads aggregates', async () => {
  const { records } = await connection.query(
    'SELECT Status__c, COUNT(Id) many FROM Invoice__c GROUP BY Status__c ORDER BY COUNT(Id) DESC, Status__c',
  );

  const total = records.reduce((sum, record) => sum + Number(record['many']), 0);
  expect([records.length, total]).toEqual([4, org.records('Invoice__c').length]);
});

test('jsforce counts', async () => {
  expect(await connection.sobject('Account').count({ Industry: 'Banking' })).toBe(
    org.records('Account').filter((record) => record['Industry'] === 'Banking').length,
  );
});

test('jsforce creates, reads, updates and deletes', async () => {
  const accounts = connection.sobject('Account');

  const created = await accounts.create({ Name: 'made' });
  const id = created.id ?? '';
  const read = await accounts.retrieve(id);
  const updated = await accounts.update({ Id: id, Name: 'changed' });
  const deleted = await accounts.destroy(id);

  expect([created.success, read['Name'], updated.success, deleted.success]).toEqual([true, 'made', true, true]);
  expect(org.ledger.entries.map(({ action, fields }) => [action, fields])).toEqual([
    ['create', { Name: 'made' }],
    ['update', { Name: 'changed' }],
    ['delete', {}],
  ]);
});

test('jsforce upserts by external id: created, then updated', async () => {
  const invoices = connection.sobject('Invoice__c');

  const first = await invoices.upsert({ External_Id__c: 'J1', Amount__c: 1 }, 'External_Id__c');
  const second = await invoices.upsert({ External_Id__c: 'J1', Amount__c: 2 }, 'External_Id__c');

  expect([first, second]).toMatchObject([
    { success: true, created: true },
    { success: true, created: false },
  ]);
  expect(org.records('Invoice__c').filter((record) => record['External_Id__c'] === 'J1')).toMatchObject([
    { Amount__c: 2 },
  ]);
});

test('jsforce is told why a record was refused', async () => {
  await expect(connection.sobject('Contact').create({ FirstName: 'x' })).rejects.toMatchObject({
    errorCode: 'REQUIRED_FIELD_MISSING',
    message: 'Required fields are missing: [LastName]',
  });
});

test('jsforce writes collections, with a refused record and with all or none', async () => {
  const accounts = connection.sobject('Account');

  const created = await accounts.create([{ Name: 'one' }, { Name: 'two' }]);
  const [one = '', two = ''] = created.map(({ id }) => id ?? '');
  const updated = await accounts.update([
    { Id: one, Name: 'uno' },
    { Id: two, Name: '' },
  ]);
  const rolledBack = await connection.update(
    'Account',
    [
      { Id: one, Name: 'eins' },
      { Id: two, Name: '' },
    ],
    { allOrNone: true },
  );
  const read = await accounts.retrieve([one, two]);
  const deleted = await accounts.destroy([one, two]);

  expect(created.map(({ success }) => success)).toEqual([true, true]);
  expect(updated).toMatchObject([{ success: true }, { errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] }]);
  expect(rolledBack).toMatchObject([{ id: one, errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }] }, {}]);
  expect(read.map((record) => record['Name'])).toEqual(['uno', 'two']);
  expect(deleted.map(({ success }) => success)).toEqual([true, true]);
  expect(org.ledger.entries.map(({ action }) => action)).toEqual(['create', 'create', 'update', 'delete', 'delete']);
});

test('jsforce upserts a collection by external id', async () => {
  const upsert = () =>
    connection.upsert('Invoice__c', [{ External_Id__c: 'J1' }, { External_Id__c: 'J2' }], 'External_Id__c');

  const first = await upsert();
  const second = await upsert();

  expect(first.map(({ created }) => created)).toEqual([true, true]);
  expect(second.map(({ created, id }) => [created, id])).toEqual(first.map(({ id }) => [false, id]));
});

test('jsforce is told which record spoilt a tree, and nothing is made', async () => {
  const node = (referenceId: string, type: string, fields: object) => ({
    attributes: { type, referenceId },
    ...fields,
  });
  const tree = connection.requestPost('/composite/tree/Account', {
    records: [node('a', 'Account', { Name: 'tree', Contacts: { records: [node('c', 'Contact', { Email: 'x' })] } })],
  });

  await expect(tree).rejects.toMatchObject({
    data: { message: expect.stringMatching(/"hasErrors":true,"results":\[\{"referenceId":"c"/) },
  });
  expect(org.ledger.entries).toEqual([]);
});

test('jsforce makes a tree', async () => {
  const answer = await connection.requestPost<{ hasErrors: boolean; results: object[] }>('/composite/tree/Account', {
    records: [
      {
        attributes: { type: 'Account', referenceId: 'a' },
        Name: 'tree',
        Contacts: { records: [{ attributes: { type: 'Contact', referenceId: 'c' }, LastName: 'leaf' }] },
      },
    ],
  });

  expect(answer).toMatchObject({ hasErrors: false, results: [{ referenceId: 'a' }, { referenceId: 'c' }] });
});
