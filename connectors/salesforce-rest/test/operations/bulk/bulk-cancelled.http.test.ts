import type { Json } from '@connector-runtime/core';
import type { FaultSpec, SalesforceOrg } from '@connector-runtime/salesforce-org';
import { PassingClock } from '../../passing-clock.js';
import { type Outcome, type PromiseWorld, run, startWorld, stopWorlds } from '../../promise-world.js';
import { creates, inserts, ROWS, type Way, writes } from './bulk-ways.js';
import { expectNothingOpen, FAST } from './bulk-world.js';
import { POLLING } from './csv-bulk-run.js';

afterEach(stopWorlds);

/** As long as a poll can wait: no pause of anything else lasts so. */
const LONG = { pollInitialMs: 600_000, pollMaxMs: 600_000 };

const SOQL = 'SELECT Id FROM Account';
const reads: readonly (readonly [string, Way])[] = [
  [
    'query',
    {
      operation: 'query',
      properties: { ...FAST, fields: ['Id'], pageSize: 200 },
      documents: () => [{ body: '' }],
      rows: 0,
    },
  ],
  [
    'customSoql',
    { operation: 'customSoql', properties: { ...FAST, pageSize: 200 }, documents: () => [{ body: SOQL }], rows: 0 },
  ],
  [
    'csvBulk',
    {
      operation: 'csvBulk',
      properties: { ...POLLING, bulkOperation: 'query', pageSize: 200 },
      documents: () => [{ body: SOQL }],
      rows: 0,
    },
  ],
];

/** The first bytes of an answer are there. */
const within = { action: 'hold', atByte: 5 } as const;

/** Where it is cancelled: at a request, or in a pause. */
type Point = FaultSpec | 'between polls' | 'between jobs';

/** How the job of that point stands afterwards. `Aborted`: one that would never end by itself. */
type Fate = 'deleted' | 'Aborted' | 'JobComplete';

/** Cancels the work at a point. */
async function cancelAt(
  point: Point,
  { operation, properties, documents }: Way,
  fate: Fate = 'JobComplete',
): Promise<Cancelled> {
  const clock = new PassingClock(() => 0.5);
  const world = await startWorld({ accounts: 450 }, { clock });
  const { org } = world;
  org.bulk.plan = { polls: fate === 'JobComplete' ? 0 : Number.POSITIVE_INFINITY };
  const connection = await world.connect();
  await connection.test();
  const given = documents(org);
  const before = org.ledger.entries.length;
  const fault = typeof point === 'string' ? undefined : org.faults.add(point);
  const reached =
    fault?.holding() ?? (point === 'between jobs' ? clock.waits(500, 500) : clock.waits(450_000, 600_000));
  const controller = new AbortController();
  const own = { ...properties, ...(point === 'between polls' && LONG) } as Json;
  const objectType = operation === 'query' ? 'Account' : 'Invoice__c';
  const running = run(connection, operation, given, own, { signal: controller.signal }, objectType);
  await Promise.race([reached, running]);

  controller.abort();
  fault?.release();
  const outcome = await running;
  return { outcome, org, given: given.length, written: org.ledger.entries.length - before };
}

interface Cancelled {
  readonly outcome: Outcome;
  readonly org: PromiseWorld['org'];
  readonly given: number;
  readonly written: number;
}

/** What did not succeed names the job that it was in. */
function expectJobNamed({ outcome, org }: Cancelled): void {
  for (const { status, error } of outcome.results)
    if (status !== 'success') expect(org.bulk.jobs.map(({ id }) => id)).toContain(error?.service?.jobId);
}

