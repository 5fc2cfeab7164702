import { idIn, type Json, OrgClient, V, XML } from '../org-client.js';

let client: OrgClient;
const ids: string[] = [];

const INVOICES = [
  {
    Name: 'Alpha',
    External_Id__c: 'Q-1',
    Amount__c: 10,
    Status__c: 'Draft',
    Tags__c: 'urgent;export',
    Due_Date__c: '2025-01-31',
    Sent_At__c: '2025-01-31T10:00:00Z',
    Is_Paid__c: true,
    Weight__c: 1.5,
  },
  {
    Name: 'beta',
    External_Id__c: 'Q-2',
    Amount__c: 20.5,
    Status__c: 'Sent',
    Tags__c: 'export',
    Due_Date__c: '2025-06-30',
    Sent_At__c: '2025-06-30T10:00:00Z',
    Is_Paid__c: false,
  },
  {
    Name: 'Gamma 50%',
    External_Id__c: 'Q-3',
    Amount__c: 3,
    Status__c: 'Paid',
    Portal__c: "https://x.example/?a=1&b='2'",
  },
  {
    Name: "d'Artagnan \\ <co>",
    External_Id__c: 'Q-4',
    Status__c: 'Paid',
    Due_Date__c: '2026-01-01',
    Amount__c: 1000000,
  },
];

beforeAll(async () => {
  client = await OrgClient.start({ seed: 3, accounts: 30, now: () => Date.UTC(2026, 0, 1, 12) });
  for (const fields of INVOICES) ids.push(client.org.insert('Invoice__c', fields));
});
afterAll(() => client.close());

async function names(where: string): Promise<string[]> {
  const { json, status } = await client.query(
    `SELECT Name FROM Invoice__c WHERE External_Id__c LIKE 'Q-%' AND ${where}`,
  );
  if (status !== 200) throw new Error(json[0].message);
  return json.records.map((record: Json) => record.Name.slice(0, 5));
}

async function refusal(soql: string): Promise<{ status: number; code: string; message: string }> {
  const { status, json } = await client.query(soql);
  return { status, code: json[0].errorCode, message: json[0].message };
}

test('a record has its attributes, then the fields in SELECT order, then nothing else', async () => {
  const { text } = await client.query(
    "SELECT Amount__c, name, Sent_At__c, Due_Date__c, Is_Paid__c, Tags__c, Contact__c FROM invoice__c WHERE External_Id__c = 'q-1'",
  );

  expect(text).toBe(
    `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Invoice__c","url":"${V}/sobjects/Invoice__c/${ids[0]}"},"Amount__c":10.0,"Name":"Alpha","Sent_At__c":"2025-01-31T10:00:00.000+0000","Due_Date__c":"2025-01-31","Is_Paid__c":true,"Tags__c":"urgent;export","Contact__c":null}]}`,
  );
});

test('the same record in XML has its type and url as attributes, nil for null, and moments in Z', async () => {
  const { text, headers } = await client.query(
    "SELECT Name, Amount__c, Sent_At__c, Contact__c, Contact__r.Name FROM Invoice__c WHERE External_Id__c IN ('Q-1')",
    XML,
  );

  expect(headers.get('content-type')).toBe('application/xml;charset=UTF-8');
  expect(text).toBe(
    `<?xml version="1.0" encoding="UTF-8"?><QueryResult xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><done>true</done><records type="Invoice__c" url="${V}/sobjects/Invoice__c/${ids[0]}"><Name>Alpha</Name><Amount__c>10.0</Amount__c><Sent_At__c>2025-01-31T10:00:00.000Z</Sent_At__c><Contact__c xsi:nil="true"/><Contact__r xsi:nil="true"/></records><totalSize>1</totalSize></QueryResult>`,
  );
});

test('markup and line breaks in values are escaped in both formats', async () => {
  const soql = "SELECT Name, Portal__c FROM Invoice__c WHERE External_Id__c IN ('Q-3','Q-4') ORDER BY Name";

  const [json, xml] = [await client.query(soql), await client.query(soql, XML)];

  expect(json.json.records.map((record: Json) => [record.Name, record.Portal__c])).toEqual([
    ["d'Artagnan \\ <co>", null],
    ['Gamma 50%', "https://x.example/?a=1&b='2'"],
  ]);
  expect(xml.text).toContain("<Name>d'Artagnan \\ &lt;co&gt;</Name>");
  expect(xml.text).toContain("<Portal__c>https://x.example/?a=1&amp;b='2'</Portal__c>");
});

