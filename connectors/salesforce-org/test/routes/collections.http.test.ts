import { type Json, OrgClient, V, XML, XML_BODY } from '../org-client.js';

let client: OrgClient;
const COLLECTION = `${V}/composite/sobjects`;
const UPSERT = `${COLLECTION}/Invoice__c/External_Id__c`;
const ROLLED_BACK = 'ALL_OR_NONE_OPERATION_ROLLED_BACK';

beforeEach(async () => {
  client = await OrgClient.start({ accounts: 3 });
});
afterEach(() => client.close());

const account = (fields: object, type = 'Account') => ({ attributes: { type }, ...fields });
const named = (...names: readonly string[]) => names.map((Name) => account({ Name }));
const codes = (results: readonly Json[]) =>
  results.map(({ success, errors }) => (success ? 'ok' : errors.map((error: Json) => error.statusCode).join()));
const send = (method: string, records: readonly object[], allOrNone = false, path = COLLECTION) =>
  client.send(method, path, { allOrNone, records });
const insert = (...names: readonly string[]) => names.map((Name) => client.org.insert('Account', { Name }));
/** What requests wrote, beside the records that a test inserted itself. */
const applied = () => client.org.ledger.entries.filter(({ request }) => request > 0);

test('a create makes every record, of several types, and answers in their order', async () => {
  const { status, json } = await send('POST', [...named('a'), account({ LastName: 'b' }, 'contact'), ...named('c')]);

  expect(status).toBe(200);
  expect(json).toEqual(applied().map(({ id }) => ({ id, success: true, errors: [] })));
  expect(applied().map(({ action, objectType }) => [action, objectType])).toEqual([
    ['create', 'Account'],
    ['create', 'Contact'],
    ['create', 'Account'],
  ]);
});

