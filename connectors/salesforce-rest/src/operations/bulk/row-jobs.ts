import type { ExecutionContext, OperationEvent } from '@connector-runtime/core';
import type { PollProperties } from '../../properties/bulk-properties.js';
import type { JobRequests } from './bulk-job.js';
import { IngestJob } from './ingest-job.js';
import type { JobRows } from './job-preparation.js';
import type { JobSpec } from './job-spec.js';
import type { RecordForm } from './record-form.js';
import { RowSettlement } from './row-settlement.js';

/** A row that is refused for the moment goes so often in all, as records of collections do, and within the connection's budget of repeats. */
const MAX_JOBS = 3;
const FIRST_BACKOFF_MS = 1_000;

/** How rows are run. */
export interface RowsRun {
  readonly requests: JobRequests;
  readonly form: RecordForm;
  readonly context: ExecutionContext<PollProperties>;
  /** The job that another process put the rows into. */
  readonly leftJobId?: string;
}

/**
 * Runs rows as a job and gives each its result. Those that the service refused for the moment (`UNABLE_TO_LOCK_ROW`) go again in a smaller job of their own, after a pause with full jitter.
 * Throws what meets every job to come (login, quota), once all of these rows are settled.
 */
export async function* runRows(
  first: JobRows,
  spec: JobSpec,
  { requests, form, context, leftJobId }: RowsRun,
): AsyncGenerator<OperationEvent | readonly OperationEvent[]> {
  let rows = first;
  let resumed = leftJobId;
  for (let jobs = 1; ; jobs += 1) {
    const again = { refused: jobs < MAX_JOBS, unprocessed: resumed !== undefined };
    const settlement = new RowSettlement(rows, form, again);
    const job = new IngestJob(requests, rows.ids.length, settlement, context);
    const end = yield* resumed === undefined ? job.run(spec, rows.csv) : job.resume(resumed, spec);
    resumed = undefined;
    if (end === 'replaceable') continue;
    if (!settlement.hasHeld) return;
    if (!context.mayRepeat()) {
      yield* settlement.refusals(context.cleanup);
      return;
    }
    try {
      await context.clock.sleep(context.clock.random() * FIRST_BACKOFF_MS * 2 ** (jobs - 1), context.signal);
      rows = await settlement.heldRows(context);
    } catch (error) {
      yield* settlement.refusals(context.cleanup);
      throw error;
    }
  }
}
