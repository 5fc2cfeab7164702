import type { ObjectSpec } from '#src/index.js';
import { type Json, OrgClient, type Received, V } from '../org-client.js';

/** An object with one field for each check. */
const CHECK: ObjectSpec = {
  name: 'Check__c',
  label: 'Check',
  labelPlural: 'Checks',
  keyPrefix: 'a0C',
  fields: [
    { name: 'Key__c', type: 'string', length: 20, externalId: true, unique: true },
    { name: 'Needed__c', type: 'string', length: 5, required: true },
    { name: 'Whole__c', type: 'int' },
    { name: 'Money__c', type: 'currency', precision: 5, scale: 2 },
    { name: 'Day__c', type: 'date' },
    { name: 'Done__c', type: 'boolean' },
    { name: 'Mail__c', type: 'email', length: 80 },
    { name: 'Kind__c', type: 'picklist', values: ['A', 'B'], restricted: true },
    { name: 'Kinds__c', type: 'multipicklist', values: ['A', 'B'], restricted: true },
    { name: 'Code__c', type: 'string', length: 20, unique: true },
    { name: 'Invoice__c', type: 'reference', to: ['Invoice__c'], relationship: 'Invoice__r', children: 'Checks__r' },
    { name: 'Sum__c', type: 'double', readOnly: true },
  ],
};

let client: OrgClient;
let id: string;
beforeEach(async () => {
  client = await OrgClient.start({ accounts: 3, objects: [CHECK] });
  client.org.insert('Check__c', { Key__c: 'taken', Needed__c: 'x', Code__c: 'TAKEN' });
  for (const Name of ['one', 'two']) client.org.insert('Invoice__c', { Name, Legacy_Code__c: 'twice' });
  id = client.org.insert('Check__c', { Key__c: 'own', Needed__c: 'x' });
});
afterEach(() => client.close());

const needed = { Needed__c: 'x' };
const typed = (fields: object) => ({ attributes: { type: 'Check__c', referenceId: 'r' }, ...fields });
const richInput = (method: string, url: string, input: object) =>
  client.send('POST', `${V}/composite/batch`, { batchRequests: [{ method, url: `v64.0${url}`, richInput: input }] });

/** Every way to write a record, with what a refusal is found at in its answer. */
const PATHS: readonly [string, (body: object) => Promise<Received>, (json: Json) => Json][] = [
  ['a create', (body) => client.send('POST', `${V}/sobjects/Check__c`, { ...needed, ...body }), (json) => json[0]],
  ['an update', (body) => client.send('PATCH', `${V}/sobjects/Check__c/${id}`, body), (json) => json[0]],
  [
    'an upsert that creates',
    (body) => client.send('PATCH', `${V}/sobjects/Check__c/Key__c/new`, { ...needed, ...body }),
    (json) => json[0],
  ],
  [
    'an upsert that updates',
    (body) => client.send('PATCH', `${V}/sobjects/Check__c/Key__c/own`, body),
    (json) => json[0],
  ],
  [
    'a collection that creates',
    (body) => client.send('POST', `${V}/composite/sobjects`, { records: [typed({ ...needed, ...body })] }),
    (json) => json[0].errors?.[0] ?? json[0],
  ],
  [
    'a collection that updates',
    (body) => client.send('PATCH', `${V}/composite/sobjects`, { records: [typed({ Id: id, ...body })] }),
    (json) => json[0].errors?.[0] ?? json[0],
  ],
  [
    'a collection that upserts',
    (body) =>
      client.send('PATCH', `${V}/composite/sobjects/Check__c/Key__c`, {
        records: [typed({ Key__c: 'new', ...needed, ...body })],
      }),
    (json) => json[0].errors?.[0] ?? json[0],
  ],
  [
    'a tree',
    (body) => client.send('POST', `${V}/composite/tree/Check__c`, { records: [typed({ ...needed, ...body })] }),
    (json) => json.results?.[0].errors[0] ?? json[0],
  ],
  [
    'a create in a batch',
    (body) => richInput('POST', '/sobjects/Check__c', { ...needed, ...body }),
    (json) => json.results?.[0].result[0] ?? json[0],
  ],
  [
    'an update in a batch',
    (body) => richInput('PATCH', `/sobjects/Check__c/${id}`, body),
    (json) => json.results?.[0].result[0] ?? json[0],
  ],
];