test.each([
  ["Name = 'ALPHA'", ['Alpha']],
  ["Name != 'alpha'", ['beta', 'Gamma', "d'Art"]],
  ["Name < 'c'", ['Alpha', 'beta']],
  ["Name LIKE '%A%'", ['Alpha', 'beta', 'Gamma', "d'Art"]],
  ["Name LIKE '_eta'", ['beta']],
  [String.raw`Name LIKE '%50\%'`, ['Gamma']],
  [String.raw`Name LIKE '%\_%'`, []],
  [String.raw`Name = 'd\'Artagnan \\ <co>'`, ["d'Art"]],
  ['Amount__c > 10', ['beta', "d'Art"]],
  ['Amount__c >= 1e6', ["d'Art"]],
  ['Amount__c IN (3, 10)', ['Alpha', 'Gamma']],
  ['Amount__c NOT IN (3, 10)', ['beta', "d'Art"]],
  ['Weight__c = null', ['beta', 'Gamma', "d'Art"]],
  ['Weight__c != null', ['Alpha']],
  ['Weight__c != 1.5', ['beta', 'Gamma', "d'Art"]],
  ['Weight__c < 99', ['Alpha']],
  ["Portal__c = ''", ['Alpha', 'beta', "d'Art"]],
  ['Is_Paid__c = true', ['Alpha']],
  ['Is_Paid__c = null', ['beta', 'Gamma', "d'Art"]],
  ["Status__c IN ('Paid','Draft')", ['Alpha', 'Gamma', "d'Art"]],
  ["Status__c NOT IN ('Paid')", ['Alpha', 'beta']],
  ["Tags__c INCLUDES ('urgent;export','manual')", ['Alpha']],
  ["Tags__c INCLUDES ('export')", ['Alpha', 'beta']],
  ["Tags__c EXCLUDES ('urgent')", ['beta', 'Gamma', "d'Art"]],
  ["Tags__c = 'urgent;export'", ['Alpha']],
  ['Due_Date__c = 2025-06-30', ['beta']],
  ['Due_Date__c > 2025-01-31', ['beta', "d'Art"]],
  ['Due_Date__c = TODAY', ["d'Art"]],
  ['Due_Date__c = LAST_YEAR', ['Alpha', 'beta']],
  ['Due_Date__c <= LAST_YEAR', ['Alpha', 'beta']],
  ['Due_Date__c = LAST_N_DAYS:1', ["d'Art"]],
  ['Sent_At__c < 2025-01-31T10:00:00.001Z', ['Alpha']],
  ['Sent_At__c = 2025-06-30T12:00:00%2B02:00'.replace('%2B', '+'), ['beta']],
  ["(Name = 'alpha' OR (Name = 'beta' AND Amount__c > 20))", ['Alpha', 'beta']],
  ["(NOT Name = 'alpha')", ['beta', 'Gamma', "d'Art"]],
  ['Account__r.Name = null', ['Alpha', 'beta', 'Gamma', "d'Art"]],
  ["Owner.Name = 'nobody'", []],
])('the filter %s selects by its meaning', async (where, expected) => {
  expect(await names(where)).toEqual(expected);
});

test('ids are compared in both forms', async () => {
  const [first = '', second = ''] = ids;

  expect(await names(`Id = '${first.slice(0, 15)}'`)).toEqual(['Alpha']);
  expect(await names(`Id IN ('${first}','${second}') AND Id != '${first}'`)).toEqual(['beta']);
});

