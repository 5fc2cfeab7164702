import {
  type CallContext,
  type CheckpointEvent,
  type ErrorInfo,
  type ExecutionContext,
  errorInfoOf,
  type OperationEvent,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import { CsvReader } from '../../csv/csv-reader.js';
import { csvRow } from '../../csv/csv-writer.js';
import { CSV } from '../../transport/headers.js';
import type { BulkJob } from './bulk-job.js';
import type { JobSettlement } from './ingest-job.js';
import { IngestResults, receiptOf } from './ingest-results.js';
import { lostJob } from './job-errors.js';
import type { JobRows } from './job-preparation.js';
import type { JobStatus } from './job-status.js';
import { withLastWords } from './last-words.js';
import { checkpointOf } from './left-job.js';
import type { RecordForm } from './record-form.js';
import type { ResultSet } from './result-set.js';
import { RowIndex } from './row-index.js';

const PORTION = 1_000;

/** A document is a row: each gets the result of its row, but for those that may go `again`: where the service refused them for the moment, or did not come to them before the job was aborted. */
export class RowSettlement implements JobSettlement {
  private held: { readonly results: IngestResults; readonly status: JobStatus } | undefined;

  constructor(
    private readonly rows: JobRows,
    private readonly form: RecordForm,
    private readonly again: { readonly refused: boolean; readonly unprocessed: boolean },
  ) {}

  /** Rows that may go again, and have no result yet. */
  get hasHeld(): boolean {
    return this.held !== undefined;
  }

  checkpoint(jobId: string): readonly CheckpointEvent[] {
    const { ids, columns } = this.rows;
    return checkpointOf({ jobId, rows: ids.length, columns });
  }

  *all(info: ErrorInfo, jobId: string | undefined): Generator<readonly OperationEvent[]> {
    const { ids } = this.rows;
    for (let from = 0; from < ids.length; from += PORTION) {
      yield ids.slice(from, from + PORTION).map((id, offset) => ({
        ...failed([id], info),
        ...(jobId !== undefined && { receipt: receiptOf(jobId, from + offset, ids.length) }),
      }));
    }
  }

  async read(
    job: BulkJob,
    status: JobStatus,
    stopped: ErrorInfo | undefined,
    context: ExecutionContext<unknown>,
  ): Promise<AsyncIterable<readonly OperationEvent[]>> {
    const results = new IngestResults(job, this.rows, this.form);
    await withLastWords(context, (within) => results.read(within));
    const { again } = this;
    const mayHold = stopped === undefined && !context.signal.aborted;
    const holdBack: readonly ResultSet[] = mayHold
      ? [
          ...(again.refused && status.state === 'JobComplete' ? (['failedResults'] as const) : []),
          ...(again.unprocessed && status.state === 'Aborted' ? (['unprocessedrecords'] as const) : []),
        ]
      : [];
    // All is at hand by now.
    return this.events(results, status, stopped, holdBack, context.cleanup);
  }

  private async *events(
    results: IngestResults,
    status: JobStatus,
    stopped: ErrorInfo | undefined,
    holdBack: readonly ResultSet[],
    context: CallContext,
  ): AsyncGenerator<readonly OperationEvent[]> {
    try {
      yield* results.events(status, stopped, context, holdBack);
    } catch (error) {
      yield* results.remaining(lostJob(status.id, errorInfoOf(error, 'unknown')));
      throw error;
    }
    if (results.heldCount > 0) this.held = { results, status };
  }

  /** The rows that were held back, for a job of their own: as they were uploaded, whatever the service made of them. */
  async heldRows(context: ExecutionContext<unknown>): Promise<JobRows> {
    const { columns, ids, identity, csv } = this.rows;
    const { held } = this;
    const index = RowIndex.seeded(context.clock);
    const heldIds: string[] = [];
    async function* pieces(): AsyncGenerator<Uint8Array> {
      const reader = new CsvReader();
      yield Buffer.from(csvRow(columns));
      let row = -1;
      for await (const bytes of csv.open(context.signal)) {
        let piece = '';
        for (const cells of reader.readBytes(bytes)) {
          const isHeld = row >= 0 && held?.results.isHeld(row) === true;
          if (isHeld) {
            const text = csvRow(cells);
            heldIds.push(ids[row] ?? '');
            index.add(identity.of(cells, text));
            piece += text;
          }
          row += 1;
        }
        yield Buffer.from(piece);
      }
    }
    return { columns, ids: heldIds, index, identity, csv: await context.spool.write(pieces(), CSV) };
  }

  /** The results of the rows that were held back, where they do not go again. */
  async *refusals(context: CallContext): AsyncGenerator<readonly OperationEvent[]> {
    if (this.held === undefined) return;
    const { results, status } = this.held;
    for await (const rows of results.heldRows(status, context)) yield rows.map((row) => row.refusal());
  }
}
