import { DescribedService, elementIn, membersOf, type Schemas, typeIn } from './described-service.js';

let service: DescribedService;
beforeAll(async () => {
  service = await DescribedService.start();
});
afterAll(() => service.stop());

/** An optional element that may be nil, as all fields of records have it. */
const element = (name: string, type: string) =>
  `<xs:element name="${name}" minOccurs="0" nillable="true" type="${type}"`;
const limited = (name: string, base: string, length: number) =>
  `<xs:element name="${name}" minOccurs="0" nillable="true"><xs:annotation></xs:annotation><xs:simpleType><xs:restriction base="${base}"><xs:maxLength value="${length}"/></xs:restriction></xs:simpleType></xs:element>`;
const orNull = (type: string, more: object = {}) => ({ type: [type, 'null'], ...more });
const DAY = '^\\d{4}-\\d{2}-\\d{2}$';
const MOMENT = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}';
const ID = '^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$';
const CLOCK = '^\\d{2}:\\d{2}:\\d{2}';

describe('a field of the type', () => {
  let read: Schemas;
  let written: Schemas;
  beforeAll(async () => {
    read = await service.schemasOf('query', 'output', 'Typed');
    written = await service.schemasOf('create', 'input', 'Typed');
  });

  const documentation = /<xs:documentation>(.*?)<\/xs:documentation>/;
  const plain = (schemas: Schemas, name: string) =>
    elementIn(schemas, 'Typed', name)
      .replace(documentation, '')
      .replace(/><xs:annotation><\/xs:annotation><\/xs:element>$/, '');
  const described = (schemas: Schemas, name: string) => {
    const { description, ...rest } = (schemas.definitions['Typed']?.properties[name] ?? {}) as { description?: string };
    return { description, rest };
  };

  test.each<[string, string, string, object, string?, object?]>([
    ['String', 'string', 'xs:string', orNull('string'), limited('String', 'xs:string', 80), { maxLength: 80 }],
    [
      'TextArea',
      'textarea',
      'xs:string',
      orNull('string'),
      limited('TextArea', 'xs:string', 32_000),
      { maxLength: 32_000 },
    ],
    ['Picklist', 'picklist', 'xs:string', orNull('string'), limited('Picklist', 'xs:string', 40), { maxLength: 40 }],
    [
      'Multipicklist',
      'multipicklist',
      'xs:string',
      orNull('string'),
      limited('Multipicklist', 'xs:string', 4099),
      { maxLength: 4099 },
    ],
    ['Combobox', 'combobox', 'xs:string', orNull('string'), limited('Combobox', 'xs:string', 255), { maxLength: 255 }],
    ['Email', 'email', 'xs:string', orNull('string'), limited('Email', 'xs:string', 80), { maxLength: 80 }],
    ['Phone', 'phone', 'xs:string', orNull('string'), limited('Phone', 'xs:string', 40), { maxLength: 40 }],
    ['Url', 'url', 'xs:string', orNull('string'), limited('Url', 'xs:string', 255), { maxLength: 255 }],
    [
      'Encrypted',
      'encryptedstring',
      'xs:string',
      orNull('string'),
      limited('Encrypted', 'xs:string', 175),
      { maxLength: 175 },
    ],
    ['Reference', 'reference', 'xs:string', orNull('string'), element('Reference', 'Id'), { pattern: ID }],
    ['Boolean', 'boolean', 'xs:boolean', orNull('boolean')],
    ['Int', 'int', 'xs:long', orNull('integer'), element('Int', 'xs:int')],
    ['Long', 'long', 'xs:long', orNull('integer')],
    ['Double', 'double', 'xs:double', orNull('number'), element('Double', 'xs:decimal')],
    ['Currency', 'currency', 'xs:double', orNull('number'), element('Currency', 'xs:decimal')],
    ['Percent', 'percent', 'xs:double', orNull('number'), element('Percent', 'xs:decimal')],
    ['Date', 'date', 'xs:date', orNull('string', { pattern: DAY })],
    ['Datetime', 'datetime', 'xs:dateTime', orNull('string', { pattern: MOMENT })],
    ['Time', 'time', 'xs:time', orNull('string', { pattern: CLOCK })],
    ['Base64', 'base64', 'xs:string', orNull('string'), element('Base64', 'xs:base64Binary')],
  ])('%s: %s is read as %s', (name, _type, xsd, schema, input = element(name, xsd), limits = {}) => {
    expect(plain(read, name)).toBe(element(name, xsd));
    expect(plain(written, name)).toBe(input);
    expect(described(read, name).rest).toEqual(schema);
    expect(described(written, name).rest).toEqual({ ...schema, ...limits });
  });

  test.each<[string, string, string, readonly string[]]>([
    [
      'Address',
      'address',
      '<xs:all>',
      [
        'city',
        'country',
        'countryCode',
        'geocodeAccuracy',
        'latitude',
        'longitude',
        'postalCode',
        'state',
        'stateCode',
        'street',
      ],
    ],
    ['Location', 'location', '<xs:all>', ['latitude', 'longitude']],
  ])('%s: %s is read in its parts', (name, _type, all, parts) => {
    const xsd = elementIn(read, 'Typed', name);
    const { properties } = described(read, name).rest as { properties?: object };

    expect(xsd).toContain(all);
    expect([...xsd.matchAll(/<xs:element name="([a-z]\w*)" type="(\w+:\w+)"/g)].map(([, part]) => part)).toEqual(parts);
    expect(Object.keys(properties ?? {})).toEqual(parts);
  });

  test.each(['Complex', 'Any'])('%s may be anything', (name) => {
    expect(elementIn(read, 'Typed', name)).toContain('<xs:any processContents="skip"');
    expect(described(read, name).rest).toEqual({});
  });

  test.each([
    ['String', 'Label of String (string)'],
    ['TextArea', 'Label of TextArea (textarea). Say <more>'],
    ['Picklist', 'Label of Picklist (picklist); one of: a, c'],
    ['Multipicklist', 'Label of Multipicklist (multipicklist); such as: x, y'],
    ['Int', 'Label of Int (int, 8 digits)'],
    ['Double', 'Label of Double (double, 18 digits, 15 of them decimals)'],
    ['Currency', 'Label of Currency (currency, 18 digits)'],
    ['Percent', 'Label of Percent (percent, 5 digits, 2 of them decimals)'],
    ['Boolean', 'Label of Boolean (boolean)'],
  ])('%s is told about: %s', (name, text) => {
    for (const schemas of [read, written]) {
      const inXsd = documentation.exec(elementIn(schemas, 'Typed', name))?.[1];

      expect(inXsd?.replaceAll('&lt;', '<').replaceAll('&gt;', '>')).toBe(text);
      expect(described(schemas, name).description).toBe(text);
    }
  });
});

