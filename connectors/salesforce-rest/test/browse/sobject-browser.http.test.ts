import type { Field, Json, ObjectType } from '@connector-runtime/core';
import fc from 'fast-check';
import { memoryPages, validateXML } from 'xmllint-wasm';
import { bodies, type RunningOrg, run, runOrg } from '../running-org.js';

let world: RunningOrg;
beforeAll(async () => {
  world = await runOrg({ accounts: 60, childPageSize: 2 });
});
afterAll(() => world.stop());

async function schemaOf(
  operation: string,
  role: 'input' | 'output',
  format: 'xsd' | 'json-schema',
  properties: Json = {},
  objectType = 'Account',
): Promise<{ root: string; schema: string }> {
  const connection = await world.connect();
  return connection.describe({ operation, objectType, role, format, properties });
}

async function problemsOf(schema: string, documents: readonly string[]): Promise<readonly string[]> {
  const xml = documents.map((contents, index) => ({ fileName: `d${index}.xml`, contents }));
  const { errors } = await validateXML({ xml, schema, initialMemoryPages: 512, maxMemoryPages: memoryPages.max });
  return errors.map(({ message }) => message);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('object types', () => {
  const typesFor = async (operation: string, search?: string): Promise<ObjectType[]> =>
    all((await world.connect()).objectTypes({ operation, ...(search === undefined ? {} : { search }) }));

  test('are those that the operation can work on, custom ones included', async () => {
    const [query, create] = [await typesFor('query'), await typesFor('create')];

    expect(query.map(({ id }) => id)).toContain('Organization');
    expect(create.map(({ id }) => id)).not.toContain('Organization');
    expect(create).toContainEqual({ id: 'Invoice__c', label: 'Invoice', custom: true });
  });

  test('are searched by part of name or label, in any case', async () => {
    expect((await typesFor('query', 'INVOICE')).map(({ id }) => id).toSorted()).toEqual([
      'Invoice_Line__c',
      'Invoice__c',
    ]);
  });

  test('cost one request, also when only some are read', async () => {
    const connection = await world.connect();
    await connection.test();
    const before = world.org.requests.count('objects');

    for await (const _type of connection.objectTypes({ operation: 'query' })) break;

    expect(world.org.requests.count('objects') - before).toBe(1);
  });

  test('that are unknown have no definition', async () => {
    await expect(schemaOf('create', 'input', 'xsd', {}, 'Acount')).rejects.toMatchObject({
      info: {
        category: 'notFound',
        code: 'OBJECT_TYPE_UNKNOWN',
        message: expect.stringContaining('did you mean Account?'),
      },
    });
  });
});

describe('the input schema of create', () => {
  const good = (inside: string) => `<records>${inside}</records>`;
  const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

  test.each([
    ['only what is required', good('<Name>A</Name>')],
    [
      'fields in any order, and a type',
      '<records type="Account"><NumberOfEmployees>12</NumberOfEmployees><Name>A</Name></records>',
    ],
    [
      'values of every type',
      good(
        '<Name>A</Name><AnnualRevenue>1200000.50</AnnualRevenue><Is_Key_Account__c>true</Is_Key_Account__c><Last_Audit__c>2024-01-31</Last_Audit__c><ParentId>001Lo0000000000IAA</ParentId>',
      ),
    ],
    ['a null', `<records ${XSI}><Name>A</Name><Phone xsi:nil="true"/></records>`],
    ['a parent by its external id', good('<Name>A</Name><Parent><External_Id__c>7</External_Id__c></Parent>')],
  ])('takes %s', async (_what, document) => {
    const { schema } = await schemaOf('create', 'input', 'xsd');

    expect(await problemsOf(schema, [document])).toEqual([]);
  });

  test.each([
    ['an unknown element', good('<Name>A</Name><Nam>x</Nam>'), 'Nam'],
    ['text that is too long', good(`<Name>${'x'.repeat(256)}</Name>`), 'maxLength'],
    ['a number that is none', good('<Name>A</Name><NumberOfEmployees>many</NumberOfEmployees>'), 'xs:int'],
    ['a required field that is missing', good('<Phone>1</Phone>'), 'Name'],
    [
      'a field that cannot be written',
      good('<Name>A</Name><CreatedDate>2024-01-31T10:00:00Z</CreatedDate>'),
      'CreatedDate',
    ],
    ['an Id', good('<Id>001Lo0000000000IAA</Id><Name>A</Name>'), 'Id'],
    ['another root', '<Account><Name>A</Name></Account>', 'Account'],
  ])('refuses %s', async (_what, document, text) => {
    const { schema } = await schemaOf('create', 'input', 'xsd');

    expect((await problemsOf(schema, [document])).join('\n')).toContain(text);
  });

  test('tells picklist values in its documentation', async () => {
    expect((await schemaOf('create', 'input', 'xsd')).schema).toContain('such as: Prospect');
  });

  test('is the same text each time', async () => {
    expect((await schemaOf('create', 'input', 'xsd')).schema).toBe((await schemaOf('create', 'input', 'xsd')).schema);
  });
});

describe('the input schemas', () => {
  const id = '<Id>001Lo0000000000IAA</Id>';

  test.each([
    ['update', {}, `<records>${id}<Phone>1</Phone></records>`, '<records><Phone>1</Phone></records>'],
    [
      'upsert',
      { externalIdFieldName: 'External_Id__c' },
      '<records><Name>A</Name></records>',
      '<records><External_Id__c>7</External_Id__c></records>',
    ],
    ['delete', {}, `<records>${id}</records>`, '<records/>'],
  ])('of %s differ as their documents do', async (operation, properties, right, wrong) => {
    const { schema } = await schemaOf(operation, 'input', 'xsd', properties);

    expect(await problemsOf(schema, [right])).toEqual([]);
    expect(await problemsOf(schema, [wrong])).not.toEqual([]);
  });
});

const day = fc.date({ min: new Date('1971-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
const decimal = fc.integer({ min: -9_999, max: 9_999 }).map((hundredths) => hundredths / 100);
const text = fc
  .string({ unit: fc.constantFrom('a', 'é', '<', '&', '"', "'", ' ', '漢', '😀', '\n', ']]>'), maxLength: 3 })
  .map((piece) => `x${piece}`);

/** Values by type of field; those of other types are left to the org. */
const VALUES: ReadonlyMap<string, fc.Arbitrary<string | number | boolean>> = new Map<
  string,
  fc.Arbitrary<string | number | boolean>
>([
  ['boolean', fc.boolean()],
  ['int', fc.integer({ min: 0, max: 99_999 })],
  ['double', decimal],
  ['currency', decimal],
  ['percent', decimal],
  ['date', day.map((date) => date.toISOString().slice(0, 10))],
  ['datetime', day.map((date) => date.toISOString())],
  ['email', fc.nat(10_000).map((number) => `a${number}@example.org`)],
  ['string', text],
  ['textarea', text],
]);

describe('the output schema', () => {
  test.each([
    [{}, { fields: undefined }],
    [
      { parentsDepth: 2, childrenDepth: 2 },
      {
        fields: [
          'Id',
          'Owner/Name',
          'Parent/Name',
          'Parent/Owner/Email',
          'Contacts/records/LastName',
          'Contacts/records/Owner/Name',
          'BillingAddress',
        ],
      },
    ],
    [
      { fields: ['Id', 'Owner/Name', 'Contacts/records/Account/Owner/Name'] },
      { fields: ['Id', 'Owner/Name', 'Contacts/records/Account/Owner/Name'] },
    ],
  ])('of query with %j takes every record that it gives', async (browsed, { fields }) => {
    const { schema, root } = await schemaOf('query', 'output', 'xsd', browsed as Json);
    const { outputs } = await run(await world.connect(), {
      operation: 'query',
      objectType: 'Account',
      properties: fields === undefined ? {} : { fields },
    });

    expect(root).toBe('records');
    expect(outputs.length).toBeGreaterThan(50);
    expect(
      await problemsOf(
        schema,
        outputs.map(({ body }) => String(body)),
      ),
    ).toEqual([]);
  });

  test('of query takes records with every value null, and polymorphic parents', async () => {
    const { schema } = await schemaOf('query', 'output', 'xsd', { parentsDepth: 1 }, 'Task');
    world.org.insert('Task', { Subject: 'x' });
    const fields = ['Id', 'Description', 'Who/Name', 'Who/Email', 'What/Name', 'Owner/Name'];
    const { outputs } = await run(await world.connect(), {
      operation: 'query',
      objectType: 'Task',
      properties: { fields },
    });
    const texts = outputs.map(({ body }) => String(body));

    for (const one of ['sobjects/Contact/', 'sobjects/Lead/', 'sobjects/Account/', '<Who xsi:nil="true"/>']) {
      expect(texts.join('')).toContain(one);
    }
    expect(
      await problemsOf(
        schema,
        outputs.map(({ body }) => String(body)),
      ),
    ).toEqual([]);
    expect(schema).toMatch(/name="Who"/);
  });

  test.each(['Account', 'Contact', 'Invoice__c'])('of query takes 200 random records of %s', async (objectType) => {
    const before = world.org.records(objectType).length;
    const connection = await world.connect();
    const writable = await all(connection.fields({ operation: 'create', objectType, path: [] }));
    const fields = writable.flatMap(({ name, type, required }) => {
      const value = VALUES.get(type);
      if (value === undefined || /External_Id|Legacy_Number|_Code|Code$|Latitude|Longitude/.test(name)) return [];
      return [[name, required ? value : fc.option(value)] as const];
    });
    const account = world.org.records('Account')[0]?.['Id'];
    const lookups = writable.filter(({ type, required }) => type === 'reference' && required);
    const record = fc.record({
      ...Object.fromEntries(fields),
      ...Object.fromEntries(lookups.map(({ name }) => [name, fc.constant(account)])),
    });
    for (const values of fc.sample(record, { seed: 20_240_131, numRuns: 200 })) world.org.insert(objectType, values);
    const { schema } = await schemaOf('query', 'output', 'xsd', {}, objectType);

    const { outputs } = await run(connection, { operation: 'query', objectType, properties: {} });

    expect(fields.length).toBeGreaterThan(4);
    expect(outputs).toHaveLength(before + 200);
    expect(
      await problemsOf(
        schema,
        outputs.map(({ body }) => String(body)),
      ),
    ).toEqual([]);
  });

  test('of a write takes its results, good and bad', async () => {
    const { schema, root } = await schemaOf('create', 'output', 'xsd');
    const { results } = await run(
      await world.connect(),
      { operation: 'create', objectType: 'Account' },
      bodies('<r><Name>a</Name></r>', '<r/>', '<r>'),
    );

    expect(root).toBe('Result');
    expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError', 'applicationError']);
    expect(
      await problemsOf(
        schema,
        results.map(({ body }) => String(body)),
      ),
    ).toEqual([]);
  });

  test('of an update with read-back takes the record', async () => {
    const properties = { returnUpdatedRecord: true };
    const { schema, root } = await schemaOf('update', 'output', 'xsd', properties);
    const id = world.org.insert('Account', { Name: 'A' });
    const { results } = await run(
      await world.connect(),
      { operation: 'update', objectType: 'Account', properties },
      bodies(`<r><Id>${id}</Id></r>`),
    );

    expect(root).toBe('Account');
    expect(
      await problemsOf(
        schema,
        results.map(({ body }) => String(body)),
      ),
    ).toEqual([]);
  });
});

describe('the describe behind a schema', () => {
  test('is fetched once for both formats, and afresh for a question that is asked again', async () => {
    const connection = await world.connect();
    await connection.test();
    const counts: number[] = [];
    const before = world.org.requests.count('describe');

    for (const format of ['xsd', 'json-schema', 'json-schema', 'xsd', 'xsd'] as const) {
      await connection.describe({ operation: 'query', objectType: 'Account', role: 'output', format, properties: {} });
      counts.push(world.org.requests.count('describe') - before);
    }

    expect(counts).toEqual([1, 1, 2, 2, 3]);
  });
});

describe('the JSON schema', () => {
  test.each([
    ['create', 'input', {}],
    ['query', 'output', { parentsDepth: 1, childrenDepth: 1 }],
    ['update', 'input', {}],
  ] as const)('of %s %s names the same fields as the XSD', async (operation, role, properties) => {
    const [xsd, json] = [
      await schemaOf(operation, role, 'xsd', properties),
      await schemaOf(operation, role, 'json-schema', properties),
    ];
    const definitions = (JSON.parse(json.schema) as { $defs: Record<string, { properties: object }> }).$defs;

    for (const [name, { properties: members }] of Object.entries(definitions)) {
      const type =
        new RegExp(`<xs:complexType name="${name}.record">.*?\\n  </xs:complexType>`, 's').exec(xsd.schema)?.[0] ?? '';
      const named = [...type.matchAll(/^ {6}<xs:element name="(\w+)"/gm)].map(([, element]) => element);
      expect(Object.keys(members).filter((member) => member !== 'attributes')).toEqual(named);
    }
    expect(Object.keys(definitions)).toContain(json.root);
  });

  test.each([
    ['create', 'input', ['Name']],
    ['update', 'input', ['Id']],
    ['upsert', 'input', ['External_Id__c']],
    ['query', 'output', []],
  ] as const)('of %s %s gives every field its type, and says what is required', async (operation, role, required) => {
    const properties = operation === 'upsert' ? { externalIdFieldName: 'External_Id__c' } : {};
    const { schema } = await schemaOf(operation, role, 'json-schema', properties);
    const { $ref, $defs } = JSON.parse(schema) as {
      $ref: string;
      $defs: Record<string, { properties: Record<string, { type?: string | string[] }>; required?: string[] }>;
    };
    const record = $defs[$ref.replace('#/$defs/', '')];
    const fields = await all((await world.connect()).fields({ operation, objectType: 'Account', path: [] }));
    const values = fields.filter(({ hasFields, name }) => !hasFields && record?.properties[name] !== undefined);

    const typeOf = (name: string) => [record?.properties[name]?.type].flat()[0];
    expect(Object.fromEntries(values.map(({ name }) => [name, typeOf(name)]))).toEqual(
      Object.fromEntries(values.map(({ name, type }) => [name, JSON_TYPES.get(type) ?? 'string'])),
    );
    expect(values.length).toBeGreaterThan(15);
    const found = new Set(values.map(({ name }) => typeOf(name)));
    for (const type of operation === 'query' ? [...JSON_TYPES.values(), 'string'] : ['integer', 'number', 'boolean']) {
      expect(found).toContain(type);
    }
    expect(record?.required ?? []).toEqual(operation === 'upsert' ? [] : required);
  });
});

/** By the service's names; all others are strings. */
const JSON_TYPES: ReadonlyMap<string, string> = new Map([
  ['int', 'integer'],
  ['double', 'number'],
  ['currency', 'number'],
  ['percent', 'number'],
  ['boolean', 'boolean'],
  ['address', 'object'],
]);

describe('fields', () => {
  const level = async (operation: string, ...path: string[]): Promise<Field[]> =>
    all((await world.connect()).fields({ operation, objectType: 'Account', path }));
  const named = (fields: readonly Field[], name: string) => fields.find((field) => field.name === name);

  test('come a level at a time, with the steps that lead on', async () => {
    const top = await level('query');

    expect(named(top, 'Name')).toMatchObject({
      type: 'string',
      hasFields: false,
      can: expect.arrayContaining(['read', 'create', 'filter', 'sort']),
    });
    expect(named(top, 'External_Id__c')).toMatchObject({ custom: true, can: expect.arrayContaining(['key']) });
    expect(named(top, 'Owner')).toMatchObject({ hasFields: true });
    expect(named(top, 'Contacts')).toMatchObject({ hasFields: true });
    expect((await level('query', 'Contacts')).map(({ name }) => name)).toEqual(['records']);
    expect(named(await level('query', 'Contacts', 'records'), 'LastName')).toBeDefined();
    expect(named(await level('query', 'Parent', 'Parent', 'Parent'), 'Name')).toBeDefined();
  });

  test('of a write are those that it can hold, with what is required', async () => {
    const top = await level('create');

    expect(named(top, 'Name')).toMatchObject({ required: true });
    expect(named(top, 'CreatedDate')).toBeUndefined();
    expect((await level('create', 'Parent')).map(({ name }) => name)).toEqual(['External_Id__c']);
  });

  test('under a step that leads nowhere are not found', async () => {
    await expect(level('query', 'Ownr')).rejects.toMatchObject({
      info: { category: 'notFound', message: expect.stringContaining('did you mean Owner?') },
    });
  });
});

describe('the schemas of create tree', () => {
  const tree = (childrenDepth: number) => schemaOf('createTree', 'input', 'xsd', { childrenDepth });
  const contact = '<records type="Contact" referenceId="c"><LastName>L</LastName></records>';
  const below = (children: string) =>
    `<SObjectTreeRequest><records type="Account" referenceId="a"><Contacts>${children}</Contacts><Name>A</Name></records></SObjectTreeRequest>`;

  test('take trees of as many levels as asked for', async () => {
    const line =
      '<records type="Account" referenceId="a"><Name>A</Name><Invoices__r><records type="Invoice__c" referenceId="i"><Lines__r><records type="Invoice_Line__c" referenceId="l"><Quantity__c>1</Quantity__c></records></Lines__r></records></Invoices__r></records>';
    const deep = `<SObjectTreeRequest>${line}</SObjectTreeRequest>`;

    expect((await tree(1)).root).toBe('SObjectTreeRequest');
    expect(await problemsOf((await tree(1)).schema, [below(contact), below(contact + contact)])).toEqual([]);
    expect(await problemsOf((await tree(2)).schema, [deep])).toEqual([]);
    expect(await problemsOf((await tree(1)).schema, [deep])).not.toEqual([]);
    expect(await problemsOf((await tree(0)).schema, [below(contact)])).not.toEqual([]);
  });

  test.each([
    ['a record without a reference id', below(contact.replace(' referenceId="c"', ''))],
    ['a record without a type', below(contact.replace(' type="Contact"', ''))],
    ['a record without what it needs', below(contact.replace('<LastName>L</LastName>', ''))],
  ])('refuse %s', async (_what, document) => {
    expect(await problemsOf((await tree(1)).schema, [document])).not.toEqual([]);
  });

  test('take the answers, good and bad', async () => {
    const { root, schema } = await schemaOf('createTree', 'output', 'xsd');
    const connection = await world.connect();
    const documents = bodies(below(contact), below('<records type="Contact" referenceId="c"/>'));

    const { results } = await run(
      connection,
      { operation: 'createTree', objectType: 'Account', properties: {} },
      documents,
    );

    expect(root).toBe('SObjectTreeResponse');
    expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError']);
    expect(
      await problemsOf(
        schema,
        results.map(({ body }) => String(body)),
      ),
    ).toEqual([]);
  });

  test('tell the same in JSON', async () => {
    const { root, schema } = await schemaOf('createTree', 'input', 'json-schema', { childrenDepth: 1 });
    const { $defs } = JSON.parse(schema);

    expect(root).toBe('SObjectTreeRequest');
    expect($defs.Account.properties.Contacts.properties.records.items).toEqual({ $ref: '#/$defs/Contact_child' });
    expect($defs.Contact_child.required).toEqual(['attributes', 'LastName']);
  });

  test('have steps to the children of children', async () => {
    const path = ['Contacts', 'records'];
    const connection = await world.connect();
    const level = await all(connection.fields({ operation: 'createTree', objectType: 'Account', path }));

    expect(level.map(({ name }) => name)).toEqual(expect.arrayContaining(['LastName', 'Account', 'Invoices__r']));
  });
});

describe('the schemas of collections', () => {
  const properties = { operationApi: 'COMPOSITEAPI', externalIdFieldName: 'External_Id__c' };

  test('of an upsert have the external id in the document', async () => {
    const { schema } = await schemaOf('upsert', 'input', 'xsd', properties, 'Invoice__c');

    expect(await problemsOf(schema, ['<records><External_Id__c>a</External_Id__c></records>'])).toEqual([]);
  });

  test('take the results, good and bad', async () => {
    const { root, schema } = await schemaOf('create', 'output', 'xsd', { operationApi: 'COMPOSITEAPI' });
    const { results } = await run(
      await world.connect(),
      { operation: 'create', objectType: 'Account', properties: { operationApi: 'COMPOSITEAPI' } },
      bodies('<records><Name>a</Name></records>', '<records/>', '<records>'),
    );

    expect(root).toBe('result');
    expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError', 'applicationError']);
    expect(
      await problemsOf(
        schema,
        results.map(({ body }) => String(body)),
      ),
    ).toEqual([]);
  });
});
