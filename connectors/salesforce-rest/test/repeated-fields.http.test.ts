import type { Json } from '@connector-runtime/core';
import { PromiseWorld, run } from './promise-world.js';

let world: PromiseWorld;
beforeAll(async () => {
  world = await PromiseWorld.start();
});
afterAll(() => world.stop());

const APIS: readonly (readonly [string, Readonly<Record<string, Json>>])[] = [
  ['REST', {}],
  ['collections', { operationApi: 'COMPOSITEAPI' }],
  ['Bulk', { operationApi: 'BulkAPI2.0' }],
];
const OPERATIONS: readonly (readonly [string, Readonly<Record<string, Json>>])[] = [
  ['create', {}],
  ['update', {}],
  ['upsert', { externalIdFieldName: 'External_Id__c' }],
];

/** Names and values of a record of each format. */
type Fields = readonly (readonly [string, string])[];
const FORMATS: readonly (readonly [string, (fields: Fields) => string])[] = [
  ['xml', (fields) => `<records>${fields.map(([name, value]) => `<${name}>${value}</${name}>`).join('')}</records>`],
  ['json', (fields) => `{${fields.map(([name, value]) => `"${name}":"${value}"`).join(',')}}`],
];

const cases = APIS.flatMap(([api, apiProperties]) =>
  OPERATIONS.flatMap(([operation, properties]) =>
    FORMATS.map(
      ([format, write]) =>
        [operation, api, format, { ...apiProperties, ...properties, payloadFormat: format }, write] as const,
    ),
  ),
);

/** What the record goes by. */
function keyFields(operation: string, key: string): Fields {
  if (operation === 'create') return [];
  return operation === 'update'
    ? [['Id', world.org.insert('Account', { Name: 'Before' })]]
    : [['External_Id__c', `${key} ${world.org.ledger.entries.length}`]];
}

test.each(cases)(
  '%s over %s of a %s record in which a field stands twice: it is refused alone, and neither value is written',
  async (operation, _api, _format, properties, write) => {
    const connection = await world.connect();
    const before = world.org.ledger.entries.length;
    const documents = [
      { id: 'plain', body: write([...keyFields(operation, 'plain'), ['Name', 'Plain']]) },
      { id: 'same', body: write([...keyFields(operation, 'same'), ['Name', 'Twice a'], ['Name', 'Twice b']]) },
      { id: 'case', body: write([...keyFields(operation, 'case'), ['Name', 'Twice a'], ['NAME', 'Twice b']]) },
    ];
    const inserted = world.org.ledger.entries.length - before;

    const { results, statuses } = await run(connection, operation, documents, properties);

    expect(statuses).toEqual({ plain: 'success', same: 'applicationError', case: 'applicationError' });
    for (const { error } of results.filter(({ status }) => status === 'applicationError'))
      expect(error).toMatchObject({
        category: 'validation',
        code: 'FIELD_REPEATED',
        path: expect.stringMatching(/^name$/i),
      });
    expect(world.accountsNamed('Twice')).toEqual([]);
    expect(world.org.ledger.entries.length).toBe(before + inserted + 1);
  },
);

test.each([
  [
    'xml',
    '<SObjectTreeRequest><records type="Account" referenceId="a"><Name>Twice a</Name><Contacts><records type="Contact" referenceId="b"><LastName>Twice a</LastName><LastName>Twice b</LastName></records></Contacts></records></SObjectTreeRequest>',
  ],
  ['json', '{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"Twice a","name":"Twice b"}]}'],
])('a %s tree in which a field stands twice is refused, and nothing of it is written', async (payloadFormat, body) => {
  const connection = await world.connect();
  const before = world.org.ledger.entries.length;

  const { results } = await run(connection, 'createTree', [{ id: 'tree', body }], { payloadFormat });

  expect(results).toMatchObject([
    {
      status: 'applicationError',
      error: { category: 'validation', code: 'FIELD_REPEATED', path: expect.stringMatching(/name$/i) },
    },
  ]);
  expect(world.org.ledger.entries.length).toBe(before);
});

const PARENT = '<Parent><External_Id__c>p</External_Id__c></Parent>';

test.each(APIS)('a parent that stands twice is refused over %s', async (_api, properties) => {
  const connection = await world.connect();
  const body = `<records><Name>Twice a</Name>${PARENT}${PARENT.replaceAll('Parent>', 'PARENT>')}</records>`;

  const { results } = await run(connection, 'create', [{ id: 'parent', body }], properties);

  expect(results).toMatchObject([
    { status: 'applicationError', error: { category: 'validation', code: 'FIELD_REPEATED', path: 'PARENT' } },
  ]);
  expect(world.accountsNamed('Twice')).toEqual([]);
});