describe('relations', () => {
  const steps = (schemas: Schemas, type: string, name: string) =>
    /type="(\w+)\.record"/.exec(elementIn(schemas, type, name))?.[1];

  test.each([0, 1, 2, 3, 4, 5])(
    'of a query: parents of each of %d levels have a type of their own, made once',
    async (parentsDepth) => {
      const schemas = await service.schemasOf('query', 'output', 'Thing', { parentsDepth });
      const levels = ['Thing'];
      for (let level = 1; level <= parentsDepth; level += 1)
        levels.push(steps(schemas, levels.at(-1) ?? '', 'Up') ?? '');
      const last = levels.at(-1) ?? '';

      expect(new Set(levels).size).toBe(parentsDepth + 1);
      for (const type of levels.slice(0, -1))
        expect(membersOf(schemas, type)).toEqual(expect.arrayContaining(['Name', 'Up', 'Who']));
      expect(membersOf(schemas, last)).toContain('Name');
      expect(membersOf(schemas, last)).not.toContain('Up');
      expect(schemas.xsd.match(/complexType name="Thing/g)).toHaveLength(parentsDepth + 1);
    },
  );

  test('Q27: of a query: a parent of several types has the fields of all, one of too many is left open', async () => {
    const schemas = await service.schemasOf('query', 'output', 'Thing', { parentsDepth: 1 });

    expect(membersOf(schemas, steps(schemas, 'Thing', 'Who') ?? '')).toEqual(['Id', 'Email', 'Type', 'Serial']);
    expect(elementIn(schemas, 'Thing', 'Anyone')).toContain('<xs:any processContents="skip"');
  });

  test.each([
    [1, ['Id', 'Label', 'ThingId']],
    [2, ['Id', 'Label', 'ThingId', 'Thing']],
  ])(
    'Q28: of a query with %d of children: lists with their fields, in a form that a validator takes',
    async (childrenDepth, members) => {
      const schemas = await service.schemasOf('query', 'output', 'Thing', { childrenDepth });
      const list = elementIn(schemas, 'Thing', 'Parts');

      expect([...list.matchAll(/<xs:element name="(\w+)"/g)].map(([, name]) => name)).toEqual([
        'Parts',
        'done',
        'nextRecordsUrl',
        'records',
        'totalSize',
      ]);
      expect(list).toContain('name="records" type="Part.record" minOccurs="0" maxOccurs="unbounded"');
      expect(list).not.toMatch(/^<xs:element name="Parts"[^>]* type=/);
      expect(membersOf(schemas, 'Part')).toEqual(members);
      expect(schemas.definitions['Thing']?.properties['Parts']).toMatchObject({
        properties: { records: { items: { $ref: '#/$defs/Part' } } },
        required: ['done', 'records', 'totalSize'],
      });
    },
  );

  test.each([
    [0, undefined, undefined],
    [1, 'Part_child', undefined],
    [2, 'Part_child_1', 'Screw_child'],
    [5, 'Part_child_4', 'Screw_child_3'],
  ])('of a tree with %d of children: %s, then %s', async (childrenDepth, parts, screws) => {
    const schemas = await service.schemasOf('createTree', 'input', 'Thing', { childrenDepth });

    expect(steps(schemas, 'Thing', 'Parts')).toBe(parts);
    expect(steps(schemas, parts ?? '', 'Screws')).toBe(screws);
    expect(schemas.xsd).not.toMatch(/name="(?:done|totalSize|url|Up|Who)"/);
    for (const type of Object.keys(schemas.definitions).filter((name) => name !== 'SObjectTreeRequest')) {
      expect(typeIn(schemas, type)).toContain('<xs:attribute name="type" type="xs:string" use="required"/>');
      expect(typeIn(schemas, type)).toContain('<xs:attribute name="referenceId" type="xs:string" use="required"/>');
    }
  });

  test.each([
    ['query', 'output', ['type', 'url']],
    ['create', 'input', ['type']],
  ] as const)('a record of %s has the attributes of its %s', async (operation, role, attributes) => {
    const schemas = await service.schemasOf(operation, role, 'Thing');

    expect(
      [...typeIn(schemas, 'Thing').matchAll(/^ {4}<xs:attribute name="(\w+)" type="xs:string"\/>$/gm)].map(
        ([, name]) => name,
      ),
    ).toEqual(attributes);
    const ofJson = schemas.definitions['Thing']?.properties['attributes'] as { properties: object };
    expect(Object.keys(ofJson.properties)).toEqual(attributes);
  });
});
