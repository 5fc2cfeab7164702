import { type Json, OrgClient, V, XML, XML_BODY } from '../org-client.js';

let client: OrgClient;
const NOW = Date.UTC(2026, 5, 1, 12);
const INVOICES = `${V}/sobjects/Invoice__c`;
const UNKNOWN_ID = '001Lo00000zzzzzAA';

beforeEach(async () => {
  client = await OrgClient.start({ accounts: 8, now: () => NOW });
});
afterEach(() => client.close());

async function errorOf(
  method: string,
  path: string,
  body?: string | object,
  headers?: Record<string, string>,
): Promise<Json> {
  const { status, json } = await client.send(method, path, body, headers);
  return { status, ...json[0] };
}

test('a create answers 201 with the new id and its address', async () => {
  const { status, text, headers } = await client.send('POST', `${V}/sobjects/account`, {
    Name: 'New',
    AnnualRevenue: 5,
    attributes: { type: 'Account' },
  });
  const { id } = JSON.parse(text);

  expect(status).toBe(201);
  expect(text).toBe(`{"id":"${id}","success":true,"errors":[]}`);
  expect(headers.get('location')).toBe(`${V}/sobjects/Account/${id}`);
  expect(client.org.record(id)).toMatchObject({
    Name: 'New',
    AnnualRevenue: 5,
    OwnerId: client.org.userId,
    CreatedById: client.org.userId,
    CreatedDate: NOW,
    LastModifiedDate: NOW,
    IsDeleted: false,
    Is_Key_Account__c: false,
  });
});

test('a create in XML takes any root and answers a Result', async () => {
  const { status, text } = await client.send(
    'POST',
    `${V}/sobjects/Account`,
    '<?xml version="1.0"?><records type="Account"><Name>A &amp; B</Name><Phone xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/></records>',
    XML_BODY,
  );
  const id = /<id>(\w{18})<\/id>/.exec(text)?.[1] ?? '';

  expect(status).toBe(201);
  expect(text).toBe(
    `<?xml version="1.0" encoding="UTF-8"?><Result xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><id>${id}</id><success>true</success></Result>`,
  );
  expect(client.org.record(id)?.['Name']).toBe('A & B');
});

test('a record is read whole, or with the fields asked for, in both formats', async () => {
  const [account] = client.org.records('Account');
  const path = `${V}/sobjects/Account/${String(account?.Id).slice(0, 15)}`;

  const whole = await client.get(path);
  const some = await client.get(`${path}?fields=name,OwnerId`);
  const xml = await client.get(`${path}?fields=Name,CreatedDate`, XML);

  expect(Object.keys(whole.json)).toEqual(['attributes', ...Object.keys(account ?? {})]);
  expect(some.json).toEqual({
    attributes: { type: 'Account', url: `${V}/sobjects/Account/${account?.Id}` },
    Name: account?.['Name'],
    OwnerId: account?.['OwnerId'],
  });
  expect(xml.text).toContain(
    `<Account xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="Account" url="${V}/sobjects/Account/${account?.Id}"><Name>`,
  );
  expect(xml.text).toContain('<CreatedDate>2024-01-01T08:00:00.000Z</CreatedDate></Account>');
});

test('an update answers 204 without a body and changes only what it names', async () => {
  const [account] = client.org.records('Account');
  const id = String(account?.Id);

  const { status, text } = await client.send('PATCH', `${V}/sobjects/Account/${id}`, { phone: '1', Industry: null });

  expect([status, text]).toEqual([204, '']);
  expect(client.org.record(id)).toEqual({
    ...account,
    Phone: '1',
    Industry: null,
    LastModifiedDate: NOW,
    SystemModstamp: NOW,
    LastModifiedById: client.org.userId,
  });
});

test('POST with _HttpMethod=PATCH is an update', async () => {
  const id = client.org.insert('Account', { Name: 'a' });

  const { status } = await client.send('POST', `${V}/sobjects/Account/${id}?_HttpMethod=PATCH`, { Name: 'b' });

  expect([status, client.org.record(id)?.['Name']]).toEqual([204, 'b']);
});

test('an update in XML clears a field by nil and by an empty element', async () => {
  const id = client.org.insert('Account', { Name: 'a', Phone: '1', Fax: '2', Site: 'x' });

  await client.send(
    'PATCH',
    `${V}/sobjects/Account/${id}`,
    '<Account xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Phone xsi:nil="true"/><Fax/></Account>',
    XML_BODY,
  );

  expect(client.org.record(id)).toMatchObject({ Phone: null, Fax: null, Site: 'x' });
});

