import type { Json, ResultEvent, Status } from '@connector-runtime/core';
import type { ExecutionOptions } from '@connector-runtime/runtime';
import type { BulkPlan, FaultSpec } from '@connector-runtime/salesforce-org';
import { PassingClock } from '../../passing-clock.js';
import { accounts, type Made, type PromiseWorld, run, startWorld } from '../../promise-world.js';
import type { RunningOrg } from '../../running-org.js';
import type { Way } from './bulk-ways.js';

/** Properties that choose Bulk API 2.0 and wait little. */
export const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 20 };

/** Result sets that name no row, of jobs about names, whatever was done. */
export const EMPTY_SETS: readonly FaultSpec[] = [
  { path: '/successfulResults', times: 100, action: 'garbage', body: '"sf__Id","sf__Created","Name"\n' },
  { path: '/failedResults', times: 100, action: 'garbage', body: '"sf__Id","sf__Error","Name"\n' },
  { path: '/unprocessedrecords', times: 100, action: 'garbage', body: '"Name"\n' },
];

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
    /** Of invoices; in place of the create. */
    readonly way?: Way;
  } = {},
): Promise<Made & { readonly world: PromiseWorld }> {
  const clock = new PassingClock();
  const world = await startWorld({ keepBodies: true }, { clock });
  const { org } = world;
  const connection = await world.connect();
  await connection.test();
  org.bulk.plan = given.plan ?? {};
  for (const fault of given.faults ?? []) org.faults.add(fault);
  const { way } = given;
  const documents = way?.documents(org) ?? given.documents ?? accounts(count);
  const properties = { ...(way?.properties ?? FAST), ...given.properties } as Json;
  const write = (options?: ExecutionOptions) =>
    run(connection, way?.operation ?? 'create', documents, properties, options, way && 'Invoice__c');
  if (given.isLate !== true) return { outcome: await write(), org, world };
  const third = org.faults.add({ kind: 'jobStatus', nth: 3, action: 'hold' });
  const running = write({ deadlineMs: 10_000 });
  await third.reached();
  clock.pass(10_000);
  third.release();
  return { outcome: await running, org, world };
}

const isOpen = ({ state, isDeleted }: { state: string; isDeleted: boolean }): boolean =>
  !isDeleted && !['JobComplete', 'Failed', 'Aborted'].includes(state);

export function expectNothingOpen({ org }: Made): void {
  expect(org.bulk.jobs.filter(isOpen)).toEqual([]);
}

export const statuses = ({ outcome }: Made): Status[] => [...new Set(Object.values(outcome.statuses))].sort();
export const results = ({ outcome }: Made): readonly ResultEvent[] => outcome.results;

/** The CSVs that jobs were given. */
export function uploadsTo({ org }: RunningOrg): readonly (string | undefined)[] {
  return org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ body }) => body);
}
