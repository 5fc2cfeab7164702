import type { Field, ObjectType } from '@connector-runtime/core';
import { all, type DescribedOrg, runDescribedOrg } from './described-org.js';

let world: DescribedOrg;
beforeAll(async () => {
  world = await runDescribedOrg();
});
afterAll(() => world.stop());

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
    await expect(world.schemaOf('create', 'input', 'xsd', {}, 'Acount')).rejects.toMatchObject({
      info: {
        category: 'notFound',
        code: 'OBJECT_TYPE_UNKNOWN',
        message: expect.stringContaining('did you mean Account?'),
      },
    });
  });
});

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

  test('under a parent of several object types tell which it is, and not under one of a single type', async () => {
    const connection = await world.connect();
    const under = (path: string) => all(connection.fields({ operation: 'query', objectType: 'Task', path: [path] }));

    expect(named(await under('Who'), 'Type')).toMatchObject({ type: 'picklist', can: ['read', 'filter', 'sort'] });
    expect((await under('What')).filter(({ name }) => name === 'Type')).toMatchObject([{ label: 'Object type' }]);
    expect(named(await under('CreatedBy'), 'Type')).toBeUndefined();
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
