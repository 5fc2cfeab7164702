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

describe('the schemas of create tree', () => {
  const tree = (childrenDepth: number) => world.schemaOf('createTree', 'input', 'xsd', { childrenDepth });
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
    ['a tree without records', '<SObjectTreeRequest/>'],
    ['a list of children without records', below('')],
    ['a record without what it needs', below(contact.replace('<LastName>L</LastName>', ''))],
  ])('refuse %s', async (_what, document) => {
    expect(await problemsOf((await tree(1)).schema, [document])).not.toEqual([]);
  });

  test('take the answers, good and bad', async () => {
    const { root, schema } = await world.schemaOf('createTree', 'output', 'xsd');
    const connection = await world.connect();
    const documents = bodies(below(contact), below('<records type="Contact" referenceId="c"/>'));

    const { results } = await run(
      connection,
      { operation: 'createTree', objectType: 'Account', properties: {} },
      documents,
    );

    expect(root).toBe('SObjectTreeResponse');
    expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError']);
    expect(await problemsOfBodies(schema, results)).toEqual([]);
  });

  test.each(['xml', 'json'] as const)('take every kind of refusal, in %s', async (payloadFormat) => {
    const isXml = payloadFormat === 'xml';
    const { schema } = await world.schemaOf('createTree', 'output', isXml ? 'xsd' : 'json-schema');
    const connection = await world.connect();
    const request = { operation: 'createTree', objectType: 'Account', properties: { payloadFormat } };
    const documents = isXml
      ? bodies(below('<records type="Contact" referenceId="c"/>'), '<SObjectTreeRequest/>', '<SObjectTreeRequest>')
      : bodies('{"records":[{"attributes":{"type":"Account","referenceId":"a"}}]}', '{"records":[]}', '{');

    const { results } = await run(connection, request, documents);

    const texts = results.map(({ body }) => String(body));
    expect(results.map(({ status }) => status)).toEqual(Array(3).fill('applicationError'));
    expect(texts.map((text) => /^(?:<\?[^>]*\?>)?<?(\[?\{?\w*)/.exec(text.replaceAll('"', ''))?.[1])).toEqual(
      isXml ? ['SObjectTreeResponse', 'Errors', 'Result'] : ['{hasErrors', '[{message', '{success'],
    );
    expect(await (isXml ? problemsOf(schema, texts) : problemsOfJson(schema, texts))).toEqual([]);
  });

  test('tell the same in JSON', async () => {
    const { root, schema } = await world.schemaOf('createTree', 'input', 'json-schema', { childrenDepth: 1 });
    const { $defs } = JSON.parse(schema);

    expect(root).toBe('SObjectTreeRequest');
    expect($defs.Account.properties.Contacts.properties.records.items).toEqual({ $ref: '#/$defs/Contact_child' });
    expect($defs.Contact_child.required).toEqual(['attributes', 'LastName']);
  });

  test('refuse lists without records in JSON too', async () => {
    const { schema } = await world.schemaOf('createTree', 'input', 'json-schema', { childrenDepth: 1 });
    const account = { attributes: { type: 'Account', referenceId: 'a' }, Name: 'A' };
    const problemsOfRecords = (...records: readonly object[]) => problemsOfJson(schema, [JSON.stringify({ records })]);

    expect(problemsOfRecords(account)).toEqual([]);
    expect(problemsOfRecords()).not.toEqual([]);
    expect(problemsOfRecords({ ...account, Contacts: { records: [] } })).not.toEqual([]);
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
    const { schema } = await world.schemaOf('upsert', 'input', 'xsd', properties, 'Invoice__c');

    expect(await problemsOf(schema, ['<records><External_Id__c>a</External_Id__c></records>'])).toEqual([]);
  });

  test('take the results, good and bad', async () => {
    const { root, schema } = await world.schemaOf('create', 'output', 'xsd', { operationApi: 'COMPOSITEAPI' });
    const { results } = await run(
      await world.connect(),
      { operation: 'create', objectType: 'Account', properties: { operationApi: 'COMPOSITEAPI' } },
      bodies('<records><Name>a</Name></records>', '<records/>', '<records>'),
    );

    expect(root).toBe('result');
    expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError', 'applicationError']);
    expect(await problemsOfBodies(schema, results)).toEqual([]);
  });
});
