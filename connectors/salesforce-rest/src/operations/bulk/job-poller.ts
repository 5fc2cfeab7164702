import { type CallContext, isConnectorError } from '@connector-runtime/core';
import type { PollProperties } from '../../properties/bulk-properties.js';
import { type BulkJob, STATUS_STEP } from './bulk-job.js';
import { hasEnded, type JobStatus } from './job-status.js';

const GROWTH = 1.5;
/** So many requests in a row that fail though they were repeated: the service stays away. */
const MAX_FAILURES_IN_A_ROW = 10;

/**
 * Asks for the status of a job until it has ended, at intervals that grow with jitter; gives each answer, the last one with the end.
 * A request that fails for the moment does not end it: the job goes on without us. A state that is not known is waited through. Ends with the context's signal, in a pause too, by an error that names the job.
 */
export async function* pollJob(
  job: BulkJob,
  { pollInitialMs, pollMaxMs }: PollProperties,
  context: CallContext,
): AsyncGenerator<JobStatus> {
  const { clock, signal } = context;
  let failures = 0;
  for (let intervalMs = Math.min(pollInitialMs, pollMaxMs); ; intervalMs = Math.min(intervalMs * GROWTH, pollMaxMs)) {
    const pauseMs = Math.round(intervalMs * (0.75 + 0.25 * clock.random()));
    await job.named(STATUS_STEP, () => clock.sleep(pauseMs, signal));
    try {
      const status = await job.status(context);
      failures = 0;
      yield status;
      if (hasEnded(status)) return;
    } catch (error) {
      failures += 1;
      if (signal.aborted || failures >= MAX_FAILURES_IN_A_ROW || !isPassing(error)) throw error;
      context.logger.debug(`the status of bulk job ${job.id} could not be read: ${String(error)}`);
    }
  }
}

/** May the next request get through? */
function isPassing(error: unknown): boolean {
  if (!isConnectorError(error)) return false;
  const { category, retryable } = error.info;
  return retryable || category === 'unavailable' || category === 'timeout' || category === 'protocol';
}
