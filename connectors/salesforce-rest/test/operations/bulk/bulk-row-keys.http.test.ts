import { run, startWorld, stopWorlds } from '../../promise-world.js';
import { expectNothingOpen, FAST } from './bulk-world.js';

afterEach(stopWorlds);

/** Faults and worlds for records of which the service shows the name otherwise than it was sent. */
async function shownOtherwise() {
  const world = await startWorld({ keepBodies: true });
  const { org } = world;
  const ids = [1, 2].map((number) => org.insert('Account', { Name: `Own ${number}`, External_Id__c: `Key ${number}` }));
  const show = (set: string, columns: string, rows: readonly (readonly string[])[], times = 1) => {
    const lines = rows.map((cells) => cells.map((cell) => `"${cell}"`).join(','));
    org.faults.add({ path: `/${set}`, times, action: 'garbage', body: `${columns}\n${lines.join('\n')}\n` });
  };
  return { world, org, ids: ids as [string, string], show };
}

describe('rows that the results show otherwise than they were sent', () => {
  test('are known by the id of an update, of 15 or 18 characters', async () => {
    const { world, ids, show } = await shownOtherwise();
    const documents = ids.map((id) => ({ id, body: `<r><Id>${id.slice(0, 15)}</Id><Name> ${id} </Name></r>` }));
    show(
      'successfulResults',
      '"sf__Id","sf__Created","Id","Name"',
      ids.toReversed().map((id) => [id, 'false', id, id]),
    );

    const outcome = await run(await world.connect(), 'update', documents, FAST);

    expect(outcome.statuses).toEqual({ [ids[0]]: 'success', [ids[1]]: 'success' });
    for (const { inputs, body } of outcome.results) expect(String(body)).toContain(`<sf__Id>${inputs[0]}</sf__Id>`);
  });

  test('are known by the external id of an upsert, in any case', async () => {
    const { world, ids, show } = await shownOtherwise();
    const documents = ['Key 1', 'Key 2'].map((key) => ({
      id: key,
      body: `<r><External_Id__c>${key}</External_Id__c><Name> ${key} </Name></r>`,
    }));
    show('successfulResults', '"sf__Id","sf__Created","External_Id__c","Name"', [
      [ids[1], 'false', 'KEY 2', 'Key 2'],
      [ids[0], 'false', 'KEY 1', 'Key 1'],
    ]);

    const properties = { ...FAST, externalIdFieldName: 'External_Id__c' };
    const outcome = await run(await world.connect(), 'upsert', documents, properties);

    expect(outcome.statuses).toEqual({ 'Key 1': 'success', 'Key 2': 'success' });
    expect(outcome.results.map(({ inputs, body }) => [inputs[0], /<sf__Id>(\w+)/.exec(String(body))?.[1]])).toEqual([
      ['Key 2', ids[1]],
      ['Key 1', ids[0]],
    ]);
  });

  test('are unknown where they are new records: nothing but their text tells them', async () => {
    const { world, show } = await shownOtherwise();
    show('successfulResults', '"sf__Id","sf__Created","Name"', [['001000000000001AAA', 'true', 'a']]);

    const { statuses } = await run(
      await world.connect(),
      'create',
      [{ id: 'a', body: '<r><Name> a </Name></r>' }],
      FAST,
    );

    expect(statuses).toEqual({ a: 'unknown' });
  });

  test('are unknown where two results are of one id', async () => {
    const { world, ids, show } = await shownOtherwise();
    const [id] = ids;
    show('failedResults', '"sf__Id","sf__Error","Id","Name"', [[id, 'REQUIRED_FIELD_MISSING:x:--', id, 'a']], 100);

    const { statuses } = await run(
      await world.connect(),
      'update',
      [{ id: 'a', body: `<r><Id>${id}</Id><Name>a</Name></r>` }],
      FAST,
    );

    expect(statuses).toEqual({ a: 'unknown' });
  });

  test('go again as they were sent', async () => {
    const { world, org, ids, show } = await shownOtherwise();
    const [id] = ids;
    org.locks.add({ id });
    show('failedResults', '"sf__Id","sf__Error","Id","Name"', [
      [id, 'UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--', id, 'a'],
    ]);
    const documents = [
      { id: 'a', body: `<r><Id>${id}</Id><Name> a </Name></r>` },
      { id: 'b', body: `<r><Id>${ids[1]}</Id><Name>b</Name></r>` },
    ];

    const outcome = await run(await world.connect(), 'update', documents, FAST);

    expect(outcome.statuses).toEqual({ a: 'success', b: 'success' });
    const uploads = org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ body }) => body);
    expect(uploads.at(-1)).toBe(`"Id","Name"\n"${id}"," a "\n`);
    expectNothingOpen({ outcome, org });
  });
});