test('nulls sort first unless told otherwise, in both directions; text without regard to case', async () => {
  const sorted = async (order: string) =>
    (
      await client.query(`SELECT Name FROM Invoice__c WHERE External_Id__c LIKE 'Q-%' ORDER BY ${order}`)
    ).json.records.map((record: Json) => record.Name.slice(0, 5));

  expect(await sorted('Name')).toEqual(['Alpha', 'beta', "d'Art", 'Gamma']);
  expect(await sorted('Due_Date__c')).toEqual(['Gamma', 'Alpha', 'beta', "d'Art"]);
  expect(await sorted('Due_Date__c DESC')).toEqual(['Gamma', "d'Art", 'beta', 'Alpha']);
  expect(await sorted('Due_Date__c DESC NULLS LAST')).toEqual(["d'Art", 'beta', 'Alpha', 'Gamma']);
  expect(await sorted('Status__c DESC, Amount__c')).toEqual(['beta', 'Gamma', "d'Art", 'Alpha']);
});

test('LIMIT and OFFSET cut, and totalSize is what is left', async () => {
  const { json } = await client.query(
    "SELECT Name FROM Invoice__c WHERE External_Id__c LIKE 'Q-%' ORDER BY Name LIMIT 2 OFFSET 1",
  );

  expect(json.totalSize).toBe(2);
  expect(json.records.map((record: Json) => record.Name)).toEqual(['beta', "d'Artagnan \\ <co>"]);
});

test('COUNT() answers the number without records', async () => {
  const { text } = await client.query("SELECT COUNT() FROM Invoice__c WHERE External_Id__c LIKE 'Q-%'");

  expect(text).toBe('{"totalSize":4,"done":true,"records":[]}');
});

test('parents nest, and the paths over one parent come together', async () => {
  const contact = client.org.records('Contact').find((record) => record['AccountId'] !== null);
  const { json } = await client.query(
    `SELECT Account.Name, LastName, Account.Owner.Name, Account.Id FROM Contact WHERE Id = '${contact?.Id}'`,
  );

  const [record] = json.records;
  expect(Object.keys(record)).toEqual(['attributes', 'Account', 'LastName']);
  expect(record.Account).toMatchObject({
    attributes: { type: 'Account' },
    Id: contact?.['AccountId'],
    Owner: { attributes: { type: 'User' }, Name: expect.any(String) },
  });
});

test('a parent that may be of several types shows as Name, with the address of the real record', async () => {
  const task = client.org.records('Task').find((record) => idIn(record, 'WhoId').startsWith('00Q'));
  const { json } = await client.query(`SELECT Who.Name, Who.Type, Who.Alias FROM Task WHERE Id = '${task?.Id}'`);

  expect(json.records[0].Who).toEqual({
    attributes: { type: 'Name', url: `${V}/sobjects/Lead/${idIn(task, 'WhoId')}` },
    Name: client.org.record(idIn(task, 'WhoId'))?.['Name'],
    Type: 'Lead',
    Alias: null,
  });
});

test('filters and sorts go over parents, those of several types too', async () => {
  const { json } = await client.query(
    "SELECT Id, Who.Type FROM Task WHERE Who.Type = 'Contact' ORDER BY Who.Name DESC",
  );
  const whoIds = client.org.records('Task').map((record) => idIn(record, 'WhoId'));

  expect(json.totalSize).toBe(whoIds.filter((id) => id.startsWith('003')).length);
});

test('children are a list with its own size, null where there are none, and nest', async () => {
  const { json } = await client.query(
    'SELECT Name, (SELECT Name, (SELECT Product__c FROM Lines__r ORDER BY Name LIMIT 1) FROM Invoices__r WHERE Amount__c > 0 ORDER BY Amount__c DESC) FROM Account',
  );

  const lists = json.records.map((record: Json) => record.Invoices__r);
  const some = lists.find((list: Json) => list !== null);
  expect(lists).toContain(null);
  expect(some).toMatchObject({ done: true, totalSize: some.records.length });
  expect(some.records[0]).toMatchObject({ attributes: { type: 'Invoice__c' } });
  const nested = lists
    .flatMap((list: Json) => list?.records ?? [])
    .map((record: Json) => record.Lines__r)
    .filter((list: Json) => list !== null);
  expect(nested[0]).toMatchObject({
    totalSize: 1,
    records: [{ attributes: { type: 'Invoice_Line__c' }, Product__c: expect.any(String) }],
  });
});

