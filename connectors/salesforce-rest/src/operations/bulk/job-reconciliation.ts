import {
  type CallContext,
  type Document,
  type ErrorInfo,
  isConnectorError,
  type Json,
  type OperationEvent,
} from '@connector-runtime/core';
import { BulkJob, type JobRequests } from './bulk-job.js';
import { hasEnded, type JobStatus } from './job-status.js';

/** How the documents of a job are settled afterwards. */
interface JobReconciliation {
  /** Their results where the job tells nothing of them, or that nothing was done. */
  readonly all: (info: ErrorInfo) => readonly OperationEvent[];
  /** By the results of the job, which has ended. Reads them before it gives any. */
  readonly settle: (job: BulkJob, status: JobStatus) => AsyncIterable<readonly OperationEvent[]>;
}

/** Settles documents by the state of the job that their receipts name; read-only. One that still runs, is gone, or is not named leaves them `unknown`. */
export async function* reconcileByJob(
  jobId: string | undefined,
  requests: JobRequests,
  { all, settle }: JobReconciliation,
  context: CallContext,
): AsyncGenerator<readonly OperationEvent[]> {
  if (jobId === undefined) {
    const message = 'the document has no receipt of a bulk job that was made of it';
    yield all({ ...undecided('BULK_RECEIPT_MISSING', message), retryable: false });
    return;
  }
  const job = BulkJob.known(requests, jobId);
  try {
    const status = await job.status(context);
    if (status.state === 'Open') yield all(neverClosed(jobId));
    else if (hasEnded(status)) yield* settle(job, status);
    else {
      const message = `bulk job ${jobId} is in state ${status.state}: try again later`;
      yield all(undecided('BULK_JOB_RUNNING', message, jobId));
    }
  } catch (error) {
    if (!isConnectorError(error) || error.info.category !== 'notFound') throw error;
    const gone = undecided('BULK_JOB_GONE', `bulk job ${jobId} is not there any more`, jobId);
    yield all({ ...gone, retryable: false });
  }
}

/** The job that a receipt names. */
export function jobIdIn(receipt: Json | undefined): string | undefined {
  const named = typeof receipt === 'object' && receipt !== null && 'jobId' in receipt ? receipt['jobId'] : undefined;
  return typeof named === 'string' && named !== '' ? named : undefined;
}

/** Is only its receipt given, where the document itself is needed? */
export function hasNoContent({ body }: Document<unknown>): boolean {
  return body.sizeBytes === 0;
}

/** The error of a document that {@link hasNoContent}. */
export function contentMissing(jobId: string): ErrorInfo {
  const message = `what bulk job ${jobId} did is told by what the document says, and that was not given: reconcile with the documents of that run (--input)`;
  return {
    category: 'validation',
    code: 'BULK_DOCUMENT_MISSING',
    message,
    effect: 'unknown',
    retryable: false,
    service: { jobId },
  };
}

function neverClosed(jobId: string): ErrorInfo {
  const message = `bulk job ${jobId} was never closed: nothing of it was applied`;
  return {
    category: 'unavailable',
    code: 'BULK_JOB_OPEN',
    message,
    effect: 'none',
    retryable: true,
    service: { jobId },
  };
}

function undecided(code: string, message: string, jobId?: string): ErrorInfo {
  const service = jobId === undefined ? {} : { service: { jobId } };
  return { category: 'unavailable', code, message, effect: 'unknown', retryable: true, ...service };
}