test('a delete answers 204, takes dependent children along and empties other lookups', async () => {
  const id = client.org.insert('Account', { Name: 'a' });
  const contact = client.org.insert('Contact', { LastName: 'c', AccountId: id });
  const invoice = client.org.insert('Invoice__c', { Account__c: id });

  const { status } = await client.send('DELETE', `${V}/sobjects/Account/${id}`);

  expect(status).toBe(204);
  expect(client.org.record(id)?.['IsDeleted']).toBe(true);
  expect(client.org.record(contact)?.['IsDeleted']).toBe(true);
  expect(client.org.record(invoice)).toMatchObject({ IsDeleted: false, Account__c: null });
  expect((await client.get(`${V}/sobjects/Contact/${contact}`)).status).toBe(404);
});

test('a record that others hold on to is not deleted', async () => {
  const id = client.org.insert('Account', { Name: 'held' });
  client.org.insert('Case', { AccountId: id });

  const error = await errorOf('DELETE', `${V}/sobjects/Account/${id}`);

  expect(error).toMatchObject({
    status: 400,
    errorCode: 'DELETE_FAILED',
    message: expect.stringContaining(
      'Your attempt to delete held could not be completed because it is associated with the following cases.: 0000',
    ),
  });
  expect(client.org.record(id)?.['IsDeleted']).toBe(false);
});

test('a deleted record is not deleted or updated again', async () => {
  const id = client.org.insert('Account', { Name: 'a' });
  await client.send('DELETE', `${V}/sobjects/Account/${id}`);

  const gone = { status: 404, errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] };
  expect(await errorOf('DELETE', `${V}/sobjects/Account/${id}`)).toEqual(gone);
  expect(await errorOf('PATCH', `${V}/sobjects/Account/${id}`, { Name: 'b' })).toEqual(gone);
});

test.each([
  ['an unknown object', `${V}/sobjects/Nothing/001`, 'The requested resource does not exist'],
  ['an unknown id', `${V}/sobjects/Account/${UNKNOWN_ID.slice(0, 15)}`, 'The requested resource does not exist'],
  ['an id of another object', `${V}/sobjects/Account/003Lo0000000001`, 'The requested resource does not exist'],
  [
    'what is no id',
    `${V}/sobjects/Account/23foo`,
    'Provided external ID field does not exist or is not accessible: 23foo',
  ],
])('%s is not found', async (_case, path, message) => {
  expect(await errorOf('GET', path)).toEqual({ status: 404, errorCode: 'NOT_FOUND', message });
});

test.each(['GET', 'PATCH', 'DELETE'])('%s of an id whose sum or length is wrong finds it malformed', async (method) => {
  const id = client.org.insert('Account', { Name: 'a' });

  for (const wrong of [`${id.slice(0, 17)}${id.endsWith('A') ? 'B' : 'A'}`, id.slice(0, 17)])
    for (const path of [`${V}/sobjects/Account/${wrong}`, `${V}/sobjects/Account/Id/${wrong}`])
      expect(await errorOf(method, path, method === 'PATCH' ? { Name: 'b' } : undefined)).toMatchObject({
        status: 400,
        errorCode: 'MALFORMED_ID',
        message: `malformed id ${wrong}`,
      });
});

