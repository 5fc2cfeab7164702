import type { Json } from '@connector-runtime/core';
import { bodies, type Ran, type RunningOrg, run, runOrg } from '../running-org.js';
import { problemsOf } from './described-org.js';

const BULK = { operationApi: 'BulkAPI2.0', pollInitialMs: 10 };

let world: RunningOrg;
beforeAll(async () => {
  world = await runOrg({ accounts: 5 });
});
afterAll(() => world.stop());

async function schemaOf(operation: string, format: 'xsd' | 'json-schema', properties: Json): Promise<string> {
  const connection = await world.connect();
  const { root, schema } = await connection.describe({
    operation,
    objectType: 'Invoice__c',
    role: 'output',
    format,
    properties,
  });
  expect(root).toBe(format === 'xsd' ? 'records' : 'Invoice__c');
  return schema;
}

async function ran(operation: string, properties: object, ...documents: readonly string[]): Promise<Ran> {
  const request = { operation, objectType: 'Invoice__c', properties: properties as Json };
  return run(await world.connect(), request, documents.length === 0 ? undefined : bodies(...documents));
}

/** Members of a record that do not have the type which the schema gives them. */
function misfitsOf(schema: string, record: string): readonly string[] {
  const { $defs } = JSON.parse(schema) as { $defs: Record<string, { properties: Record<string, { type?: unknown }> }> };
  const properties = $defs['Invoice__c']?.properties ?? {};
  return Object.entries(JSON.parse(record) as object)
    .filter(([name, value]) => {
      const type = value === null ? 'null' : typeof value;
      return ![properties[name]?.type].flat().includes(type);
    })
    .map(([name]) => name);
}

describe('the output schema over Bulk API 2.0', () => {
  const invoice = (fields: string) => `<records type="Invoice__c">${fields}</records>`;

  test.each<[string, object, () => readonly string[]]>([
    [
      'create',
      {},
      () => [
        invoice('<Name>a</Name><Amount__c>1</Amount__c><Notes__c/><Account__r><Id/></Account__r>'),
        invoice(`<Name>b</Name><Amount__c>x</Amount__c><Owner><Username>${world.org.username}</Username></Owner>`),
      ],
    ],
    [
      'upsert',
      { externalIdFieldName: 'External_Id__c' },
      () => [
        invoice('<External_Id__c>K</External_Id__c>'),
        invoice('<External_Id__c>L</External_Id__c><Amount__c>x</Amount__c>'),
      ],
    ],
    [
      'delete',
      {},
      () => [invoice(`<Id>${world.org.insert('Invoice__c', {})}</Id>`), invoice('<Id>a00Lo0000ZZZZZZ</Id>')],
    ],
  ])('of %s takes the results, good and bad', async (operation, more, documents) => {
    const properties = { ...BULK, ...more };
    const { results } = await ran(operation, properties, ...documents());

    expect(results.map(({ status }) => status).toSorted()).toEqual(['applicationError', 'success']);
    const texts = results.map(({ body }) => String(body));
    expect(await problemsOf(await schemaOf(operation, 'xsd', properties), texts)).toEqual([]);
  });

  test('of create in JSON takes the results, good and bad', async () => {
    const properties = { ...BULK, payloadFormat: 'json' };
    const { results } = await ran(
      'create',
      properties,
      '{"Name":"a","Amount__c":1,"Notes__c":null}',
      '{"Name":"b","Amount__c":"x"}',
    );
    const schema = await schemaOf('create', 'json-schema', properties);

    expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError']);
    for (const { body } of results) expect(misfitsOf(schema, String(body))).toEqual([]);
  });

  test('of query takes the records, in XML by their types and in JSON as the texts that they are', async () => {
    world.org.insert('Invoice__c', { Name: 'a', Amount__c: 12.5, Notes__c: null });
    const fields = ['Id', 'Name', 'Amount__c', 'Notes__c', 'CreatedDate', 'IsDeleted'];
    const inXml = await ran('query', { ...BULK, fields });
    const inJson = await ran('query', { ...BULK, fields, payloadFormat: 'json' });
    const xsd = await schemaOf('query', 'xsd', BULK);
    const schema = await schemaOf('query', 'json-schema', BULK);

    expect(xsd).toContain('<xs:element name="Amount__c" minOccurs="0" nillable="true" type="xs:double">');
    expect(inXml.outputs.length).toBeGreaterThan(0);
    expect(
      await problemsOf(
        xsd,
        inXml.outputs.map(({ body }) => String(body)),
      ),
    ).toEqual([]);
    for (const { body } of inJson.outputs) expect(misfitsOf(schema, String(body))).toEqual([]);
  });

  test.each(['xsd', 'json-schema'] as const)(
    'of query has no child records and no compound fields, in %s',
    async (format) => {
      const describe = async (properties: object) => {
        const request = { operation: 'query', objectType: 'Account', role: 'output', format } as const;
        return (await world.connect()).describe({ ...request, properties: properties as Json });
      };
      const overRest = await describe({ childrenDepth: 2 });
      const overBulk = await describe({ ...BULK, childrenDepth: 2 });

      expect(overRest.schema).toContain('"Contacts"');
      expect(overRest.schema).toMatch(/"BillingAddress"|<xs:element name="BillingAddress"/);
      expect(overBulk.schema).not.toContain('"BillingAddress"');
      expect(overBulk.schema).toContain('"BillingCity"');
      expect(overBulk.schema).not.toContain('"Contacts"');
      await expect(describe({ ...BULK, fields: ['Name', 'Contacts/records/Name'] })).rejects.toMatchObject({
        info: { code: 'BULK_CHILDREN_UNSUPPORTED', path: '/fields/1' },
      });
    },
  );
});
