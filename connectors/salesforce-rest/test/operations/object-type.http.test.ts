import type { Json } from '@connector-runtime/core';
import { bodies, type RunningOrg, run, runOrg } from '../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

type Properties = Readonly<Record<string, Json>>;
const UPSERT = { externalIdFieldName: 'External_Id__c' };
const BULK = { operationApi: 'BulkAPI2.0', pollInitialMs: 10 };
const COLLECTIONS = { operationApi: 'COMPOSITEAPI' };
const written = () => world.org.ledger.entries.filter(({ request }) => request > 0);

const xml = (type: string, id: string) =>
  `<records type="${type}"><Id>${id}</Id><External_Id__c>k</External_Id__c><Name>n</Name></records>`;
const json = (type: string, id: string) =>
  `{"Name":"n","Id":"${id}","External_Id__c":"k","attributes":{"url":"/x","type":"${type}"}}`;

describe('a document of another object type is refused unsent', () => {
  test.each<[string, Properties]>([
    ['create', {}],
    ['update', {}],
    ['update', { returnUpdatedRecord: true }],
    ['upsert', UPSERT],
    ['delete', {}],
    ['upsert', { ...COLLECTIONS, ...UPSERT }],
    ['delete', COLLECTIONS],
    ['create', BULK],
    ['update', BULK],
    ['upsert', { ...BULK, ...UPSERT }],
    ['delete', BULK],
  ])('by %s with %j', async (operation, properties) => {
    const id = world.org.insert('Account', { Name: 'a' });
    const connection = await world.connect();
    const runWith = (payloadFormat: string, body: string) =>
      run(connection, { operation, objectType: 'Account', properties: { ...properties, payloadFormat } }, bodies(body));

    const results = [await runWith('xml', xml('Lead', id)), await runWith('json', json('Lead', id))].map(
      (ran) => ran.results[0],
    );

    for (const result of results)
      expect(result).toMatchObject({
        status: 'applicationError',
        message: 'the document is a Lead, and the operation is about Account',
        error: { category: 'validation', code: 'OBJECT_TYPE_DIFFERS', effect: 'none', retryable: false },
      });
    expect(written()).toEqual([]);
  });

  test.each<[string, Properties]>([
    ['create', {}],
    ['create', COLLECTIONS],
    ['create', BULK],
  ])('by %s with %j, also where escapes hide its type', async (operation, properties) => {
    const { results } = await run(
      await world.connect(),
      { operation, objectType: 'Account', properties: { ...properties, payloadFormat: 'json' } },
      bodies('{"\\u0061ttributes":{"type":"Contact"},"Name":"x"}'),
    );

    // A request of collections may hold several types: the document is sent as what it says it is.
    if (properties === COLLECTIONS) {
      const sent = world.org.requests.entries.map(({ body = '' }) => body).filter((body) => body.includes('Contact'));
      expect(sent).toEqual(['{"allOrNone":false,"records":[{"\\u0061ttributes":{"type":"Contact"},"Name":"x"}]}']);
    } else expect(results[0]?.error?.code).toBe('OBJECT_TYPE_DIFFERS');
  });

  test.each<[string, Properties]>([
    ['RESTAPI', {}],
    ['COMPOSITEAPI', COLLECTIONS],
    ['BulkAPI2.0', BULK],
  ])('by a delete over %s whose id is of another type, or is none', async (_api, properties) => {
    const id = world.org.insert('Contact', { LastName: 'c' });
    const before = world.org.ledger.entries.length;

    const { results } = await run(
      await world.connect(),
      { operation: 'delete', objectType: 'Account', properties },
      bodies(`<records><Id>${id}</Id></records>`, '<records><Id>a,b</Id></records>'),
    );

    expect(results.map(({ error }) => error?.code)).toEqual(['OBJECT_TYPE_DIFFERS', 'ID_MALFORMED']);
    expect(world.org.ledger.entries).toHaveLength(before);
  });

  test('however large it is', async () => {
    const name = 'n'.repeat(100_000);

    const { results } = await run(
      await world.connect(),
      { operation: 'create', objectType: 'Account', properties: {} },
      bodies(`<!-- <records type="Account"> --><records type='Lead'><Name type="Account">${name}</Name></records>`),
    );

    expect(results[0]?.error?.code).toBe('OBJECT_TYPE_DIFFERS');
    expect(world.org.requests.count('create')).toBe(0);
  });
});

describe.each([
  ['a short one', ''],
  ['a long one', 'd'.repeat(70_000)],
])('a document is taken: %s', (_length, padding) => {
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

  test.each([
    ['that names no type', 'xml', `<records><Name>a</Name><!-- ${padding} --></records>`],
    ['that names an empty type', 'xml', `<records type=" "><Name>a</Name><!-- ${padding} --></records>`],
    ['that names its type in other letters', 'xml', `<r type="ACCOUNT"><Name>a</Name><!-- ${padding} --></r>`],
    ['whose root has a type of XML', 'xml', `<r ${xsi} xsi:type="sObject"><Name>a</Name><!-- ${padding} --></r>`],
    ['that names no type', 'json', `{"Name":"a"${' '.repeat(padding.length)}}`],
    ['whose attributes name no type', 'json', `{"attributes":{"url":"/x"},"Name":"a"${' '.repeat(padding.length)}}`],
    ['that names its type in other letters', 'json', `{"attributes":{"type":"account"},"Name":"a"}`],
    ['whose field is called type', 'json', `{"attributes":{"x":{"type":"Lead"}},"Name":"a"}`],
  ])('%s, in %s', async (_what, payloadFormat, body) => {
    const { results } = await run(
      await world.connect(),
      { operation: 'create', objectType: 'Account', properties: { payloadFormat } },
      bodies(body),
    );

    expect(results[0]?.error).toBeUndefined();
    expect(written()).toHaveLength(1);
  });
});

test('a root with a type of XML is a row of a bulk job', async () => {
  const { results } = await run(
    await world.connect(),
    { operation: 'create', objectType: 'Account', properties: BULK },
    bodies('<r xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:type="sObject"><Name>a</Name></r>'),
  );

  expect(results[0]?.status).toBe('success');
});