describe('a create is refused for', () => {
  test.each([
    [
      'an unknown field',
      { Nope: 1 },
      { errorCode: 'INVALID_FIELD', message: "No such column 'Nope' on sobject of type Invoice__c" },
    ],
    [
      'an id',
      { Id: 'a00Lo0000000001' },
      { errorCode: 'INVALID_FIELD', message: 'The Id field should not be specified in the sobject data.' },
    ],
    [
      'fields that are not writeable',
      { CreatedDate: '2020-01-01', IsDeleted: true },
      {
        errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
        fields: ['CreatedDate', 'IsDeleted'],
        message: expect.stringMatching(/^Unable to create\/update fields: CreatedDate, IsDeleted\. Please check/),
      },
    ],
    [
      'text that is too long',
      { Legacy_Code__c: 'x'.repeat(21) },
      {
        errorCode: 'STRING_TOO_LONG',
        fields: ['Legacy_Code__c'],
        message: `Legacy Code: data value too large: ${'x'.repeat(21)} (max length=20)`,
      },
    ],
    [
      'a bad email address',
      { Billing_Email__c: 'bad@one' },
      {
        errorCode: 'INVALID_EMAIL_ADDRESS',
        fields: ['Billing_Email__c'],
        message: 'Billing Email: invalid email address: bad@one',
      },
    ],
    [
      'a value off a restricted picklist',
      { Status__c: 'Lost' },
      {
        errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        fields: ['Status__c'],
        message: 'Status: bad value for restricted picklist field: Lost',
      },
    ],
    [
      'a value off a restricted multi-select picklist',
      { Tags__c: 'urgent;lost' },
      { errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' },
    ],
    [
      'a number too great',
      { Lines__c: 10000 },
      {
        errorCode: 'NUMBER_OUTSIDE_VALID_RANGE',
        message: 'Lines: value outside of valid range on numeric field: 10000',
      },
    ],
    [
      'text for a number',
      { Amount__c: 'many' },
      {
        errorCode: 'JSON_PARSER_ERROR',
        message: expect.stringContaining(
          'Cannot deserialize instance of currency from VALUE_STRING value many or request may be missing a required field',
        ),
      },
    ],
    [
      'a day that is none',
      { Due_Date__c: '2025-02-30' },
      {
        errorCode: 'JSON_PARSER_ERROR',
        message: expect.stringContaining('instance of date from VALUE_STRING value 2025-02-30'),
      },
    ],
    ['a moment that is none', { Sent_At__c: 'noon' }, { errorCode: 'JSON_PARSER_ERROR' }],
    [
      'an object for a plain field',
      { Name: { a: 1 } },
      { errorCode: 'JSON_PARSER_ERROR', message: expect.stringContaining('START_OBJECT') },
    ],
    [
      'a malformed reference',
      { Account__c: 'abc' },
      { errorCode: 'MALFORMED_ID', fields: ['Account__c'], message: 'Account: id value of incorrect type: abc' },
    ],
    ['a reference to another type', { Account__c: '003Lo0000000001' }, { errorCode: 'MALFORMED_ID' }],
    [
      'a reference to nothing',
      { Account__c: '001Lo00000zzzzz' },
      { errorCode: 'INVALID_CROSS_REFERENCE_KEY', fields: ['Account__c'], message: 'invalid cross reference id' },
    ],
    [
      'a parent by an unknown key',
      { Account__r: { External_Id__c: '7' } },
      {
        errorCode: 'INVALID_FIELD',
        message: 'Foreign key external ID: 7 not found for field External_Id__c in entity Account',
      },
    ],
    [
      'a parent by a field that is no key',
      { Account__r: { Name: 'x' } },
      { errorCode: 'INVALID_FIELD', message: "No such column 'Name' on sobject of type Account" },
    ],
    [
      'a key that another record has',
      { External_Id__c: 'i-1' },
      {
        errorCode: 'DUPLICATE_VALUE',
        message: expect.stringMatching(
          /^duplicate value found: External_Id__c duplicates value on record with id: a00\w{15}$/,
        ),
      },
    ],
  ])('%s', async (_case, body, expected) => {
    const error = await errorOf('POST', INVOICES, body);

    expect(error).toMatchObject({ status: 400, ...expected });
    expect(client.org.ledger.entries).toEqual([]);
  });

  test('required fields that are missing, all of them named', async () => {
    expect(await errorOf('POST', `${V}/sobjects/Opportunity`, { Amount: 1 })).toEqual({
      status: 400,
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [Name, StageName, CloseDate]',
      fields: ['Name', 'StageName', 'CloseDate'],
    });
  });

  test('an object that takes none', async () => {
    expect(await errorOf('POST', `${V}/sobjects/Organization`, { Name: 'x' })).toMatchObject({
      status: 400,
      errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    });
  });

  test('a body that is no JSON', async () => {
    expect(await errorOf('POST', INVOICES, '{"Name": ')).toMatchObject({ status: 400, errorCode: 'JSON_PARSER_ERROR' });
  });

  test.each([
    ['malformed', '<a><b></a>'],
    ['with a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['empty', ''],
  ])('a body that is XML, but %s', async (_case, body) => {
    const { status, text } = await client.send('POST', INVOICES, body, XML_BODY);

    expect(status).toBe(400);
    expect(text).toContain(
      '<Errors xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Error><errorCode>XML_PARSER_ERROR</errorCode>',
    );
  });

  test('a body of another type', async () => {
    expect(await errorOf('POST', INVOICES, 'Name=x', { 'content-type': 'text/plain' })).toMatchObject({
      status: 415,
      errorCode: 'UNSUPPORTED_MEDIA_TYPE',
    });
  });
});

test("the checks come in the service's order", async () => {
  const wrong: Record<string, unknown> = {
    Nope: 1,
    IsDeleted: true,
    Status__c: 'Lost',
    External_Id__c: 'I-1',
    Account__c: '001Lo00000zzzzz',
  };
  const codes: string[] = [];
  for (const name of Object.keys(wrong)) {
    codes.push((await errorOf('POST', INVOICES, wrong)).errorCode);
    delete wrong[name];
  }

  expect(codes).toEqual([
    'INVALID_FIELD',
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    'DUPLICATE_VALUE',
    'INVALID_CROSS_REFERENCE_KEY',
  ]);
});

test('errors in XML list their fields between code and message', async () => {
  const { text } = await client.send('POST', `${V}/sobjects/Opportunity`, '<r><Name>x</Name></r>', XML_BODY);

  expect(text).toContain(
    '<Error><errorCode>REQUIRED_FIELD_MISSING</errorCode><fields>StageName</fields><fields>CloseDate</fields><message>Required fields are missing: [StageName, CloseDate]</message></Error>',
  );
});

test('values are coerced, rounded and trimmed to the field', async () => {
  const { json } = await client.send('POST', INVOICES, {
    Name: 'trail  ',
    Amount__c: '12.345',
    Is_Paid__c: 'true',
    Due_Date__c: '2025-01-31',
    Sent_At__c: '2025-01-31T10:00:00.5+02:00',
    Summary__c: '',
    Legacy_Code__c: 7,
    Cutoff_Time__c: '08:00:00Z',
  });

  expect(client.org.record(json.id)).toMatchObject({
    Name: 'trail',
    Amount__c: 12.35,
    Is_Paid__c: true,
    Due_Date__c: '2025-01-31',
    Sent_At__c: Date.UTC(2025, 0, 31, 8, 0, 0, 500),
    Summary__c: null,
    Legacy_Code__c: '7',
    Cutoff_Time__c: '08:00:00.000Z',
    Status__c: 'Draft',
  });
});

test('a record without a name of its own is named by its id', async () => {
  const { json } = await client.send('POST', INVOICES, {});

  expect(client.org.record(json.id)?.['Name']).toBe(json.id);
});

test('a parent is found by its external id, in both formats', async () => {
  const parent = client.org.insert('Account', { Name: 'p', External_Id__c: 'Key-1' });

  const json = await client.send('POST', INVOICES, { Account__r: { External_Id__c: 'key-1' } });
  const xml = await client.send(
    'POST',
    INVOICES,
    '<r><Account__r><External_Id__c>Key-1</External_Id__c></Account__r></r>',
    { 'content-type': 'text/xml' },
  );

  for (const {
    json: { id },
  } of [json, xml])
    expect(client.org.record(id)?.['Account__c']).toBe(parent);
});

test('of two parents with one external id the type that is told decides, in both formats', async () => {
  client.org.insert('Contact', { LastName: 'c', Email: 'same@example.org' });
  const lead = client.org.insert('Lead', { LastName: 'l', Company: 'l', Email: 'same@example.org' });
  const tasks = `${V}/sobjects/Task`;
  const who = { attributes: { type: 'Lead' }, Email: 'same@example.org' };

  const json = await client.send('POST', tasks, { Who: who });
  const xml = await client.send('POST', tasks, '<r><Who type="Lead"><Email>same@example.org</Email></Who></r>', {
    'content-type': 'text/xml',
  });
  const other = await client.send('POST', tasks, { Who: { ...who, attributes: { type: 'User' } } });

  for (const { id } of [json.json, xml.json]) expect(client.org.record(id)?.['WhoId']).toBe(lead);
  expect(other.json).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
});

test("an update may keep its own unique value and may not take another's", async () => {
  const [first, second] = [
    client.org.insert('Invoice__c', { External_Id__c: 'u1' }),
    client.org.insert('Invoice__c', { External_Id__c: 'u2' }),
  ];

  expect((await client.send('PATCH', `${INVOICES}/${first}`, { External_Id__c: 'U1' })).status).toBe(204);
  expect(await errorOf('PATCH', `${INVOICES}/${second}`, { External_Id__c: 'u1' })).toMatchObject({
    errorCode: 'DUPLICATE_VALUE',
    message: expect.stringContaining(first),
  });
});

test('an update cannot empty a required field nor set one that is for creates only', async () => {
  const id = client.org.insert('Account', { Name: 'a' });
  const invoice = client.org.insert('Invoice__c', {});
  const line = client.org.insert('Invoice_Line__c', { Invoice__c: invoice, Quantity__c: 1 });

  expect(await errorOf('PATCH', `${V}/sobjects/Account/${id}`, { Name: '' })).toMatchObject({
    errorCode: 'REQUIRED_FIELD_MISSING',
    fields: ['Name'],
  });
  expect(await errorOf('PATCH', `${V}/sobjects/Invoice_Line__c/${line}`, { Invoice__c: invoice })).toMatchObject({
    errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
  });
});

test('a seeded record that was changed is found by its new values only', async () => {
  const [account] = client.org.records('Account');
  await client.send('PATCH', `${V}/sobjects/Account/${account?.Id}`, { External_Id__c: 'changed' });

  const old = await client.get(`${V}/sobjects/Account/External_Id__c/ACC-0000001`);
  const by = async (value: string) =>
    (await client.query(`SELECT Id FROM Account WHERE External_Id__c = '${value}'`)).json.totalSize;
  expect(old.status).toBe(404);
  expect([await by('changed'), await by('ACC-0000001'), await by('ACC-0000002')]).toEqual([1, 0, 1]);
});
