import {
  type Body,
  type CallContext,
  type ConnectorError,
  type ErrorInfo,
  isConnectorError,
  type Json,
  type ResultEvent,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { BulkJob } from './bulk-job.js';
import { failedForItsData, jobFailed, notProcessed, rowError, unclear } from './job-errors.js';
import type { JobStatus } from './job-status.js';
import type { RecordForm } from './record-form.js';
import { fetchResults, RESULT_SETS, ReadSet, type ResultSet } from './result-set.js';
import type { RowIdentity } from './row-identity.js';
import type { RowIndex } from './row-index.js';
import { RowTally } from './row-tally.js';
import { readUntilWhole } from './whole-reading.js';

/** What was uploaded, as far as the results need it. */
export interface UploadedRows {
  readonly ids: readonly string[];
  /** By what `identity` says of each row. */
  readonly index: RowIndex;
  readonly identity: RowIdentity;
  readonly columns: readonly string[];
  /** What `reconcile` will be given of a row; absent: its place in the job. */
  receiptOf?(row: number): Json;
}

/** Gets one set of a job's results. */
export type FetchSet = (set: ResultSet, context: CallContext) => Promise<Body>;

const OPEN = 0;
const SETTLED = 1;
const HELD = 2;

/** A row that may go again. */
export interface HeldRow {
  readonly row: number;
  refusal(): ResultEvent;
}

/** The job and the row's place among so many. */
export function receiptOf(jobId: string, row: number, rows: number): Json {
  return { jobId, row, rows };
}

/**
 * The results of a job that has ended, tied back to its inputs: by the key of each row, and where rows have none by all that was uploaded, as a multiset. Rows of one text with one fate share it; with different fates nobody can tell which is whose, and they are `unknown`.
 * All three sets are read before anything is given, whatever the job's counters say.
 */
export class IngestResults {
  private readonly tally: RowTally;
  private sets: readonly ReadSet[] = [];
  private unread: ConnectorError | undefined;
  /** By row: {@link OPEN}, {@link SETTLED} or {@link HELD}. */
  private readonly fates: Uint8Array;
  private held = 0;

  constructor(
    private readonly job: BulkJob,
    private readonly uploaded: UploadedRows,
    private readonly form: RecordForm,
    private readonly fetch: FetchSet = (set, context) => fetchResults(job, set, context),
  ) {
    this.tally = new RowTally(uploaded);
    this.fates = new Uint8Array(uploaded.index.size);
  }

  /** Rows that were held back, and have no result yet. */
  get heldCount(): number {
    return this.held;
  }

  /** Reads the sets until they make up what was sent. One that cannot be read leaves its rows unclear, not those of the others; throws where none can. */
  async read(context: CallContext): Promise<void> {
    const isEnough = (unread: readonly ConnectorError[]): boolean =>
      unread.length === 0
        ? this.tally.counted === this.uploaded.index.size
        : unread.some(({ info }) => info.category !== 'protocol');
    this.accept(await readUntilWhole(() => this.readSets(context), isEnough, context));
  }

  /** Reads the sets as they are: where what was sent is not known, nothing shows whether they are whole. */
  async readOnce(context: CallContext): Promise<void> {
    this.accept(await this.readSets(context));
  }

  private accept([first]: readonly ConnectorError[]): void {
    this.unread = first;
    if (first !== undefined && this.sets.length === 0) throw first;
  }

  /** What kept sets from being read. */
  private async readSets(context: CallContext): Promise<readonly ConnectorError[]> {
    this.tally.clear();
    const sets: ReadSet[] = [];
    const unread: ConnectorError[] = [];
    for (const set of RESULT_SETS) {
      try {
        const read = new ReadSet(this.job, set, await this.fetch(set, context), this.uploaded.columns);
        await this.tally.count(read, context);
        sets.push(read);
      } catch (error) {
        if (context.signal.aborted || !isConnectorError(error)) throw error;
        unread.push(error);
      }
    }
    this.sets = sets;
    return unread;
  }

  /**
   * The results of all rows, in portions. `ended`: how the job did. `stopped`: why we stopped it, if we did.
   * `holdBack`: rows of these sets to which nothing was done, for they were not come to or refused for the moment (a locked record), have none yet; {@link heldRows} has them.
   */
  async *events(
    ended: JobStatus,
    stopped: ErrorInfo | undefined,
    context: CallContext,
    holdBack: readonly ResultSet[] = [],
  ): AsyncGenerator<readonly ResultEvent[]> {
    this.tally.beginPass();
    for (const set of this.sets) {
      let write: ((cells: readonly string[]) => string) | undefined;
      let place = 0;
      for await (const { header, rows } of set.rows(context.signal)) {
        const events: ResultEvent[] = [];
        for (const cells of rows) {
          const row = this.tally.takeRow(set, cells, place++);
          if (row < 0) continue;
          if (holdBack.includes(set.set) && this.isForNow(set, cells)) {
            this.fates[row] = HELD;
            this.held += 1;
            continue;
          }
          write ??= this.form.resultsOf(header);
          events.push(this.resultOf(set.set, row, cells, write, ended, stopped));
        }
        if (events.length > 0) yield events;
      }
    }
    yield* this.unsettled(ended, stopped);
  }

  isHeld(row: number): boolean {
    return this.fates[row] === HELD;
  }

  /** The rows that were held back, in portions: each with its place, and the result that it has if it does not go again. */
  async *heldRows(ended: JobStatus, context: CallContext): AsyncGenerator<readonly HeldRow[]> {
    this.tally.beginPass();
    for (const set of this.sets) {
      if (set.set === 'successfulResults') continue;
      let write: ((cells: readonly string[]) => string) | undefined;
      let place = -1;
      for await (const { header, rows } of set.rows(context.signal)) {
        const held: HeldRow[] = [];
        for (const cells of rows) {
          place += 1;
          if (!this.isForNow(set, cells)) continue;
          let row = this.tally.takeRow(set, cells, place);
          while (row >= 0 && !this.isHeld(row)) row = this.tally.takeRow(set, cells, place);
          if (row < 0) continue;
          write ??= this.form.resultsOf(header);
          const form = write;
          held.push({
            row,
            refusal: () => this.resultOf(set.set, row, cells, form, ended, undefined),
          });
        }
        if (held.length > 0) yield held;
      }
    }
  }

  /** Not come to, or refused for the moment: nothing done. */
  private isForNow({ set }: ReadSet, cells: readonly string[]): boolean {
    if (set === 'unprocessedrecords') return true;
    const { retryable, effect } = rowError(cells[1] ?? '', this.job.id);
    return retryable && effect === 'none';
  }

  private resultOf(
    set: ResultSet,
    row: number,
    cells: readonly string[],
    write: (cells: readonly string[]) => string,
    ended: JobStatus,
    stopped: ErrorInfo | undefined,
  ): ResultEvent {
    this.fates[row] = SETTLED;
    const { inputs, receipt } = this.baseOf(row);
    if (set === 'unprocessedrecords') return { ...failed(inputs, notProcessed(ended, stopped)), receipt };
    const body = write(cells);
    const { mediaType } = this.form;
    if (set === 'successfulResults')
      return { type: 'result', inputs, receipt, status: 'success', code: '200', message: 'success', body, mediaType };
    return { ...failed(inputs, rowError(cells[1] ?? '', ended.id)), body, mediaType, receipt };
  }

  private baseOf(row: number) {
    const { uploaded, job } = this;
    const { ids, index } = uploaded;
    return { inputs: [ids[row] ?? ''], receipt: uploaded.receiptOf?.(row) ?? receiptOf(job.id, row, index.size) };
  }

  /** Rows of which the results say nothing clear. */
  private unsettled(ended: JobStatus, stopped: ErrorInfo | undefined): Generator<readonly ResultEvent[]> {
    const info =
      failedForItsData(ended) && this.areEmpty() ? jobFailed(ended) : unclear(ended, stopped ?? this.unread?.info);
    return this.rowsOf([OPEN], info);
  }

  /** All rows that have no result yet, where {@link events} broke off: as `info` says. */
  remaining(info: ErrorInfo): Generator<readonly ResultEvent[]> {
    return this.rowsOf([OPEN, HELD], info);
  }

  private *rowsOf(fates: readonly number[], info: ErrorInfo): Generator<readonly ResultEvent[]> {
    let events: ResultEvent[] = [];
    for (let row = 0; row < this.fates.length; row += 1) {
      if (!fates.includes(this.fates[row] ?? OPEN)) continue;
      const { inputs, receipt } = this.baseOf(row);
      events.push({ ...failed(inputs, info), receipt });
      if (events.length < 1000) continue;
      yield events;
      events = [];
    }
    if (events.length > 0) yield events;
  }

  /** No set names a row, and those that could name an applied one were read. */
  private areEmpty(): boolean {
    const isRead = (['successfulResults', 'failedResults'] as const).every((set) =>
      this.sets.some((read) => read.set === set),
    );
    return isRead && this.tally.counted === 0;
  }
}