describe.each(writes)('%s over Bulk API 2.0, cancelled', (_operation, way) => {
  test.each<[string, Point, Fate]>([
    ['while the job is made', { kind: 'jobCreate', action: 'hold', handled: true }, 'deleted'],
    ['within the answer that names the job', { kind: 'jobCreate', ...within }, 'deleted'],
    ['while the data is uploaded', { kind: 'jobUpload', action: 'hold' }, 'deleted'],
    ['after the data is uploaded', { kind: 'jobUpload', action: 'hold', handled: true }, 'deleted'],
    ['before the job is closed', { kind: 'jobChange', action: 'hold' }, 'Aborted'],
    ['after the job is closed', { kind: 'jobChange', action: 'hold', handled: true }, 'Aborted'],
    ['within the answer to the close', { kind: 'jobChange', ...within }, 'Aborted'],
    ['between polls', 'between polls', 'Aborted'],
    ['before the status is told', { kind: 'jobStatus', action: 'hold' }, 'Aborted'],
    ['after the status is told', { kind: 'jobStatus', action: 'hold', handled: true }, 'Aborted'],
    ['within its status', { kind: 'jobStatus', ...within }, 'Aborted'],
    ['while successful results are read', { path: '/successfulResults', action: 'hold' }, 'JobComplete'],
    ['while failed results are read', { path: '/failedResults', action: 'hold' }, 'JobComplete'],
    ['while unprocessed records are read', { path: '/unprocessedrecords', action: 'hold' }, 'JobComplete'],
    ['within successful results', { path: '/successfulResults', ...within }, 'JobComplete'],
    ['within failed results', { path: '/failedResults', ...within }, 'JobComplete'],
    ['within unprocessed records', { path: '/unprocessedrecords', ...within }, 'JobComplete'],
  ])('%s: no job is left open, and nothing is said that is not so', async (_when, point, fate) => {
    const cancelled = await cancelAt(point, way, fate);

    const { outcome, org, given, written } = cancelled;
    const { counts } = outcome.summary;
    expect(counts.success + counts.notAttempted + counts.failure).toBe(given);
    expect(written).toBe(counts.success * way.rows);
    expectNothingOpen(cancelled);
    expectJobNamed(cancelled);
    expect(org.bulk.jobs).toMatchObject([fate === 'deleted' ? { isDeleted: true } : { state: fate, isDeleted: false }]);
  });
});

describe('what follows a first job, cancelled', () => {
  const second: FaultSpec = { kind: 'jobCreate', nth: 2, action: 'hold', handled: true };

  /** Of these one is locked: it goes again in a job of its own. */
  const locks: Way = {
    ...creates,
    documents: (org) => {
      org.locks.add({ nth: 2 });
      return creates.documents(org);
    },
  };

  test.each<[string, Point, number]>([
    ['before it is made', 'between jobs', 1],
    ['while it is made', second, 2],
    ['when it is closed', { kind: 'jobStatus', nth: 2, action: 'hold' }, 2],
  ])('%s: no job is left open, and what the first one came to is told', async (_when, point, jobs) => {
    const cancelled = await cancelAt(point, locks);

    const { counts } = cancelled.outcome.summary;
    expect(cancelled.outcome.results).toHaveLength(ROWS);
    expect([counts.success, counts.unknown]).toEqual([cancelled.written, 0]);
    expect(cancelled.written).toBeGreaterThanOrEqual(ROWS - 1);
    expect(cancelled.org.bulk.jobs).toHaveLength(jobs);
    expectNothingOpen(cancelled);
    expectJobNamed(cancelled);
  });

  test('of csvBulk: the first document has its result, the second is in no job that is open', async () => {
    const cancelled = await cancelAt(second, {
      ...inserts,
      documents: () => [...inserts.documents({} as SalesforceOrg), { body: 'Name\nnext\n' }],
    });

    expect(cancelled.outcome.results.map(({ status }) => status)).toEqual(['success', 'notAttempted']);
    expect(cancelled.written).toBe(ROWS);
    expectNothingOpen(cancelled);
  });
});

describe.each(reads)('%s as a job, cancelled', (_operation, way) => {
  test.each<[string, Point, Fate]>([
    ['while the job is made', { kind: 'jobCreate', action: 'hold', handled: true }, 'deleted'],
    ['within the answer that names the job', { kind: 'jobCreate', ...within }, 'deleted'],
    ['between polls', 'between polls', 'deleted'],
    ['before its status is told', { kind: 'jobStatus', action: 'hold' }, 'deleted'],
    ['after its status is told', { kind: 'jobStatus', action: 'hold', handled: true }, 'deleted'],
    ['within its status', { kind: 'jobStatus', ...within }, 'deleted'],
    ['while the first page is read', { kind: 'jobResults', action: 'hold' }, 'JobComplete'],
    ['within the first page', { kind: 'jobResults', ...within }, 'JobComplete'],
    ['while the last page is read', { kind: 'jobResults', nth: 3, action: 'hold' }, 'JobComplete'],
    ['within the last page', { kind: 'jobResults', nth: 3, ...within }, 'JobComplete'],
  ])('%s: no job is left open, and the result names it', async (_when, point, fate) => {
    const cancelled = await cancelAt(point, way, fate);

    expect(cancelled.outcome.results).toMatchObject([
      { status: 'notAttempted', error: { category: 'cancelled', service: { jobId: cancelled.org.bulk.jobs[0]?.id } } },
    ]);
    expect(cancelled.outcome.summary.complete).toBe(false);
    expect(cancelled.org.bulk.jobs).toMatchObject([
      fate === 'deleted' ? { state: 'Aborted', isDeleted: true } : { state: fate, isDeleted: false },
    ]);
    expectNothingOpen(cancelled);
  });
});
