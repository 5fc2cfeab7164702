import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Json, OrgClient, V } from '../org-client.js';

/** An entry of a describe as the service gives it for a plain text field; `given` says what is otherwise. */
function entry(name: string, given: Json = {}): Json {
  return {
    name,
    label: name.replaceAll('_', ' '),
    type: 'string',
    length: 80,
    precision: 0,
    scale: 0,
    nillable: true,
    createable: true,
    updateable: true,
    defaultedOnCreate: false,
    defaultValue: null,
    custom: name.endsWith('__c'),
    referenceTo: [],
    relationshipName: null,
    picklistValues: [],
    ...given,
  };
}

const choice = (value: string, given: Json = {}): Json => ({
  active: true,
  defaultValue: false,
  label: `The ${value}`,
  validFor: null,
  value,
  ...given,
});

const lookup = (target: string, relationshipName: string): Json => ({
  type: 'reference',
  length: 18,
  referenceTo: [target],
  relationshipName,
});

const SHIP: Json = {
  name: 'Ship__c',
  label: 'Ship',
  labelPlural: 'Fleet',
  keyPrefix: 'a7Q',
  createable: true,
  updateable: true,
  deletable: true,
  queryable: true,
  searchable: false,
  feedEnabled: true,
  childRelationships: [
    { childSObject: 'Voyage__c', field: 'Ship__c', relationshipName: 'Voyages__r', cascadeDelete: true },
    { childSObject: 'Ship__Share', field: 'ParentId', relationshipName: 'Shares', cascadeDelete: true },
  ],
  fields: [
    entry('Id', { type: 'id', length: 18 }),
    entry('OwnerId', { ...lookup('User', 'Owner'), referenceTo: ['Group', 'User'] }),
    entry('Name', { nameField: true, idLookup: true, defaultedOnCreate: true }),
    entry('Code__c', { length: 12, externalId: true, unique: true, idLookup: true, inlineHelpText: 'As painted' }),
    entry('Tons__c', { type: 'double', length: 0, precision: 8, scale: 2, nillable: false }),
    entry('Crew__c', { type: 'int', length: 0, digits: 8, defaultValue: 7, defaultedOnCreate: true }),
    entry('Flag__c', {
      type: 'picklist',
      length: 255,
      restrictedPicklist: true,
      picklistValues: [choice('Red', { defaultValue: true }), choice('Blue'), choice('Old', { active: false })],
    }),
    entry('Home_Account__c', lookup('Account', 'Home_Account__r')),
    entry('Sum__c', {
      type: 'currency',
      precision: 18,
      scale: 2,
      calculated: true,
      createable: false,
      updateable: false,
    }),
    entry('Retired__c', { type: 'date', length: 0, createable: false }),
    entry('Number__c', { autoNumber: true, createable: false, updateable: false, nillable: false, length: 30 }),
  ],
};

const VOYAGE: Json = {
  name: 'Voyage__c',
  label: 'Voyage',
  labelPlural: 'Voyages',
  createable: true,
  fields: [
    entry('Name', { nameField: true, defaultedOnCreate: true }),
    entry('Ship__c', { ...lookup('Ship__c', 'Ship__r'), nillable: false, updateable: false }),
  ],
};

let folder: string;
let client: OrgClient | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'org-describes-'));
});
afterEach(async () => {
  await client?.close();
  client = undefined;
  rmSync(folder, { recursive: true });
});

function write(name: string, content: Json): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

async function startWith(describes: string | readonly string[]): Promise<OrgClient> {
  client = await OrgClient.start({ accounts: 3, describes });
  return client;
}

async function describeOf(name: string): Promise<Json> {
  return (await client?.get(`${V}/sobjects/${name}/describe`))?.json;
}

