import { type Json, OrgClient, V, XML } from '../org-client.js';

let client: OrgClient;

beforeAll(async () => {
  client = await OrgClient.start();
});
afterAll(() => client.close());

test('the list of objects has the flags of each', async () => {
  const { json } = await client.get(`${V}/sobjects`);

  const flags = Object.fromEntries(
    json.sobjects.map((type: Json) => [type.name, [type.createable, type.updateable, type.deletable, type.queryable]]),
  );
  expect(json).toMatchObject({ encoding: 'UTF-8', maxBatchSize: 200 });
  expect(flags).toMatchObject({
    Account: [true, true, true, true],
    Invoice__c: [true, true, true, true],
    User: [true, true, false, true],
    Organization: [false, false, false, true],
    AccountHistory: [false, false, false, true],
    AccountChangeEvent: [false, false, false, false],
  });
  expect(json.sobjects.find((type: Json) => type.name === 'Invoice__c')).toMatchObject({
    custom: true,
    keyPrefix: 'a00',
    labelPlural: 'Invoices',
    urls: { describe: `${V}/sobjects/Invoice__c/describe`, rowTemplate: `${V}/sobjects/Invoice__c/{ID}` },
  });
});

test('the list of objects in XML repeats an element per object', async () => {
  const { text } = await client.get(`${V}/sobjects`, XML);

  expect(text.match(/<sobjects>/g)).toHaveLength(13);
  expect(text).toContain('<keyPrefix xsi:nil="true"/>');
});

test('basic information is found by the name in any case and answers the canonical one', async () => {
  const { json } = await client.get(`${V}/sobjects/aCCOUNT`);

  expect(json.objectDescribe.name).toBe('Account');
});

test('a describe has every member of a field entry', async () => {
  const { json } = await client.get(`${V}/sobjects/Account/describe`);

  const owner = json.fields.find((field: Json) => field.name === 'OwnerId');
  expect(Object.keys(owner)).toHaveLength(57);
  expect(owner).toMatchObject({
    type: 'reference',
    soapType: 'tns:ID',
    length: 18,
    byteLength: 18,
    referenceTo: ['User'],
    relationshipName: 'Owner',
    nillable: false,
    defaultedOnCreate: true,
    createable: true,
    updateable: true,
    picklistValues: [],
  });
});

test.each([
  [
    'External_Id__c',
    {
      type: 'string',
      length: 40,
      byteLength: 120,
      unique: true,
      externalId: true,
      idLookup: true,
      custom: true,
      label: 'External ID',
    },
  ],
  ['Custom_Score__c', { type: 'double', precision: 18, scale: 2, length: 0, soapType: 'xsd:double' }],
  ['NumberOfEmployees', { type: 'int', digits: 8, precision: 0, soapType: 'xsd:int' }],
  [
    'Description',
    {
      type: 'textarea',
      length: 32000,
      filterable: false,
      sortable: false,
      groupable: false,
      extraTypeInfo: 'plaintextarea',
    },
  ],
  [
    'BillingAddress',
    { type: 'address', createable: false, updateable: false, soapType: 'urn:address', calculated: false },
  ],
  ['BillingCity', { compoundFieldName: 'BillingAddress', createable: true }],
  ['Is_Key_Account__c', { type: 'boolean', nillable: false, defaultValue: false, defaultedOnCreate: true }],
  ['Name', { nameField: true, nillable: false, defaultedOnCreate: false, createable: true }],
  ['Id', { type: 'id', createable: false, updateable: false, idLookup: true, defaultedOnCreate: true }],
])('the describe of Account.%s fits its kind', async (name, expected) => {
  const { json } = await client.get(`${V}/sobjects/Account/describe`);

  expect(json.fields.find((field: Json) => field.name === name)).toMatchObject(expected);
});

test('picklist values come with their default', async () => {
  const { json } = await client.get(`${V}/sobjects/Invoice__c/describe`);

  const status = json.fields.find((field: Json) => field.name === 'Status__c');
  expect(status.restrictedPicklist).toBe(true);
  expect(status.picklistValues[0]).toEqual({
    active: true,
    defaultValue: true,
    label: 'Draft',
    validFor: null,
    value: 'Draft',
  });
});

test('a reference to several types is polymorphic', async () => {
  const { json } = await client.get(`${V}/sobjects/Task/describe`);

  expect(json.fields.find((field: Json) => field.name === 'WhoId')).toMatchObject({
    referenceTo: ['Contact', 'Lead'],
    relationshipName: 'Who',
    polymorphicForeignKey: true,
    namePointing: true,
  });
});

test('child relationships name the list, or nothing where sub-queries cannot use it', async () => {
  const { json } = await client.get(`${V}/sobjects/Account/describe`);

  const names = json.childRelationships.map(
    (child: Json) => `${child.childSObject}.${child.field}:${child.relationshipName}:${child.cascadeDelete}`,
  );
  expect(names).toEqual(
    expect.arrayContaining([
      'Contact.AccountId:Contacts:true',
      'Invoice__c.Account__c:Invoices__r:false',
      'Lead.ConvertedAccountId:null:false',
    ]),
  );
});

test('an unknown object is not found', async () => {
  const { status, json } = await client.get(`${V}/sobjects/Nothing__c/describe`);

  expect(status).toBe(404);
  expect(json).toEqual([{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]);
});

test('a describe that did not change since is 304 without a body', async () => {
  const first = await client.get(`${V}/sobjects/Account/describe`);
  const second = await client.get(`${V}/sobjects/Account/describe`, {
    'if-modified-since': first.headers.get('last-modified') ?? '',
  });

  expect([second.status, second.text]).toEqual([304, '']);
});

test('a describe in XML is well-formed and repeats its fields', async () => {
  const { text } = await client.get(`${V}/sobjects/Case/describe`, XML);

  expect(text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?><DescribeSObject xmlns:xsi="[^"]+">/);
  expect(text).toContain('<name>CaseNumber</name>');
});

test('object types given at start are described like the rest', async () => {
  const own = await OrgClient.start({
    objects: [
      {
        name: 'Wide__c',
        label: 'Wide',
        labelPlural: 'Wides',
        keyPrefix: 'a09',
        fields: Array.from({ length: 800 }, (_, n) => ({ name: `F${n}__c`, type: 'string' as const })),
      },
    ],
  });

  const { json } = await own.get(`${V}/sobjects/Wide__c/describe`);
  await own.close();

  expect(json.fields).toHaveLength(807);
});

test('object types that are added are listed, hold records, and are children of those they refer to', async () => {
  const { org } = client;
  await client.get(`${V}/sobjects/Account/describe`);

  org.addObjects([
    {
      name: 'Crate__c',
      label: 'Crate',
      labelPlural: 'Crates',
      keyPrefix: 'a0C',
      fields: [
        { name: 'Name', type: 'string', nameField: true, default: null },
        { name: 'Account__c', type: 'reference', to: ['Account'], relationship: 'Account__r', children: 'Crates__r' },
      ],
    },
  ]);
  const { json: list } = await client.get(`${V}/sobjects`);
  const { json: parent } = await client.get(`${V}/sobjects/Account/describe`);
  const { status } = await client.send('POST', `${V}/sobjects/Crate__c`, { Name: 'c' });

  expect(list.sobjects.map(({ name }: Json) => name)).toContain('Crate__c');
  expect(parent.childRelationships.map(({ relationshipName }: Json) => relationshipName)).toContain('Crates__r');
  expect(status).toBe(201);
});
