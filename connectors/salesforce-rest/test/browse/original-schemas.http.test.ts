import { DescribedService, elementIn, membersOf, type Properties } from './described-service.js';
import { THINGS } from './described-things.js';

let service: DescribedService;
beforeAll(async () => {
  service = await DescribedService.start();
});
afterAll(() => service.stop());

describe('object types', () => {
  const ALL = THINGS.map((thing) => String(thing['name']));

  test.each([
    ['query', ['Unqueryable']],
    ['create', ['Robot', 'Unmade']],
    ['createTree', ['Robot', 'Unmade']],
    ['update', ['Unchanging']],
    ['upsert', ['Unchanging']],
    ['delete', ['Undying']],
  ])('of %s are all but %j, in the order of the service', async (operation, missing) => {
    const ids: string[] = [];
    for await (const { id, label } of service.connection.objectTypes({ operation })) {
      expect(label).toBe(`A ${id}`);
      ids.push(id);
    }

    expect(ids).toEqual(ALL.filter((name) => !missing.includes(name)));
  });

  test.each(['customSoql', 'csvBulk'])('of %s are none: it has no browse', async (operation) => {
    const types = service.connection.objectTypes({ operation });

    await expect((async () => types[Symbol.asyncIterator]().next())()).rejects.toMatchObject({
      info: { code: 'OPERATION_UNKNOWN' },
    });
  });
});

describe('the definition', () => {
  test.each<[string, 'input' | 'output', Properties, string, string]>([
    ['query', 'output', {}, 'records', 'Thing'],
    ['create', 'input', {}, 'records', 'Thing'],
    ['update', 'input', {}, 'records', 'Thing'],
    ['upsert', 'input', { externalIdFieldName: 'Key' }, 'records', 'Thing'],
    ['delete', 'input', {}, 'records', 'Thing'],
    ['createTree', 'input', {}, 'SObjectTreeRequest', 'SObjectTreeRequest'],
    // Q26: what a write gives has a schema of its own.
    ['create', 'output', {}, 'Result', 'Result'],
    ['update', 'output', {}, 'Result', 'Result'],
    ['update', 'output', { returnUpdatedRecord: true }, 'Thing', 'Thing'],
    ['upsert', 'output', { externalIdFieldName: 'Key' }, 'Result', 'Result'],
    ['delete', 'output', {}, 'Result', 'Result'],
    ['create', 'output', { operationApi: 'COMPOSITEAPI' }, 'result', 'Result'],
    ['create', 'output', { operationApi: 'BulkAPI2.0' }, 'records', 'Thing'],
    ['update', 'output', { operationApi: 'BulkAPI2.0', returnUpdatedRecord: true }, 'records', 'Thing'],
    ['createTree', 'output', {}, 'SObjectTreeResponse', 'SObjectTreeResponse'],
  ])('of %s %s with %j has the roots %s and %s', async (operation, role, properties, xsd, definition) => {
    const { root, definitions } = await service.schemasOf(operation, role, 'Thing', properties);

    expect(root).toEqual({ xsd, 'json-schema': definition });
    expect(Object.keys(definitions)).toContain(definition);
  });
});

describe('the fields', () => {
  const values = [
    'Name',
    'Made',
    'Once',
    'Later',
    'Key',
    'Defaulted',
    'UpId',
    'WhoId',
    'AnyoneId',
    'LostId',
    'NoLookupId',
  ];
  const parents = ['Up', 'Who', 'Anyone'];
  const without = (...names: readonly string[]) => values.filter((name) => !names.includes(name));

  test.each<[string, string, 'input' | 'output', Properties, readonly string[]]>([
    ['of query: all of the describe', 'query', 'output', {}, ['Id', ...values]],
    [
      'of query with parents: every lookup that has a name and a type',
      'query',
      'output',
      { parentsDepth: 1 },
      ['Id', ...values, ...parents],
    ],
    [
      'of query with children: every relationship that has a name and a type',
      'query',
      'output',
      { childrenDepth: 1 },
      ['Id', ...values, 'Parts', 'Robots'],
    ],
    [
      'of create: what can be created, and parents by key',
      'create',
      'input',
      {},
      [...without('Made', 'Later'), ...parents],
    ],
    [
      'of update: what can be updated or looked up, Id included',
      'update',
      'input',
      {},
      ['Id', ...without('Made', 'Once'), ...parents],
    ],
    [
      'of upsert over REST: what can be written, without the key of the address',
      'upsert',
      'input',
      { externalIdFieldName: 'Key' },
      [...without('Made', 'Key'), ...parents],
    ],
    [
      'of upsert of many: the key too',
      'upsert',
      'input',
      { externalIdFieldName: 'key', operationApi: 'COMPOSITEAPI' },
      [...without('Made'), ...parents],
    ],
    [
      'of upsert in bulk: the key too',
      'upsert',
      'input',
      { externalIdFieldName: 'key', operationApi: 'BulkAPI2.0' },
      [...without('Made'), ...parents],
    ],
    [
      'of what a write in bulk gives: of the row, and all that may have been sent',
      'create',
      'output',
      { operationApi: 'BulkAPI2.0' },
      ['sf__Id', 'sf__Created', 'sf__Error', 'Id', ...values, ...parents],
    ],
    [
      'of what a delete in bulk gives: of the row, and Id',
      'delete',
      'output',
      { operationApi: 'BulkAPI2.0' },
      ['sf__Id', 'sf__Created', 'sf__Error', 'Id'],
    ],
    ['of delete: Id', 'delete', 'input', {}, ['Id']],
    ['of create tree: what can be created, no parents', 'createTree', 'input', {}, without('Made', 'Later')],
    [
      'of create tree with children: what can be created below',
      'createTree',
      'input',
      { childrenDepth: 1 },
      [...without('Made', 'Later'), 'Parts'],
    ],
    [
      'of an update with read-back: all of the describe',
      'update',
      'output',
      { returnUpdatedRecord: true },
      ['Id', ...values],
    ],
  ])('%s', async (_what, operation, role, properties, expected) => {
    expect(membersOf(await service.schemasOf(operation, role, 'Thing', properties), 'Thing')).toEqual(expected);
  });

  test.each<[string, Properties, readonly string[]]>([
    ['create', {}, ['Name']],
    ['update', {}, ['Id']],
    ['upsert', { externalIdFieldName: 'Key' }, []],
    ['delete', {}, ['Id']],
  ])('of %s that are required: %j', async (operation, properties, required) => {
    const schemas = await service.schemasOf(operation, 'input', 'Thing', properties);
    const inXsd = membersOf(schemas, 'Thing').filter(
      (name) => !elementIn(schemas, 'Thing', name).includes('minOccurs'),
    );

    expect(inXsd).toEqual(required);
    expect((schemas.definitions['Thing'] as { required?: string[] }).required ?? []).toEqual(required);
  });
});
