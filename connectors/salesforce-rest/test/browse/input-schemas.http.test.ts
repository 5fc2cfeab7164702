import { type DescribedOrg, problemsOf, runDescribedOrg } from './described-org.js';

let world: DescribedOrg;
beforeAll(async () => {
  world = await runDescribedOrg();
});
afterAll(() => world.stop());

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
    const { schema } = await world.schemaOf('create', 'input', 'xsd');

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
    const { schema } = await world.schemaOf('create', 'input', 'xsd');

    expect((await problemsOf(schema, [document])).join('\n')).toContain(text);
  });

  test('tells picklist values in its documentation', async () => {
    expect((await world.schemaOf('create', 'input', 'xsd')).schema).toContain('such as: Prospect');
  });

  test('is the same text each time', async () => {
    expect((await world.schemaOf('create', 'input', 'xsd')).schema).toBe(
      (await world.schemaOf('create', 'input', 'xsd')).schema,
    );
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
    const { schema } = await world.schemaOf(operation, 'input', 'xsd', properties);

    expect(await problemsOf(schema, [right])).toEqual([]);
    expect(await problemsOf(schema, [wrong])).not.toEqual([]);
  });
});
