import type { Json, ResultEvent, Status } from '@connector-runtime/core';
import type { BulkPlan, FaultSpec } from '@connector-runtime/salesforce-org';
import { PassingClock } from '../../passing-clock.js';
import { accounts, type Outcome, PromiseWorld, run } from '../../promise-world.js';

/** Properties that choose Bulk API 2.0 and wait little. */
export const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 20 };

/** Result sets that name no row, of jobs about names, whatever was done. */
export const EMPTY_SETS: readonly FaultSpec[] = [
  { path: '/successfulResults', times: 100, action: 'garbage', body: '"sf__Id","sf__Created","Name"\n' },
  { path: '/failedResults', times: 100, action: 'garbage', body: '"sf__Id","sf__Error","Name"\n' },
  { path: '/unprocessedrecords', times: 100, action: 'garbage', body: '"Name"\n' },
];

/** What an execution came to, and the org that it wrote to. */
export interface Made {
  readonly outcome: Outcome;
  readonly org: PromiseWorld['org'];
}

const worlds: PromiseWorld[] = [];

export async function startWorld(...options: Parameters<typeof PromiseWorld.start>): Promise<PromiseWorld> {
  const world = await PromiseWorld.start(...options);
  worlds.push(world);
  return world;
}

/** Stops what the tests of a file started; to be called after each. */
export async function stopWorlds(): Promise<void> {
  for (const world of worlds.splice(0)) await world.stop();
}

/** Creates accounts in a job, with a fault and a plan. */
export async function create(
  count: number,
  given: {
    readonly faults?: readonly FaultSpec[];
    readonly plan?: BulkPlan;
    readonly properties?: object;
    /** The deadline passes while the third status request waits. */
    readonly isLate?: boolean;
    readonly documents?: Parameters<typeof run>[2];
  } = {},
): Promise<Made & { readonly world: PromiseWorld }> {
  const clock = new PassingClock();
  const world = await startWorld({ keepBodies: true }, { clock });
  const { org } = world;
  const connection = await world.connect();
  await connection.test();
  org.bulk.plan = given.plan ?? {};
  for (const fault of given.faults ?? []) org.faults.add(fault);
  const documents = given.documents ?? accounts(count);
  const properties = { ...FAST, ...given.properties } as Json;
  if (given.isLate !== true) return { outcome: await run(connection, 'create', documents, properties), org, world };
  const third = org.faults.add({ kind: 'jobStatus', nth: 3, action: 'hold' });
  const running = run(connection, 'create', documents, properties, { deadlineMs: 10_000 });
  await third.reached();
  clock.pass(10_000);
  third.release();
  return { outcome: await running, org, world };
}

/** No claim that the ledger contradicts, and nothing in it twice. */
export function expectHonest({ outcome, org }: Made): void {
  const names = org
    .records('Account')
    .map((account) => String(account['Name']))
    .filter((name) => name.startsWith('Promise'))
    .map((name) => name.split(' ')[1] ?? '');
  expect(new Set(names).size).toBe(names.length);
  for (const [id, status] of Object.entries(outcome.statuses)) {
    if (status === 'success') expect(names).toContain(id);
    else if (status !== 'unknown') expect(names).not.toContain(id);
  }
}

const isOpen = ({ state, isDeleted }: { state: string; isDeleted: boolean }): boolean =>
  !isDeleted && !['JobComplete', 'Failed', 'Aborted'].includes(state);

export function expectNothingOpen({ org }: Made): void {
  expect(org.bulk.jobs.filter(isOpen)).toEqual([]);
}

export const statuses = ({ outcome }: Made): Status[] => [...new Set(Object.values(outcome.statuses))].sort();
export const results = ({ outcome }: Made): readonly ResultEvent[] => outcome.results;
