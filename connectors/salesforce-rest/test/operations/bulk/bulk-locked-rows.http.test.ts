import type { Json, Status } from '@connector-runtime/core';
import { accounts, expectHonest, run, startWorld, stopWorlds } from '../../promise-world.js';
import { expectNothingOpen, FAST, statuses } from './bulk-world.js';

afterEach(stopWorlds);

describe('rows that are locked', () => {
  test('go again in a smaller job of their own, each is created once, and has the result of its own row', async () => {
    const world = await startWorld({ keepBodies: true });
    const { org } = world;
    const connection = await world.connect();
    for (const nth of [2, 5, 8]) org.locks.add({ nth });

    const outcome = await run(connection, 'create', accounts(8), FAST);

    const made = { outcome, org };
    expect(statuses(made)).toEqual(['success']);
    expect(org.ledger.counts.create).toBe(8);
    const uploads = org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ body }) => body);
    expect(uploads.slice(1)).toEqual(['"Name"\n"Promise d2"\n"Promise d6"\n', '"Name"\n"Promise d6"\n']);
    for (const { inputs, body } of outcome.results) expect(String(body)).toContain(`<Name>Promise ${inputs[0]}</Name>`);
    const [, second] = org.bulk.jobs;
    expect(outcome.results.find(({ inputs }) => inputs[0] === 'd2')?.receipt).toEqual({
      jobId: second?.id,
      row: 0,
      rows: 2,
    });
    expectHonest(made);
    expectNothingOpen(made);
  });

  test('are reconciled with all others by one reading of each job, whatever the order of their receipts', async () => {
    const world = await startWorld();
    const { org } = world;
    const connection = await world.connect();
    for (const nth of [2, 4, 6]) org.locks.add({ nth });
    const documents = accounts(8);
    const { results: first } = await run(connection, 'create', documents, FAST);
    const receipts = new Map(first.map(({ inputs: [id = ''], receipt = null }) => [id, receipt]));
    const readings = () => org.requests.entries.filter(({ path }) => path.endsWith('/successfulResults')).length;
    const before = readings();
    // A set without rows need not repeat the columns.
    org.faults.add({ path: '/unprocessedrecords', times: 100, action: 'garbage', body: '"sf__Id"\n' });

    const request = { operation: 'create', objectType: 'Account', properties: FAST as Json };
    const again = connection.reconcile(
      request,
      documents.map((document) => ({ ...document, receipt: receipts.get(document.id) ?? null })),
    );
    const seen: Status[] = [];
    for await (const event of again) if (event.type === 'result') seen.push(event.status);

    expect(seen).toEqual(documents.map(() => 'success'));
    expect([org.bulk.jobs.length, readings() - before]).toEqual([2, 2]);
  });

  test.each(['update', 'delete'])('of a %s go again too', async (operation) => {
    const world = await startWorld();
    const { org } = world;
    const connection = await world.connect();
    const ids = [1, 2, 3, 4, 5, 6].map((number) => org.insert('Account', { Name: `Own ${number}` }));
    org.locks.add({ id: ids[1] as string });
    org.locks.add({ id: ids[4] as string });
    const documents = ids.map((id) => ({ id, body: `<records><Id>${id}</Id><Name>Renamed</Name></records>` }));

    const outcome = await run(connection, operation, documents, FAST);

    expect(outcome.summary.counts).toMatchObject({ success: 6 });
    expect(
      org.ledger.entries
        .filter(({ action }) => action === operation)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...ids].sort());
    expect(org.bulk.jobs).toHaveLength(2);
  });

  test('for good are refused after three jobs, and not written; other refusals do not go again', async () => {
    const world = await startWorld({ keepBodies: true });
    const { org } = world;
    const connection = await world.connect();
    org.locks.add({ times: Number.POSITIVE_INFINITY });
    const bad = { id: 'bad', body: '<records type="Account"><Name></Name></records>' };

    const outcome = await run(connection, 'create', [...accounts(3), bad], FAST);

    const made = { outcome, org };
    expect(statuses(made)).toEqual(['applicationError']);
    expect(outcome.results.find(({ inputs }) => inputs[0] === 'd1')).toMatchObject({
      code: 'UNABLE_TO_LOCK_ROW',
      error: { category: 'conflict', retryable: true, effect: 'none' },
    });
    const uploads = org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ body }) => body);
    expect(uploads.map((csv) => (csv?.split('\n').length ?? 0) - 2)).toEqual([4, 3, 3]);
    expectHonest(made);
  });

  test('go in no job of their own once the budget of the connection is used up', async () => {
    const world = await startWorld({}, { limits: { repeatsPerMinute: 1 } });
    const { org } = world;
    org.locks.add({ times: Number.POSITIVE_INFINITY });

    const outcome = await run(await world.connect(), 'create', accounts(3), FAST);

    const made = { outcome, org };
    expect(statuses(made)).toEqual(['applicationError']);
    expect(outcome.results[0]).toMatchObject({
      code: 'UNABLE_TO_LOCK_ROW',
      error: { retryable: true, effect: 'none' },
    });
    expect(org.bulk.jobs).toHaveLength(2);
    expectHonest(made);
    expectNothingOpen(made);
  });

  test('of the same text are told apart from those that were not', async () => {
    const same = ['a', 'b', 'c', 'd'].map((id) => ({
      id,
      body: '<records type="Account"><Name>Same</Name></records>',
    }));
    const world = await startWorld();
    const { org } = world;
    const connection = await world.connect();
    org.locks.add({ times: 4 });

    const outcome = await run(connection, 'create', same, FAST);

    expect(outcome.statuses).toEqual({ a: 'success', b: 'success', c: 'success', d: 'success' });
    expect(org.ledger.counts.create).toBe(4);
  });

  test('have their refusal where the run is cancelled before they go again', async () => {
    const world = await startWorld();
    const { org } = world;
    const connection = await world.connect();
    org.locks.add({ nth: 2 });
    const controller = new AbortController();
    const execution = connection.execute(
      { operation: 'create', objectType: 'Account', properties: FAST as Json },
      accounts(4),
      { signal: controller.signal },
    );
    const seen = new Map<string, string>();
    for await (const event of execution) {
      if (event.type !== 'result') continue;
      for (const id of event.inputs) seen.set(id, `${event.status} ${event.error?.code ?? ''}`);
      if (seen.size === 3) controller.abort();
    }

    expect(Object.fromEntries(seen)).toEqual({
      d1: 'success ',
      d3: 'success ',
      d4: 'success ',
      d2: 'applicationError SALESFORCE_UNABLE_TO_LOCK_ROW',
    });
    expect(org.bulk.jobs).toHaveLength(1);
  });
});