describe.each(PATHS)('%s is refused for', (_path, write, refusalOf) => {
  test.each<[string, object, string, string | RegExp, (readonly string[])?]>([
    ['an unknown field', { No__c: 1 }, 'INVALID_FIELD', "No such column 'No__c' on sobject of type Check__c"],
    [
      'a field that is read only',
      { Sum__c: 1 },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      /create\/update fields: Sum__c\./,
      ['Sum__c'],
    ],
    [
      'text where a number belongs',
      { Whole__c: 'x' },
      'JSON_PARSER_ERROR',
      /^Cannot deserialize instance of int from VALUE_STRING value x/,
    ],
    ['a day that is none', { Day__c: '2024-02-30' }, 'JSON_PARSER_ERROR', /^Cannot deserialize instance of date/],
    [
      'a moment where a day belongs',
      { Day__c: '2020-04-30T13:19:18.000000+02:00' },
      'JSON_PARSER_ERROR',
      /^Cannot deserialize instance of date from VALUE_STRING value 2020-04-30T13:19:18\.000000\+02:00 or request may be missing a required field at \[/,
    ],
    [
      'text of 1 where true belongs',
      { Done__c: '1' },
      'JSON_PARSER_ERROR',
      /^Cannot deserialize instance of boolean from VALUE_STRING value 1 or request may be missing a required field at \[/,
    ],
    ['an object where text belongs', { Code__c: { a: 1 } }, 'JSON_PARSER_ERROR', /START_OBJECT/],
    [
      'text that is too long',
      { Needed__c: '123456' },
      'STRING_TOO_LONG',
      'Needed: data value too large: 123456 (max length=5)',
      ['Needed__c'],
    ],
    [
      'too many digits',
      { Money__c: 1000 },
      'NUMBER_OUTSIDE_VALID_RANGE',
      'Money: value outside of valid range on numeric field: 1000',
      ['Money__c'],
    ],
    [
      'an address that is none',
      { Mail__c: 'x' },
      'INVALID_EMAIL_ADDRESS',
      'Mail: invalid email address: x',
      ['Mail__c'],
    ],
    [
      'a value not of its list',
      { Kind__c: 'C' },
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'Kind: bad value for restricted picklist field: C',
      ['Kind__c'],
    ],
    [
      'one of several values not of its list',
      { Kinds__c: 'A;C' },
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'Kinds: bad value for restricted picklist field: A;C',
      ['Kinds__c'],
    ],
    [
      'a required field that is empty',
      { Needed__c: ' ' },
      'REQUIRED_FIELD_MISSING',
      'Required fields are missing: [Needed__c]',
      ['Needed__c'],
    ],
    [
      'a unique value that is taken, in other case',
      { Code__c: 'taken' },
      'DUPLICATE_VALUE',
      /^duplicate value found: Code__c duplicates value on record with id: a0C/,
    ],
    [
      'a lookup that is no id',
      { Invoice__c: 'abc' },
      'MALFORMED_ID',
      'Invoice: id value of incorrect type: abc',
      ['Invoice__c'],
    ],
    ['a lookup to another object', { Invoice__c: '001Lo0000000001' }, 'MALFORMED_ID', /incorrect type/, ['Invoice__c']],
    [
      'a lookup to no record',
      { Invoice__c: 'a00Lo0000ZZZZZZ' },
      'INVALID_CROSS_REFERENCE_KEY',
      'invalid cross reference id',
      ['Invoice__c'],
    ],
    [
      'an external id of no parent',
      { Invoice__r: { External_Id__c: 'no' } },
      'INVALID_FIELD',
      'Foreign key external ID: no not found for field External_Id__c in entity Invoice__c',
    ],
    [
      'an external id of two parents',
      { Invoice__r: { Legacy_Code__c: 'TWICE' } },
      'DUPLICATE_EXTERNAL_ID',
      /^Legacy_Code__c: more than one record found for external id field: \[a00\w+, a00\w+\]$/,
      ['Legacy_Code__c'],
    ],
    [
      'a parent by id and by external id',
      { Invoice__c: null, Invoice__r: { External_Id__c: 'I-1' } },
      'INVALID_FIELD',
      'More than 1 field provided an external foreign key reference in entity: Invoice__c',
      ['Invoice__c'],
    ],
  ])('%s', async (_why, body, code, message, fields = []) => {
    const before = client.org.ledger.entries.length;

    const { json } = await write(body);

    const problem = refusalOf(json);
    expect(problem).toMatchObject({ message: typeof message === 'string' ? message : expect.stringMatching(message) });
    expect(problem.errorCode ?? problem.statusCode).toBe(code);
    expect(problem.fields ?? []).toEqual(fields);
    expect(client.org.ledger.entries).toHaveLength(before);
  });
});

test('of two new records with one unique value the second is refused, in a collection and in a tree', async () => {
  const records = ['r1', 'r2'].map((referenceId) => ({
    attributes: { type: 'Check__c', referenceId },
    Needed__c: referenceId,
    Code__c: 'both',
  }));

  const tree = await client.send('POST', `${V}/composite/tree/Check__c`, { records });
  const collection = await client.send('POST', `${V}/composite/sobjects`, { records });

  expect(tree.json).toMatchObject({ results: [{ referenceId: 'r2', errors: [{ statusCode: 'DUPLICATE_VALUE' }] }] });
  expect(collection.json).toMatchObject([{ success: true }, { errors: [{ statusCode: 'DUPLICATE_VALUE' }] }]);
  expect(client.org.records('Check__c').map((record) => record['Needed__c'])).toEqual(['x', 'x', 'r1']);
});

test('an auto number of a new record is found at once, by those who looked before too', async () => {
  const find = () => client.query("SELECT Id FROM Invoice_Line__c WHERE Name = 'L-000013'");
  const [invoice] = client.org.records('Invoice__c');
  await client.get(`${V}/sobjects/Invoice_Line__c/Name/L-000013`);

  const line = client.org.insert('Invoice_Line__c', { Invoice__c: invoice?.Id, Quantity__c: 1 });
  const byKey = await client.get(`${V}/sobjects/Invoice_Line__c/Name/L-000013`);

  expect([byKey.status, byKey.json.Id]).toEqual([200, line]);
  expect((await find()).json.records[0].Id).toBe(line);
});
