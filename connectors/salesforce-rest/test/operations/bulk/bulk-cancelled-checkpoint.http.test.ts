import type { Json, ResultEvent } from '@connector-runtime/core';
import type { Execution, ExecutionRequest, RuntimeConnection } from '@connector-runtime/runtime';
import { type RunningOrg, run, runOrg } from '../../running-org.js';
import { FAST } from './bulk-world.js';
import { POLLING } from './csv-bulk-run.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const numbers = [1, 2, 3];

interface Way {
  readonly request: ExecutionRequest;
  readonly documents: readonly { readonly id: string; readonly body: string }[];
}

const create: Way = {
  request: { operation: 'create', objectType: 'Invoice__c', properties: FAST },
  documents: numbers.map((n) => ({ id: `d${n}`, body: `<records><Name>Row ${n}</Name></records>` })),
};
const upsert: Way = {
  request: {
    operation: 'upsert',
    objectType: 'Invoice__c',
    properties: { ...FAST, externalIdFieldName: 'External_Id__c' },
  },
  documents: numbers.map((n) => ({ id: `d${n}`, body: `<records><External_Id__c>${n}</External_Id__c></records>` })),
};
const csvBulk: Way = {
  request: { operation: 'csvBulk', properties: { ...POLLING, bulkOperation: 'insert', object: 'Invoice__c' } },
  documents: [{ id: 'csv', body: 'Name\nRow 1\nRow 2\nRow 3\n' }],
};
const ways: readonly [string, Way][] = [
  ['create', create],
  ['keyed upsert', upsert],
  ['csvBulk', csvBulk],
];

/** Runs the work up to its checkpoint and has it end there. */
async function stopAtCheckpoint(
  connection: RuntimeConnection,
  { request, documents }: Way,
  how: 'cancelled' | 'left',
): Promise<{ readonly results: readonly ResultEvent[]; readonly checkpoint: Json }> {
  const execution: Execution = connection.execute(request, documents);
  const results: ResultEvent[] = [];
  for await (const event of execution) {
    if (event.type === 'result') results.push(event);
    if (event.type !== 'checkpoint') continue;
    if (how === 'left') break;
    execution.cancel();
  }
  const { checkpoint } = await execution.summary;
  return { results, checkpoint: checkpoint as Json };
}

describe.each(ways)('%s over Bulk that is stopped at its checkpoint', (_what, way) => {
  test.each(['cancelled', 'left'] as const)(
    '(%s) goes on from it: every record is made once, and known',
    async (how) => {
      const connection = await world.connect();
      const { checkpoint } = await stopAtCheckpoint(connection, way, how);
      expect(world.org.bulk.jobs).toMatchObject([{ state: 'Aborted' }]);

      const resumed = await run(connection, way.request, way.documents, { resumeFrom: checkpoint });

      expect(resumed.results.map(({ inputs: [id], status }) => [id, status])).toEqual(
        way.documents.map(({ id }) => [id, 'success']),
      );
      expect(world.org.ledger.counts.create).toBe(numbers.length);
      expect(world.org.bulk.jobs.map(({ state }) => state)).toEqual(['Aborted', 'JobComplete']);
    },
  );

  test('and whose run that goes on is stopped there too goes on once more', async () => {
    const connection = await world.connect();
    const first = await stopAtCheckpoint(connection, way, 'cancelled');
    const again = connection.execute(way.request, way.documents, { resumeFrom: first.checkpoint });
    for await (const event of again) if (event.type === 'checkpoint') break;
    const { checkpoint } = await again.summary;

    const resumed = await run(connection, way.request, way.documents, { resumeFrom: checkpoint as Json });

    expect(new Set(resumed.results.map(({ status }) => status))).toEqual(new Set(['success']));
    expect(world.org.ledger.counts.create).toBe(numbers.length);
  });

  test('is settled by reconcile: nothing of it was done', async () => {
    const connection = await world.connect();
    const { results } = await stopAtCheckpoint(connection, way, 'cancelled');
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['notAttempted']));

    const told: ResultEvent[] = [];
    const receipts = new Map(results.map(({ inputs: [id], receipt }) => [id, receipt ?? null]));
    const documents = way.documents.map((document) => ({ ...document, receipt: receipts.get(document.id) ?? null }));
    for await (const event of connection.reconcile(way.request, documents))
      if (event.type === 'result') told.push(event);

    expect(told.map(({ status, error }) => [status, error?.effect])).toEqual(
      way.documents.map(() => ['failure', 'none']),
    );
    expect(world.org.bulk.jobs).toHaveLength(1);
  });
});

describe('a job that was aborted after it had been closed', () => {
  /** Leaves a job that was closed and aborted behind, and goes on with it. */
  async function goOn(way: Way, fault?: Parameters<RunningOrg['org']['faults']['add']>[0]) {
    const { org } = world;
    const connection = await world.connect();
    org.bulk.plan = { state: 'Aborted', rows: 2 };
    const held = org.faults.add({ kind: 'jobStatus', action: 'hold' });
    const execution = connection.execute(way.request, way.documents);
    let checkpoint: Json | undefined;
    const ended = (async () => {
      for await (const event of execution) if (event.type === 'checkpoint') checkpoint = event.state as Json;
    })();
    await held.reached();
    held.release();
    await ended;
    org.bulk.plan = {};
    if (fault !== undefined) org.faults.add(fault);
    return run(connection, way.request, way.documents, { resumeFrom: checkpoint as Json });
  }

  test('has only the rows go again that it had not come to', async () => {
    const resumed = await goOn(create);

    expect(resumed.summary.counts).toMatchObject({ success: 3 });
    expect(world.org.ledger.counts.create).toBe(3);
  });

  test('is no reason to send a CSV again of which records were made', async () => {
    const resumed = await goOn(csvBulk);

    expect(resumed.results).toMatchObject([{ status: 'unknown', error: { code: 'BULK_ROW_UNPROCESSED' } }]);
    expect(world.org.bulk.jobs).toHaveLength(1);
  });

  test.each(ways)('leaves unknown what its sets do not name, of %s', async (_what, way) => {
    const body =
      way === csvBulk ? '"sf__Id","sf__Created","Name"\n' : '"sf__Id","sf__Created","Name","External_Id__c"\n';
    const resumed = await goOn(way, { path: '/successfulResults', times: 100, action: 'garbage', body });

    expect(resumed.summary.counts.unknown).toBeGreaterThan(0);
    expect(world.org.ledger.counts.create).toBeLessThanOrEqual(numbers.length);
  });
});
