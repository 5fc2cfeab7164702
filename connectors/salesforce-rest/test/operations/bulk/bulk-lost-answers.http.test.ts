import type { Json, Status } from '@connector-runtime/core';
import type { FaultSpec } from '@connector-runtime/salesforce-org';
import { accounts, run, startWorld, stopWorlds } from '../../promise-world.js';
import { ROWS, type Way, writes } from './bulk-ways.js';
import { create, expectNothingOpen, FAST, results, statuses } from './bulk-world.js';

afterEach(stopWorlds);

describe('an answer that is lost', () => {
  test.each<[string, FaultSpec]>([
    ['of the upload', { kind: 'jobUpload', action: 'lose' }],
    ['of the close', { kind: 'jobChange', action: 'lose' }],
    ['of a status request', { kind: 'jobStatus', action: 'lose' }],
    ['of the successful results', { path: '/successfulResults', action: 'lose' }],
    ['of the failed results', { path: '/failedResults', action: 'lose' }],
    ['of the unprocessed records', { path: '/unprocessedrecords', action: 'lose' }],
  ])('%s costs nothing: all is applied once, and known', async (_what, fault) => {
    const made = await create(5, { faults: [fault] });

    expect(statuses(made)).toEqual(['success']);
    expect(made.org.ledger.counts.create).toBe(5);
    expectNothingOpen(made);
  });

  test('of the creation leaves a job without data behind, and another one is made', async () => {
    const made = await create(5, { faults: [{ kind: 'jobCreate', action: 'lose' }] });

    expect(statuses(made)).toEqual(['success']);
    expect(made.org.bulk.jobs.map(({ state }) => state)).toEqual(['Open', 'JobComplete']);
    expect(made.org.ledger.counts.create).toBe(5);
  });

  test('of the upload, each time: the jobs are discarded, and nothing is applied', async () => {
    const made = await create(5, { faults: [{ kind: 'jobUpload', times: 100, action: 'lose' }] });

    expect(statuses(made)).toEqual(['failure']);
    expect(made.org.ledger.counts.create).toBe(0);
    expectNothingOpen(made);
  });

  test('of the close that did not arrive: the job is open, and is closed again', async () => {
    const made = await create(5, { faults: [{ kind: 'jobChange', action: 'refuse' }] });

    expect(statuses(made)).toEqual(['success']);
    expect(made.org.bulk.jobs).toHaveLength(1);
  });

  test('of the close that never arrives: the job is aborted, and nothing is applied', async () => {
    const where = ({ kind, body }: { kind: string; body?: string }) =>
      kind === 'jobChange' && body?.includes('UploadComplete') === true;
    const made = await create(5, { faults: [{ where, times: 1000, action: 'refuse' }] });

    expect(statuses(made)).toEqual(['failure']);
    expect(made.org.bulk.jobs).toMatchObject([{ state: 'Aborted' }]);
    expect(made.org.ledger.counts.create).toBe(0);
  });

  test('of everything after the close is unknown, names the job, and is settled by it later', async () => {
    const faults: FaultSpec[] = [
      { kind: 'jobStatus', times: 1000, action: 'lose' },
      { kind: 'jobChange', nth: 2, times: 1000, action: 'refuse' },
    ];
    const documents = accounts(4);
    const made = await create(4, { faults, documents });
    const [job] = made.org.bulk.jobs;
    made.org.faults.remove();

    expect(statuses(made)).toEqual(['unknown']);
    for (const { error, receipt } of results(made)) {
      expect(error?.service?.jobId).toBe(job?.id);
      expect(receipt).toMatchObject({ jobId: job?.id, rows: 4 });
    }

    const connection = await made.world.connect();
    const reconciled = new Map<string, Status>();
    const execution = connection.reconcile(
      { operation: 'create', objectType: 'Account', properties: FAST as Json },
      documents.map((document, index) => ({ ...document, receipt: results(made)[index]?.receipt ?? null })),
    );
    for await (const event of execution)
      if (event.type === 'result') for (const id of event.inputs) reconciled.set(id, event.status);

    expect([...reconciled.values()]).toEqual(['success', 'success', 'success', 'success']);

    const settle = async (bodies: readonly string[]) => {
      const seen: Status[] = [];
      const again = connection.reconcile(
        { operation: 'create', objectType: 'Account', properties: FAST as Json },
        bodies.map((body, index) => ({ id: `d${index + 1}`, body, receipt: results(made)[index]?.receipt ?? null })),
      );
      for await (const event of again) if (event.type === 'result') seen.push(event.status);
      return seen.sort();
    };
    const settledWithoutContent: string[] = [];
    for await (const event of connection.reconcile(
      { operation: 'create', objectType: 'Account', properties: FAST as Json },
      documents.map((document, index) => ({
        id: document.id,
        body: index === 1 ? document.body : '',
        receipt: results(made)[index]?.receipt ?? null,
      })),
    ))
      if (event.type === 'result') settledWithoutContent.push(event.error?.code ?? event.status);
    expect(settledWithoutContent.sort()).toEqual([...Array<string>(3).fill('BULK_DOCUMENT_MISSING'), 'success']);
    const [first = '', ...others] = documents.map(({ body }) => body);
    expect(await settle([first.replace('Name>', 'Nome>'), ...others])).toEqual([
      ...['success', 'success', 'success'],
      'unknown',
    ]);
    made.org.faults.add({ kind: 'jobStatus', times: 1000, action: 'refuse' });
    expect(await settle([first, ...others])).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    // Attempts of requests pause in real time.
  }, 90_000);
});

/** Of which the service applied what it says. */
const STEPS = ['jobCreate', 'jobUpload', 'jobChange'] as const;

describe.each(writes)('a %s', (_what, way: Way) => {
  test.each(STEPS)('whose answer to a %s is lost: each row is applied once, and said to be so', async (kind) => {
    const world = await startWorld();
    const { org } = world;
    const connection = await world.connect();
    const documents = way.documents(org);
    const before = org.ledger.entries.length;
    const lost = org.faults.add({ kind, action: 'lose' });

    const properties = way.properties as Json;
    const outcome = await run(connection, way.operation, documents, properties, {}, 'Invoice__c');

    const applied = org.ledger.entries.slice(before).map(({ id }) => id);
    expect([applied.length, new Set(applied).size, lost.acted]).toEqual([ROWS, ROWS, 1]);
    expect(outcome.results.map(({ status }) => status)).toEqual(documents.map(() => 'success'));
    expect(org.bulk.jobs.filter(({ state }) => state === 'JobComplete')).toHaveLength(1);
  });
});