test('a record that is refused has its errors and no id, and the others are made', async () => {
  const { json } = await send('POST', [...named('a'), account({ Phone: '1' }), ...named('c')]);

  expect(json[1]).toEqual({
    success: false,
    errors: [
      { statusCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [Name]', fields: ['Name'] },
    ],
  });
  expect(codes(json)).toEqual(['ok', 'REQUIRED_FIELD_MISSING', 'ok']);
  expect(applied().map(({ fields }) => fields['Name'])).toEqual(['a', 'c']);
});

test('under all or none one refusal undoes all: nothing is applied, nothing in the ledger, and the ids are free again', async () => {
  const { status, json } = await send('POST', [...named('a'), account({ Phone: '1' }), ...named('c')], true);

  expect(status).toBe(200);
  expect(codes(json)).toEqual([ROLLED_BACK, 'REQUIRED_FIELD_MISSING', ROLLED_BACK]);
  expect(json[0]).toEqual({
    success: false,
    errors: [
      {
        statusCode: ROLLED_BACK,
        message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
        fields: [],
      },
    ],
  });
  expect(applied()).toEqual([]);
  expect(client.org.records('Account')).toHaveLength(3);
});

test('an update under all or none leaves every field as it was, and tells the ids', async () => {
  const [first = '', second = ''] = insert('a', 'b');
  const records = [account({ id: first, Name: 'changed' }), account({ id: second, Name: null })];

  const { json } = await send('PATCH', records, true);

  expect(codes(json)).toEqual([ROLLED_BACK, 'REQUIRED_FIELD_MISSING']);
  expect(json[0].id).toBe(first);
  expect(json[1].id).toBeUndefined();
  expect(client.org.record(first)?.['Name']).toBe('a');
  expect(applied()).toEqual([]);
});

test('a rolled back value is free again for unique fields and for searches', async () => {
  const invoice = (External_Id__c: string) => account({ External_Id__c }, 'Invoice__c');
  await send('POST', [invoice('X'), account({ Amount__c: 'x'.repeat(3), Status__c: 'no' }, 'Lead')], true);

  const { json } = await send('POST', [invoice('X')]);

  expect(codes(json)).toEqual(['ok']);
});

test.each([
  ['without an id', {}, 'MISSING_ARGUMENT', 'Id not specified in an update call'],
  ['with an id that is none', { id: 'abc' }, 'MALFORMED_ID', 'malformed id abc'],
  [
    'with the id of another type',
    { Id: '003Lo0000000001' },
    'MALFORMED_ID',
    'Account ID: id value of incorrect type: 003Lo0000000001',
  ],
  [
    'of a record that never was',
    { id: '001Lo0000009999' },
    'INVALID_CROSS_REFERENCE_KEY',
    'invalid cross reference id',
  ],
])('an update %s is refused by itself', async (_case, fields, statusCode, message) => {
  const { json } = await send('PATCH', [account({ Name: 'x', ...fields })]);

  expect(json[0].errors).toMatchObject([{ statusCode, message }]);
});

test('an update of a deleted record is refused', async () => {
  const [id = ''] = insert('a');
  await client.send('DELETE', `${V}/sobjects/Account/${id}`);

  expect(codes((await send('PATCH', [account({ id, Name: 'b' })])).json)).toEqual(['ENTITY_IS_DELETED']);
});

test('an upsert creates and updates by the external id in each record', async () => {
  client.org.insert('Invoice__c', { External_Id__c: 'X', Amount__c: 1 });
  const records = ['x', 'Y'].map((key) => account({ External_Id__c: key, Amount__c: 2 }, 'Invoice__c'));

  const { json } = await send('PATCH', records, false, UPSERT);

  expect(json.map((result: Json) => result.created)).toEqual([false, true]);
  expect(applied().map(({ action, key, id }) => [action, key, id])).toEqual([
    ['update', 'External_Id__c=x', json[0].id],
    ['create', 'External_Id__c=Y', json[1].id],
  ]);
});

test('of two parents with one external id the type that is told decides', async () => {
  client.org.insert('Contact', { LastName: 'c', Email: 'same@example.org' });
  const lead = client.org.insert('Lead', { LastName: 'l', Company: 'l', Email: 'same@example.org' });

  const { json } = await send('POST', [account({ Who: account({ Email: 'same@example.org' }, 'Lead') }, 'Task')]);

  expect(client.org.record(json[0].id)?.['WhoId']).toBe(lead);
});

test('one external id twice in an upsert is refused, in each record that has it', async () => {
  const records = ['A', 'b', 'a '].map((key) => account({ External_Id__c: key }, 'Invoice__c'));

  const { json } = await send('PATCH', records, false, UPSERT);

  expect(codes(json)).toEqual(['DUPLICATE_VALUE', 'ok', 'DUPLICATE_VALUE']);
  expect(json[0].errors[0].message).toBe('Duplicate external id specified: A');
});

test('an external id that is missing, and one that several records have, are refused', async () => {
  for (const Amount__c of [1, 2]) client.org.insert('Invoice__c', { Legacy_Code__c: 'twice', Amount__c });
  const records = [{}, { Legacy_Code__c: null }, { Legacy_Code__c: 'TWICE' }].map((one) => account(one, 'Invoice__c'));

  const { json } = await send('PATCH', records, false, `${COLLECTION}/Invoice__c/Legacy_Code__c`);

  expect(codes(json)).toEqual(['MISSING_ARGUMENT', 'MISSING_ARGUMENT', 'DUPLICATE_EXTERNAL_ID']);
});

test('an upsert by Id creates where it is null', async () => {
  const [id = ''] = insert('a');

  const { json } = await send(
    'PATCH',
    [account({ Id: id, Name: 'b' }), account({ Id: null, Name: 'c' })],
    false,
    `${COLLECTION}/Account/Id`,
  );

  expect(json.map((result: Json) => result.created)).toEqual([false, true]);
});

test('an upsert under all or none is undone', async () => {
  client.org.insert('Invoice__c', { External_Id__c: 'X', Amount__c: 1 });
  const records = [
    { External_Id__c: 'X', Amount__c: 2 },
    { External_Id__c: 'Y', Status__c: 'nope' },
  ].map((one) => account(one, 'Invoice__c'));

  const { json } = await send('PATCH', records, true, UPSERT);

  expect(codes(json)).toEqual([ROLLED_BACK, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST']);
  expect(applied()).toEqual([]);
});

test('a delete takes ids of several types and tells each', async () => {
  const [id = ''] = insert('a');
  const contact = client.org.insert('Contact', { LastName: 'b' });

  const { status, json } = await client.send('DELETE', `${COLLECTION}?ids=${id},${contact},nope,${id}`);

  expect(status).toBe(200);
  expect(codes(json)).toEqual(['ok', 'ok', 'MALFORMED_ID', 'ENTITY_IS_DELETED']);
  expect(json.map((result: Json) => result.id)).toEqual([id, contact, 'nope', id]);
});

test('a delete under all or none brings everything back, children too', async () => {
  const [id = ''] = insert('a');
  const contact = client.org.insert('Contact', { LastName: 'b', AccountId: id });

  const { json } = await client.send('DELETE', `${COLLECTION}?ids=${id},001Lo0000009999&allOrNone=true`);

  expect(codes(json)).toEqual([ROLLED_BACK, 'INVALID_CROSS_REFERENCE_KEY']);
  expect(json[0].id).toBe(id);
  expect(client.org.record(contact)?.['IsDeleted']).toBe(false);
  expect(client.org.records('Account').map((record) => record.Id)).toContain(id);
  expect(applied()).toEqual([]);
});

test('records are read by id, null for one that is missing', async () => {
  const [id = ''] = insert('a');
  const missing = '001Lo0000009999';
  const expected = [{ attributes: { type: 'Account', url: `${V}/sobjects/Account/${id}` }, Name: 'a' }, null];

  const byGet = await client.get(`${COLLECTION}/account?ids=${id},${missing}&fields=Name`);
  const byPost = await client.send('POST', `${COLLECTION}/Account`, { ids: [id, missing], fields: ['name'] });
  const asXml = await client.get(`${COLLECTION}/Account?ids=${id},${missing}&fields=Name`, XML);

  expect([byGet.json, byPost.json]).toEqual([expected, expected]);
  expect(asXml.text).toMatch(
    /<results [^>]*><Account [^>]*><Name>a<\/Name><\/Account><Account xsi:nil="true"\/><\/results>$/,
  );
});

const xml = (...records: readonly string[]) => `<result>${records.join('')}</result>`;

test('XML in gives XML out, members in alphabetical order', async () => {
  const body = xml('<records type="Account"><Name>a</Name></records>', '<records type="Account"/>');

  const { text } = await client.send('POST', COLLECTION, body, XML_BODY);

  expect(text).toBe(
    `<?xml version="1.0" encoding="UTF-8"?><results xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><result><id>${applied()[0]?.id}</id><success>true</success></result><result><errors><fields>Name</fields><message>Required fields are missing: [Name]</message><statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><id xsi:nil="true"/><success>false</success></result></results>`,
  );
});

test('allOrNone in XML is read in any case', async () => {
  const body = xml(
    '<allOrNone>True</allOrNone>',
    '<records type="Account"><Name>a</Name></records>',
    '<records type="Account"/>',
  );

  await client.send('POST', COLLECTION, body, XML_BODY);

  expect(applied()).toEqual([]);
});

test('an update and an upsert in XML take the id from an element', async () => {
  const [id = ''] = insert('a');
  const update = xml(`<records type="Account"><Id>${id}</Id><Name>b</Name></records>`);
  const upsert = xml('<records type="Invoice__c"><External_Id__c>K</External_Id__c></records>');

  const answers = [
    await client.send('PATCH', COLLECTION, update, XML_BODY),
    await client.send('PATCH', UPSERT, upsert, XML_BODY),
  ];

  expect(answers.map(({ text }) => /<success>(\w+)/.exec(text)?.[1])).toEqual(['true', 'true']);
  expect(answers[1]?.text).toContain('<result><created>true</created><id>');
});

test.each([
  ['no records', [], 'REQUIRED_FIELD_MISSING'],
  ['more than 200 records', named(...Array.from({ length: 201 }, (_, index) => `n${index}`)), 'INVALID_INPUT'],
  ['a type that is not there', [account({ Name: 'a' }, 'Nope')], 'INVALID_TYPE'],
  ['a record without a type', [{ Name: 'a' }], 'INVALID_INPUT'],
  [
    'more than 10 runs of a type',
    Array.from({ length: 11 }, (_, at) => account({}, at % 2 ? 'Contact' : 'Account')),
    'INVALID_INPUT',
  ],
  ['a value of another type', [...named('a'), account({ Name: 'b', NumberOfEmployees: 'many' })], 'JSON_PARSER_ERROR'],
])('%s: the whole request is refused and nothing applied', async (_case, records, errorCode) => {
  const { status, json } = await send('POST', records);

  expect([status, json[0].errorCode]).toEqual([400, errorCode]);
  expect(applied()).toEqual([]);
});

test('ten runs of a type are taken', async () => {
  const records = Array.from({ length: 10 }, (_, at) =>
    at % 2 ? account({ LastName: 'l' }, 'Contact') : account({ Name: 'n' }),
  );

  expect(codes((await send('POST', records)).json)).toEqual(records.map(() => 'ok'));
});

test.each([
  ['POST', `${COLLECTION}`, 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['PATCH', `${COLLECTION}/Invoice__c/Status__c`, 'application/json', 404, 'NOT_FOUND'],
  ['DELETE', COLLECTION, 'application/json', 400, 'REQUIRED_FIELD_MISSING'],
  ['GET', `${COLLECTION}/Account?ids=&fields=Name`, 'application/json', 400, 'MISSING_ARGUMENT'],
])('%s %s as %s answers %d', async (method, path, type, status, errorCode) => {
  const body =
    method === 'GET' || method === 'DELETE' ? undefined : '{"records":[{"attributes":{"type":"Invoice__c"}}]}';

  const answer = await client.send(method, path, body, { 'content-type': type });

  expect([answer.status, answer.json[0].errorCode]).toEqual([status, errorCode]);
});

test('a delete that fails half way leaves nothing deleted', async () => {
  const [parent = ''] = insert('parent');
  const contact = client.org.insert('Contact', { LastName: 'b', AccountId: parent });
  client.org.insert('Case', { AccountId: parent });

  const { status } = await client.send('DELETE', `${V}/sobjects/Account/${parent}`);

  expect(status).toBe(400);
  expect(client.org.record(contact)?.['IsDeleted']).toBe(false);
  expect(applied()).toEqual([]);
});
