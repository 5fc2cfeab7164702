import type { Json } from '@connector-runtime/core';
import { type RunningOrg, run, runOrg } from '../running-org.js';

let world: RunningOrg;
beforeAll(async () => {
  world = await runOrg();
});
afterAll(() => world.stop());

describe('a document of more than a megabyte', () => {
  const padding = `<!--${'x'.repeat(1_000_000)}-->`;
  const known = () => `<Id>${world.org.insert('Account', { Name: 'known' })}</Id>`;
  const record = (fields = '<Name>A</Name>') => `<records>${fields}${padding}</records>`;
  const COLLECTIONS = { operationApi: 'COMPOSITEAPI' };
  const key = { externalIdFieldName: 'External_Id__c' };
  const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10 };

  test.each<[string, string, Readonly<Record<string, Json>>, () => string, 'sent' | 'refused']>([
    ['a create', 'create', {}, record, 'sent'],
    ['an upsert', 'upsert', key, record, 'sent'],
    [
      'a tree',
      'createTree',
      {},
      () =>
        `<SObjectTreeRequest>${record().replace('<records', '<records type="Account" referenceId="a"')}</SObjectTreeRequest>`,
      'sent',
    ],
    ['an update', 'update', {}, () => record(known()), 'refused'],
    ['a create of many', 'create', COLLECTIONS, record, 'refused'],
    ['an update of many', 'update', COLLECTIONS, () => record(known()), 'refused'],
    ['an upsert of many', 'upsert', { ...COLLECTIONS, ...key }, record, 'refused'],
    ['a create in bulk', 'create', FAST, record, 'refused'],
    ['an update in bulk', 'update', FAST, () => record(known()), 'refused'],
    ['an upsert in bulk', 'upsert', { ...FAST, ...key }, record, 'refused'],
  ])('of %s', async (_what, operation, properties, body, outcome) => {
    const documents = [{ body: body() }];
    const before = world.org.ledger.entries.length;

    const { results } = await run(await world.connect(), { operation, objectType: 'Account', properties }, documents);

    expect(results.map(({ status }) => status)).toEqual([outcome === 'sent' ? 'success' : 'applicationError']);
    if (outcome === 'refused') expect(results[0]?.error).toMatchObject({ category: 'tooLarge' });
    expect(world.org.ledger.entries.length > before).toBe(outcome === 'sent');
  });

  test('of a CSV, for it is streamed', async () => {
    const properties = { pollInitialMs: 10, bulkOperation: 'insert', object: 'Account' };
    const body = `Name,Description\nA,${'x'.repeat(30_000)}\n${`A,${'x'.repeat(30_000)}\n`.repeat(35)}`;

    const { results } = await run(await world.connect(), { operation: 'csvBulk', properties }, [{ body }]);

    expect(body.length).toBeGreaterThan(1_000_000);
    expect(results).toMatchObject([{ status: 'success', message: expect.stringContaining('36') }]);
  });

  test('of an update, where the host has switched the limit off', async () => {
    const unlimited = await runOrg({}, { limits: { maxDocumentBytes: -1 } });
    const id = unlimited.org.insert('Account', { Name: 'known' });
    const body = record(`<Id>${id}</Id>`);

    const { results } = await run(await unlimited.connect(), { operation: 'update', objectType: 'Account' }, [
      { body },
    ]);
    await unlimited.stop();

    expect(results).toMatchObject([{ status: 'success' }]);
  });
});