test('children in XML are wrapped by the relationship, without attributes of their own', async () => {
  const contact = client.org.records('Contact').find((record) => record['AccountId'] !== null);
  const { text } = await client.query(
    `SELECT Name, (SELECT Id FROM Contacts WHERE Id = '${contact?.Id}') FROM Account WHERE Id = '${idIn(contact, 'AccountId')}'`,
    XML,
  );

  expect(text).toContain(
    `<Contacts><done>true</done><records type="Contact" url="${V}/sobjects/Contact/${contact?.Id}"><Id>${contact?.Id}</Id></records><totalSize>1</totalSize></Contacts></records>`,
  );
});

test('FIELDS selects every field, the standard or the custom ones, of children too', async () => {
  const fieldsOf = async (soql: string): Promise<string[]> => {
    const { attributes: _, ...fields } = (await client.query(soql)).json.records[0];
    return Object.keys(fields);
  };
  const described = (await client.get('/services/data/v64.0/sobjects/Account/describe')).json.fields;
  const names: string[] = described.map(({ name }: Json) => name);

  const all = await fieldsOf('SELECT FIELDS(ALL) FROM Account LIMIT 200');
  const standard = await fieldsOf('SELECT fields(standard) FROM Account');
  const custom = await fieldsOf('SELECT Name, FIELDS(CUSTOM) FROM Account LIMIT 1');
  const children = await client.query(
    'SELECT (SELECT FIELDS(STANDARD) FROM Cases) FROM Account WHERE Id IN (SELECT AccountId FROM Case) LIMIT 1',
  );

  expect(all).toEqual(names);
  expect(standard).toEqual(names.filter((name) => !name.endsWith('__c')));
  expect(custom).toEqual(['Name', ...names.filter((name) => name.endsWith('__c'))]);
  expect(children.json.records[0].Cases.records[0]).toHaveProperty('CaseNumber');
});

test('a compound address is an object, or null where all of it is', async () => {
  const { json } = await client.query('SELECT BillingCity, BillingAddress, ShippingAddress FROM Account');
  const [first] = json.records.filter((record: Json) => record.BillingCity !== null);

  expect(first.BillingAddress).toMatchObject({ city: first.BillingCity, latitude: null });
  expect(first.ShippingAddress).toBeNull();
});

test("the object's own name or alias may begin a path", async () => {
  const { status } = await client.query(
    'SELECT Account.Name, a.Id FROM Account a WHERE a.Name != null ORDER BY Account.Name LIMIT 1',
  );

  expect(status).toBe(200);
});

