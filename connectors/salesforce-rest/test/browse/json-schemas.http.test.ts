import { all, type DescribedOrg, runDescribedOrg } from './described-org.js';

let world: DescribedOrg;
beforeAll(async () => {
  world = await runDescribedOrg();
});
afterAll(() => world.stop());

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
      await world.schemaOf(operation, role, 'xsd', properties),
      await world.schemaOf(operation, role, 'json-schema', properties),
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
    const { schema } = await world.schemaOf(operation, role, 'json-schema', properties);
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
