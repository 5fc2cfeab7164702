import type { ErrorInfo, ExecutionContext, OperationEvent } from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { BulkJob } from './bulk-job.js';
import type { JobSettlement } from './ingest-job.js';
import { IngestResults, receiptOf, type UploadedRows } from './ingest-results.js';
import type { JobStatus } from './job-status.js';
import { withLastWords } from './last-words.js';
import type { RecordForm } from './record-form.js';

const PORTION = 1_000;

/** A document is a row: each gets the result of its row. */
export class RowSettlement implements JobSettlement {
  constructor(
    private readonly uploaded: UploadedRows,
    private readonly form: RecordForm,
  ) {}

  *all(info: ErrorInfo, jobId: string | undefined): Generator<readonly OperationEvent[]> {
    const { ids } = this.uploaded;
    for (let from = 0; from < ids.length; from += PORTION) {
      yield ids.slice(from, from + PORTION).map((id, offset) => ({
        ...failed([id], info),
        ...(jobId !== undefined && { receipt: receiptOf(jobId, from + offset, ids.length) }),
      }));
    }
  }

  async *ended(
    job: BulkJob,
    status: JobStatus,
    stopped: ErrorInfo | undefined,
    context: ExecutionContext<unknown>,
  ): AsyncGenerator<readonly OperationEvent[]> {
    const results = new IngestResults(job, this.uploaded, this.form);
    await withLastWords(context, (within) => results.read(within));
    // All is at hand by now.
    yield* results.events(status, stopped, context.cleanup);
  }
}
