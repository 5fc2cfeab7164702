import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { account, invoice, op, type Properties, sentTo, statuses, writtenIn } from './collections-writes.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const sent = () => sentTo(world);
const written = () => writtenIn(world);
const names = () => written().map(({ fields }) => fields['Name']);
const accounts = (count: number) => Array.from({ length: count }, (_, index) => account(`n${index + 1}`));
const perRequest = () => sent().map(({ body }) => (body ?? '').split('<records ').length - 1);

describe('collections', () => {
  test.each<[string, Properties, readonly number[]]>([
    ['COMPOSITEAPI', {}, [200, 50]],
    ['COMPOSITEAPI', { batchCount: 100 }, [100, 100, 50]],
    ['COMPOSITEAPI', { batchCount: 1 }, Array.from({ length: 250 }, () => 1)],
    ['RESTAPI', { batchCount: 200 }, [200, 50]],
  ])('%s with %j sends requests of %j', async (operationApi, properties, sizes) => {
    const { summary } = await run(
      await world.connect({ concurrent: 1 }),
      op('create', { operationApi, ...properties }),
      bodies(...accounts(250)),
    );

    expect(summary.counts.success).toBe(250);
    expect(perRequest()).toEqual(sizes);
    expect(names()).toEqual(accounts(250).map((_, index) => `n${index + 1}`));
  });

  test('RESTAPI without a batch count, or with 1, sends one document a request to the record itself', async () => {
    const connection = await world.connect();

    await run(connection, op('create', { operationApi: 'RESTAPI' }), bodies(...accounts(2)));
    await run(connection, op('create', { operationApi: 'RESTAPI', batchCount: 1 }), bodies(...accounts(2)));

    expect(world.org.requests.count('create')).toBe(4);
    expect(sent()).toEqual([]);
  });

  test('Q19 (collections): requests are split where headers differ, and only there', async () => {
    const documents = ['a', 'b', 'c', 'd', 'e'].map((name, index) => ({
      body: account(name),
      properties: { assignmentRuleId: index < 2 || index > 3 ? 'TRUE' : 'FALSE' },
    }));

    const { summary } = await run(await world.connect({ concurrent: 1 }), op('create'), documents);

    expect(summary.counts.success).toBe(5);
    expect(sent().map(({ headers }) => headers['sforce-auto-assign'])).toEqual(['TRUE', 'FALSE', 'TRUE']);
    expect(perRequest()).toEqual([2, 2, 1]);
  });

  test('an external id value of each document, which collections do not use, splits nothing', async () => {
    const documents = ['a', 'b'].map((key) => ({ body: invoice(key, 1), properties: { externalIdValue: key } }));
    const properties = { externalIdFieldName: 'External_Id__c' };

    await run(await world.connect(), op('upsert', properties, 'Invoice__c'), documents);

    expect(perRequest()).toEqual([2]);
  });

  test.each([
    ['External_Id__c', ['K', 'b', ' k '], [2, 1]],
    ['External_Id__c', ['a', 'b', 'c'], [3]],
    ['Legacy_Number__c', ['7', '8', '7.0'], [2, 1]],
  ])(
    'an upsert by %s with the values %j sends requests of %j, and the last of one record wins',
    async (field, keys, sizes) => {
      const documents = keys.map((key, index) => `<r><${field}>${key}</${field}><Amount__c>${index}</Amount__c></r>`);

      const { results } = await run(
        await world.connect(),
        op('upsert', { externalIdFieldName: field.toLowerCase() }, 'Invoice__c'),
        bodies(...documents),
      );

      expect(statuses(results)).toEqual(['success', 'success', 'success']);
      expect(perRequest()).toEqual(sizes);
      expect(written().at(-1)?.fields['Amount__c']).toBe(2);
    },
  );

  test('one record twice in an update or delete goes in two requests, the second after the first', async () => {
    const id = world.org.insert('Account', { Name: 'a' });
    const update = (phone: number, of = id) => `<records><Id>${of}</Id><Phone>${phone}</Phone></records>`;
    const connection = await world.connect();
    const held = world.org.faults.add({ kind: 'updateCollection', action: 'hold' });

    const updates = run(connection, op('update'), bodies(update(1), update(2, id.slice(0, 15))));
    await held.reached();
    const before = sent().length;
    held.release();
    const updated = await updates;
    const deleted = await run(connection, op('delete'), bodies(update(0), update(0)));

    expect(before).toBe(1);
    expect(statuses(updated.results)).toEqual(['success', 'success']);
    expect(world.org.record(id)?.['Phone']).toBe('2');
    expect(statuses(deleted.results)).toEqual(['success', 'applicationError']);
    expect(deleted.results[1]?.code).toBe('ENTITY_IS_DELETED');
  });

  test('a document of another type travels by itself, and its type is kept', async () => {
    const lead = '<records type="Contact"><LastName>l</LastName></records>';
    const unknown = '<records type="Nope__c"><LastName>l</LastName></records>';

    const { results } = await run(
      await world.connect(),
      op('create'),
      bodies(account('a'), lead, unknown, account('b')),
    );

    expect(statuses(results)).toEqual(['success', 'success', 'applicationError', 'success']);
    expect(results[2]?.code).toBe('INVALID_TYPE');
    expect(written().map(({ objectType }) => objectType)).toEqual(['Account', 'Contact', 'Account']);
  });

  test('null, empty and absent stay three things', async () => {
    const id = world.org.insert('Account', { Name: 'a', Phone: '1', Fax: '2', Site: '3' });
    const body = `<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Id>${id}</Id><Phone xsi:nil="true"/><Fax></Fax></records>`;

    await run(await world.connect(), op('update'), bodies(body));

    expect(written()[0]?.given).toEqual({ Phone: null, Fax: '' });
    expect(world.org.record(id)?.['Site']).toBe('3');
  });
});
