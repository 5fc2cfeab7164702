import type { Json } from '@connector-runtime/core';
import fc from 'fast-check';
import { bodies, run } from '../running-org.js';
import {
  all,
  type DescribedOrg,
  problemsOf,
  problemsOfBodies,
  problemsOfJson,
  runDescribedOrg,
} from './described-org.js';

let world: DescribedOrg;
beforeAll(async () => {
  world = await runDescribedOrg();
});
afterAll(() => world.stop());

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
    const { schema, root } = await world.schemaOf('query', 'output', 'xsd', browsed as Json);
    const { outputs } = await run(await world.connect(), {
      operation: 'query',
      objectType: 'Account',
      properties: fields === undefined ? {} : { fields },
    });

    expect(root).toBe('records');
    expect(outputs.length).toBeGreaterThan(50);
    expect(await problemsOfBodies(schema, outputs)).toEqual([]);
  });

  test('of query takes records with every value null, and polymorphic parents', async () => {
    const { schema } = await world.schemaOf('query', 'output', 'xsd', { parentsDepth: 1 }, 'Task');
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
    expect(await problemsOfBodies(schema, outputs)).toEqual([]);
    expect(schema).toMatch(/name="Who"/);
  });

  test.each([
    ['in XML', 'xsd', 'xml'],
    ['in JSON', 'json-schema', 'json'],
  ] as const)(
    'of query takes the object type of a parent that may be of several, %s',
    async (_how, format, payload) => {
      const properties = { fields: ['Id', 'Who/Type', 'Who/Name', 'What/Type'], payloadFormat: payload };
      const { schema } = await world.schemaOf('query', 'output', format, properties, 'Task');
      const { outputs } = await run(await world.connect(), { operation: 'query', objectType: 'Task', properties });
      const texts = outputs.map(({ body }) => String(body));

      for (const type of ['Contact', 'Lead', 'Account', 'Opportunity'])
        expect(texts.join('')).toMatch(payload === 'xml' ? `<Type>${type}</Type>` : `"Type":"${type}"`);
      expect(await (format === 'xsd' ? problemsOf(schema, texts) : problemsOfJson(schema, texts))).toEqual([]);
      expect(schema).toContain('one of: Contact, Lead');
    },
  );

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
    const { schema } = await world.schemaOf('query', 'output', 'xsd', {}, objectType);

    const { outputs } = await run(connection, { operation: 'query', objectType, properties: {} });

    expect(fields.length).toBeGreaterThan(4);
    expect(outputs).toHaveLength(before + 200);
    expect(await problemsOfBodies(schema, outputs)).toEqual([]);
  });

  test('of a write takes its results, good and bad', async () => {
    const { schema, root } = await world.schemaOf('create', 'output', 'xsd');
    const { results } = await run(
      await world.connect(),
      { operation: 'create', objectType: 'Account' },
      bodies('<r><Name>a</Name></r>', '<r/>', '<r>'),
    );

    expect(root).toBe('Result');
    expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError', 'applicationError']);
    expect(await problemsOfBodies(schema, results)).toEqual([]);
  });

  test.each(['xml', 'json'] as const)(
    'of an update with read-back takes refusals too, in %s',
    async (payloadFormat) => {
      const isXml = payloadFormat === 'xml';
      const properties = { returnUpdatedRecord: true, payloadFormat };
      const { schema } = await world.schemaOf('update', 'output', isXml ? 'xsd' : 'json-schema', properties);
      const id = world.org.insert('Account', { Name: 'A' });
      const documents = isXml
        ? bodies(`<r><Id>${id}</Id></r>`, `<r><Id>${id}</Id><Nome>b</Nome></r>`, '<r/>')
        : bodies(`{"Id":"${id}"}`, `{"Id":"${id}","Nome":"b"}`, '{}');

      const { results } = await run(
        await world.connect(),
        { operation: 'update', objectType: 'Account', properties },
        documents,
      );

      const texts = results.map(({ body }) => String(body));
      expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError', 'applicationError']);
      expect(await (isXml ? problemsOf(schema, texts) : problemsOfJson(schema, texts))).toEqual([]);
    },
  );

  test('of an update with read-back takes the record', async () => {
    const properties = { returnUpdatedRecord: true };
    const { schema, root } = await world.schemaOf('update', 'output', 'xsd', properties);
    const id = world.org.insert('Account', { Name: 'A' });
    const { results } = await run(
      await world.connect(),
      { operation: 'update', objectType: 'Account', properties },
      bodies(`<r><Id>${id}</Id></r>`),
    );

    expect(root).toBe('Account');
    expect(await problemsOfBodies(schema, results)).toEqual([]);
  });
});