test('a describe comes back as its file tells it', async () => {
  write('ship.json', SHIP);
  write('voyage.json', VOYAGE);
  write('notes.txt', 'not read');
  await startWith(folder);

  const { fields, childRelationships, ...ship } = await describeOf('ship__c');

  expect(ship).toMatchObject({ name: 'Ship__c', label: 'Ship', labelPlural: 'Fleet', keyPrefix: 'a7Q' });
  expect(ship).toMatchObject({ searchable: false, feedEnabled: true, custom: true });
  for (const given of SHIP.fields.slice(2))
    expect(fields.find(({ name }: Json) => name === given.name)).toMatchObject(given);
  expect(fields.find(({ name }: Json) => name === 'OwnerId').referenceTo).toEqual(['Group', 'User']);
  expect(childRelationships).toEqual([
    expect.objectContaining({
      childSObject: 'Voyage__c',
      field: 'Ship__c',
      relationshipName: 'Voyages__r',
      cascadeDelete: true,
    }),
  ]);
});

test('records of such an object are checked, stored, queried and deleted as it says', async () => {
  const { org } = await startWith([write('voyage.json', VOYAGE), write('ship.json', SHIP)]);
  const ship = org.insert('Ship__c', { Name: 'Argo', Code__c: 'A1', Tons__c: 12.345, Home_Account__c: null });
  const voyage = org.insert('Voyage__c', { Name: 'Out', Ship__r: { Code__c: 'A1' } });

  const { json } = (await client?.query(
    'SELECT Code__c, Tons__c, Crew__c, Flag__c, Number__c, (SELECT Name, Ship__r.Name FROM Voyages__r) FROM Ship__c',
  )) ?? { json: undefined };
  await client?.send('DELETE', `${V}/sobjects/Ship__c/${ship}`);

  expect(ship.slice(0, 3)).toBe('a7Q');
  expect(json.records).toMatchObject([
    { Code__c: 'A1', Tons__c: 12.35, Crew__c: 7, Flag__c: 'Red', Number__c: '00001' },
  ]);
  expect(json.records[0].Voyages__r.records).toMatchObject([{ Name: 'Out', Ship__r: { Name: 'Argo' } }]);
  expect(org.record(voyage)?.['IsDeleted']).toBe(true);
});

