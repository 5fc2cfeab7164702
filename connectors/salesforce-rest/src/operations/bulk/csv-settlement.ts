import {
  type Body,
  type CallContext,
  type CheckpointEvent,
  ConnectorError,
  type ErrorInfo,
  type ExecutionContext,
  type OperationEvent,
  type OutputEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import { countRows } from '../../csv/row-count.js';
import { ERROR_COLUMN } from '../../result-columns.js';
import { CSV } from '../../transport/headers.js';
import type { BulkJob } from './bulk-job.js';
import type { CheckedCsv } from './checked-csv.js';
import type { JobSettlement } from './ingest-job.js';
import { blamesData, failedForItsData } from './job-errors.js';
import type { JobStatus } from './job-status.js';
import { withLastWords } from './last-words.js';
import { checkpointOf } from './left-job.js';
import { fetchResults, RESULT_SETS, type ResultSet } from './result-set.js';
import { readUntilWhole } from './whole-reading.js';

interface CountedSet {
  readonly set: ResultSet;
  readonly body: Body;
  readonly rows: number;
  readonly isWhole: boolean;
}

/** What `reconcile` is given of a whole CSV: its job, and what shows that it was made of it. */
export function csvReceipt(jobId: string, { rows, digest = '' }: { readonly rows: number; readonly digest?: string }) {
  return { jobId, rows, digest };
}

/**
 * A document is a whole CSV: its result sets are whole CSVs too, an output each, and its result says how many records each holds.
 * `mayGoAgain`: it has none of these where the job was aborted and lists every record as not processed, for it goes into another job then.
 */
export class CsvSettlement implements JobSettlement {
  private held = false;

  constructor(
    private readonly documentId: string,
    private readonly csv: Pick<CheckedCsv, 'rows' | 'digest'>,
    private readonly mayGoAgain = false,
  ) {}

  /** Nothing of the document was applied, it may go again, and has no result yet. */
  get isHeld(): boolean {
    return this.held;
  }

  checkpoint(jobId: string): readonly CheckpointEvent[] {
    const { rows, digest } = this.csv;
    return checkpointOf({ jobId, rows, columns: [], digest });
  }

  *all(info: ErrorInfo, jobId: string | undefined): Generator<readonly OperationEvent[]> {
    yield [
      { ...failed([this.documentId], info), ...(jobId !== undefined && { receipt: csvReceipt(jobId, this.csv) }) },
    ];
  }

  async read(
    job: BulkJob,
    status: JobStatus,
    stopped: ErrorInfo | undefined,
    context: ExecutionContext<unknown>,
  ): Promise<AsyncIterable<readonly OperationEvent[]>> {
    return this.events(await withLastWords(context, (within) => this.readSets(job, within)), status, stopped, context);
  }

  /** The same afterwards, for `reconcile`: an abort ends it at once, since the results can be read another time. */
  async readLater(
    job: BulkJob,
    status: JobStatus,
    context: ExecutionContext<unknown>,
  ): Promise<AsyncIterable<readonly OperationEvent[]>> {
    return this.events(await this.readSets(job, context), status, undefined, context);
  }

  private async *events(
    sets: readonly CountedSet[],
    status: JobStatus,
    stopped: ErrorInfo | undefined,
    context: ExecutionContext<unknown>,
  ): AsyncGenerator<readonly OperationEvent[]> {
    const count = (wanted: ResultSet): number => sets.find(({ set }) => set === wanted)?.rows ?? 0;
    const counts = {
      succeeded: count('successfulResults'),
      failed: count('failedResults'),
      unprocessed: count('unprocessedrecords'),
    };
    const isListed =
      counts.unprocessed === this.csv.rows && sets.every(({ set, rows }) => set === 'unprocessedrecords' || rows === 0);
    this.held =
      this.mayGoAgain && stopped === undefined && status.state === 'Aborted' && isListed && !context.signal.aborted;
    if (this.held) return;
    for (const set of sets) if (set.rows > 0) yield [this.outputOf(set)];
    const result = this.resultOf(status, counts, stopped);
    // Of a success no message is shown, and the refused records would be found by nobody.
    if (result.status === 'success' && counts.failed > 0)
      context.logger.warn(
        `${this.documentId}: ${result.message}; the output with ${ERROR_COLUMN} has those that failed`,
      );
    yield [result];
  }

  /** Reads the sets until they make up what was sent. */
  private async readSets(job: BulkJob, context: CallContext): Promise<readonly CountedSet[]> {
    const areWhole = (sets: readonly CountedSet[]): boolean => sets.every(({ isWhole }) => isWhole);
    const countAll = (sets: readonly CountedSet[]): number => sets.reduce((sum, { rows }) => sum + rows, 0);
    const sets = await readUntilWhole(
      () => readSetsOnce(job, context),
      (reading) => areWhole(reading) && countAll(reading) === this.csv.rows,
      context,
    );
    if (areWhole(sets)) return sets;
    throw breaksOff(job.id);
  }

  private outputOf({ set, body, rows }: CountedSet): OutputEvent {
    const output = { type: 'output', inputs: [this.documentId], body, mediaType: CSV } as const;
    if (set === 'successfulResults')
      return { ...output, status: 'success', code: '200', message: records(rows, 'succeeded') };
    const how = set === 'failedResults' ? 'failed' : 'were not processed';
    return { ...output, status: 'applicationError', message: records(rows, how) };
  }

  private resultOf(
    status: JobStatus,
    counts: { readonly succeeded: number; readonly failed: number; readonly unprocessed: number },
    stopped: ErrorInfo | undefined,
  ): ResultEvent {
    const inputs = [this.documentId];
    const { id, state, errorMessage } = status;
    const { succeeded, failed: refused, unprocessed } = counts;
    const total = succeeded + refused + unprocessed;
    const why = errorMessage === '' ? '' : `: ${errorMessage}`;
    const message = `bulk job ${id} ended ${state}${why}; of ${this.csv.rows} records ${succeeded} succeeded, ${refused} failed, ${unprocessed} were not processed`;
    const receipt = csvReceipt(id, this.csv);
    const error = (info: Omit<ErrorInfo, 'message' | 'service'>): ResultEvent => ({
      ...failed(inputs, { ...info, message, service: { jobId: id } }),
      receipt,
    });
    const isListed = unprocessed === total && total === this.csv.rows;
    const isUntouched = state !== 'JobComplete' && (isListed || (failedForItsData(status) && total === 0));
    if (isUntouched && stopped !== undefined) return error({ ...stopped, effect: 'none' });
    if (isUntouched) {
      const isOfData = state === 'Failed' && blamesData(errorMessage);
      const category = isOfData ? 'validation' : 'unavailable';
      const code = state === 'Failed' ? 'BULK_JOB_FAILED' : 'BULK_JOB_ABORTED';
      return error({ category, code, effect: 'none', retryable: !isOfData });
    }
    if (total !== this.csv.rows)
      return error({ category: 'protocol', code: 'BULK_RESULT_UNCLEAR', effect: 'unknown', retryable: false });
    if (unprocessed > 0 && succeeded > 0)
      return error({ category: 'unavailable', code: 'BULK_ROW_UNPROCESSED', effect: 'unknown', retryable: false });
    if (unprocessed > 0)
      return error({ category: 'unavailable', code: 'BULK_ROW_UNPROCESSED', effect: 'none', retryable: true });
    if (succeeded === 0)
      return error({ category: 'validation', code: 'BULK_ROWS_FAILED', effect: 'none', retryable: false });
    return { type: 'result', inputs, status: 'success', code: '200', message, receipt };
  }
}

async function readSetsOnce(job: BulkJob, context: CallContext): Promise<readonly CountedSet[]> {
  const sets: CountedSet[] = [];
  for (const set of RESULT_SETS) {
    const body = await fetchResults(job, set, context);
    sets.push({ set, body, ...(await countRows(body.open(context.signal))) });
  }
  return sets;
}

/** Readable, whatever the number. */
function records(count: number, what: string): string {
  return count === 1 ? `1 record ${what.replace(/^were /, 'was ')}` : `${count} records ${what}`;
}

function breaksOff(jobId: string): ConnectorError {
  return new ConnectorError({
    category: 'protocol',
    code: 'RESULTS_UNREADABLE',
    message: `the results of bulk job ${jobId} break off`,
    effect: 'unknown',
    retryable: false,
    service: { jobId },
  });
}