test.each([
  ['SELECT Nope FROM Account', 'INVALID_FIELD', "ERROR at Row:1:Column:8\nNo such column 'Nope' on entity 'Account'."],
  ["SELECT Id FROM Account WHERE Nope__c = 'x'", 'INVALID_FIELD', "No such column 'Nope__c' on entity 'Account'"],
  ['SELECT Id FROM Account ORDER BY Nope', 'INVALID_FIELD', "No such column 'Nope'"],
  ['SELECT Boss.Name FROM Account', 'INVALID_FIELD', "Didn't understand relationship 'Boss' in field path."],
  ['SELECT Owner FROM Account', 'INVALID_FIELD', "No such column 'Owner' on entity 'Account'"],
  ['SELECT Who.Amount FROM Task', 'INVALID_FIELD', "No such column 'Amount' on entity 'Name'"],
  ['SELECT Id, id FROM Account', 'INVALID_FIELD', 'duplicate field selected: id'],
  [
    'SELECT Id, (SELECT Id FROM Boats) FROM Account',
    'INVALID_TYPE',
    "Didn't understand relationship 'Boats' in FROM part of query call.",
  ],
  ['SELECT Id FROM Boat', 'INVALID_TYPE', "sObject type 'Boat' is not supported."],
  ['SELECT Id FROM AccountChangeEvent', 'INVALID_TYPE_FOR_OPERATION', 'does not support query'],
  [
    "SELECT Id FROM Account WHERE AnnualRevenue = '5'",
    'INVALID_FIELD',
    'must be of type currency and should not be enclosed in quotes',
  ],
  ['SELECT Id FROM Account WHERE Name = 5', 'INVALID_FIELD', 'must be of type string and should be enclosed in quotes'],
  ['SELECT Id FROM Account WHERE CreatedDate > 2024-01-01', 'INVALID_FIELD', 'must be of type dateTime'],
  ['SELECT Id FROM Account WHERE Last_Audit__c = 2024-01-01T00:00:00Z', 'INVALID_FIELD', 'must be of type date'],
  ["SELECT Id FROM Account WHERE Id = 'abc'", 'MALFORMED_QUERY', 'invalid ID field: abc'],
  [
    "SELECT Id FROM Account WHERE Description = 'x'",
    'INVALID_FIELD',
    "field 'Description' can not be filtered in a query call",
  ],
  [
    'SELECT Id FROM Account ORDER BY Description',
    'INVALID_FIELD',
    "field 'Description' can not be sorted in a query call",
  ],
  ["SELECT Id FROM Account WHERE Id LIKE '001%'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on id field'],
  [
    "SELECT Id FROM Account WHERE AnnualRevenue LIKE '1%'",
    'INVALID_QUERY_FILTER_OPERATOR',
    'invalid operator on currency field',
  ],
  [
    "SELECT Id FROM Account WHERE Name INCLUDES ('a')",
    'INVALID_QUERY_FILTER_OPERATOR',
    'only for multi-select picklists',
  ],
  ['SELECT Id FROM Account LIMIT 1 OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000'],
  [
    'SELECT Parent.Parent.Parent.Parent.Parent.Parent.Name FROM Account',
    'MALFORMED_QUERY',
    'A path may go over 5 parents',
  ],
  [
    'SELECT Id, (SELECT Id, (SELECT Id, (SELECT Id, (SELECT Id, (SELECT Id FROM ChildAccounts) FROM ChildAccounts) FROM ChildAccounts) FROM ChildAccounts) FROM ChildAccounts) FROM Account',
    'MALFORMED_QUERY',
    'nested 5 levels deep',
  ],
  ['SELECT Id, (SELECT COUNT() FROM Contacts) FROM Account', 'MALFORMED_QUERY', 'COUNT() cannot stand in a sub-query'],
  ['SELECT COUNT() FROM Account ORDER BY Name', 'MALFORMED_QUERY', 'COUNT() cannot be used with ORDER BY'],
  ['SELECT Id, FIELDS(ALL) FROM Account LIMIT 1', 'INVALID_FIELD', 'duplicate field selected: Id'],
])('%s is refused with %s', async (soql, code, told) => {
  const refused = await refusal(soql);

  expect(refused).toMatchObject({ status: 400, code });
  expect(refused.message).toContain(told);
});

test('the frame of an error cuts a long line to the surroundings of the place', async () => {
  const { message } = await refusal('SELECT Id,Name,BillingCity,IsDeleted FROM Accout');

  expect(message).toMatch(
    /^\nName,BillingCity,IsDeleted FROM Accout\n {32}\^\nERROR at Row:1:Column:43\nsObject type 'Accout' is not supported\./,
  );
});

test('a request without q is refused', async () => {
  const { json } = await client.get(`${V}/query`);

  expect(json).toEqual([{ message: 'A query string has to be specified', errorCode: 'MALFORMED_QUERY' }]);
});

test('the organization tells its edition', async () => {
  const { json } = await client.query('SELECT Id, OrganizationType, IsSandbox, InstanceName FROM Organization');

  expect(json.records).toEqual([
    {
      attributes: expect.anything(),
      Id: client.org.organizationId,
      OrganizationType: 'Developer Edition',
      IsSandbox: false,
      InstanceName: 'LOOP1',
    },
  ]);
});

test('one seed gives one org, another another', async () => {
  const [same, other] = [
    await OrgClient.start({ seed: 3, accounts: 30 }),
    await OrgClient.start({ seed: 4, accounts: 30 }),
  ];
  const all = async (of: OrgClient) =>
    (await of.query('SELECT Name, Phone, Custom_Score__c, BillingAddress FROM Account')).text;

  const texts = [await all(client), await all(same), await all(other)];
  await same.close();
  await other.close();

  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).not.toBe(texts[2]);
});