test.each([
  ['a required field that is missing', {}, 'REQUIRED_FIELD_MISSING'],
  ['text that is too long', { Code__c: 'x'.repeat(13) }, 'STRING_TOO_LONG'],
  ['too many digits', { Tons__c: 1_000_000 }, 'NUMBER_OUTSIDE_VALID_RANGE'],
  ['a picklist value that is not active', { Flag__c: 'Old' }, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
  ['a formula', { Sum__c: 1 }, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
  ['a field for updates only', { Retired__c: '2024-01-31' }, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
  ['a unique value that is taken', { Code__c: 'a1', Tons__c: 1 }, 'DUPLICATE_VALUE'],
  ['a lookup to another object', { Home_Account__c: '003Lo0000000001', Tons__c: 1 }, 'MALFORMED_ID'],
])('%s is refused', async (_what, body, errorCode) => {
  const { org } = await startWith(write('ship.json', SHIP));
  org.insert('Ship__c', { Code__c: 'A1', Tons__c: 1 });

  const answer = await client?.send('POST', `${V}/sobjects/Ship__c`, body);

  expect([answer?.status, answer?.json[0].errorCode]).toEqual([400, errorCode]);
});

test('what a file says is not for filters, sorts or groups is refused there', async () => {
  const closed = { filterable: false, sortable: false, groupable: false };
  const vault = await startWith(write('x.json', { name: 'Vault__c', fields: [entry('Key__c', closed)] }));
  const clauses = ["WHERE Key__c = 'x'", 'ORDER BY Key__c', 'GROUP BY Key__c'];

  const answers = await Promise.all(clauses.map((clause) => vault.query(`SELECT Key__c FROM Vault__c ${clause}`)));

  expect(answers.map((answer) => answer.json[0].message.split('\n').at(-1))).toEqual(
    ['filtered', 'sorted', 'grouped'].map((done) => `field 'Key__c' can not be ${done} in a query call`),
  );
});

test('an object that is there gets the fields that it lacks, and keeps those that it has', async () => {
  const fields = [entry('Name', { length: 5 }), entry('Tier__c', { length: 3 })];
  const { org } = await startWith(
    write('account.json', { name: 'Account', label: 'Client', keyPrefix: 'zzz', fields }),
  );
  const id = org.insert('Account', { Name: 'longer than five', Tier__c: 'one' });

  const described = await describeOf('Account');

  expect(org.record(id)).toMatchObject({ Name: 'longer than five', Tier__c: 'one' });
  expect(org.records('Account')[0]?.['Tier__c']).toBeNull();
  expect([described.label, described.keyPrefix]).toEqual(['Account', '001']);
  expect(described.fields.find(({ name }: Json) => name === 'Tier__c')).toMatchObject({ length: 3, custom: true });
});

test('a key prefix that another object has, or that is missing, becomes a free one', async () => {
  write('a.json', { ...SHIP, keyPrefix: 'a00' });
  write('b.json', VOYAGE);
  write('c.json', { ...VOYAGE, name: 'Third__c', keyPrefix: 'a02', fields: [entry('Name')] });
  await startWith(folder);

  const prefixes = await Promise.all(
    ['Invoice__c', 'Ship__c', 'Voyage__c', 'Third__c'].map(async (name) => (await describeOf(name)).keyPrefix),
  );

  expect(prefixes).toEqual(['a00', 'a03', 'a04', 'a02']);
});

test('of the targets of a lookup to several objects those that are there are taken', async () => {
  const fields = [entry('About__c', { ...lookup('Moon__c', 'About__r'), referenceTo: ['Moon__c', 'Case', 'Account'] })];
  await startWith(write('x.json', { name: 'Note__c', fields }));

  expect((await describeOf('Note__c')).fields.find(({ name }: Json) => name === 'About__c').referenceTo).toEqual([
    'Case',
    'Account',
  ]);
});

test.each<[string, Json, string]>([
  ['a type that is unknown', [entry('Hull__c', { type: 'steel' })], 'field Hull__c: this org has no type "steel"'],
  [
    'a lookup to nowhere',
    [entry('Sea__c', lookup('Sea__c', 'Sea__r'))],
    'field Sea__c: refers to Sea__c, which is nowhere',
  ],
  ['a lookup to nothing', [entry('Sea__c', { type: 'reference' })], 'field Sea__c: refers to no object'],
  [
    'a length that is none',
    [entry('A__c', { length: -1 })],
    'field A__c: "length" must be a whole number from 0 on, got -1',
  ],
  ['a field that is there twice', [entry('A__c'), entry('a__c')], 'field a__c is there twice'],
  ['an entry without a type', [{ name: 'A__c' }], 'fields[0] must have "name" and "type"'],
  [
    'a picklist value without a value',
    [entry('A__c', { type: 'picklist', picklistValues: [{}] })],
    'field A__c: every picklist value must have a "value"',
  ],
])('%s stops the start, with file and field', async (_what, fields, message) => {
  const file = write('bad.json', { name: 'Bad__c', fields });

  await expect(startWith(file)).rejects.toThrow(`${file}: ${message}`);
});

test('a file that is no describe, one that is no JSON, an empty folder and a second describe are told', async () => {
  const ship = write('ship.json', SHIP);
  const list = write('list.json', []);
  const torn = write('torn.json', '{"name":');
  const empty = join(folder, 'empty');
  const again = write('again.json', SHIP);
  mkdirSync(empty);

  await expect(startWith(list)).rejects.toThrow(`${list}: not the describe of an object`);
  await expect(startWith(torn)).rejects.toThrow(`${torn}: `);
  await expect(startWith(empty)).rejects.toThrow(`${empty}: no .json file`);
  await expect(startWith([ship, again])).rejects.toThrow(`${again}: ${ship} describes Ship__c too`);
  await expect(startWith(join(folder, 'none.json'))).rejects.toThrow('ENOENT');
});
