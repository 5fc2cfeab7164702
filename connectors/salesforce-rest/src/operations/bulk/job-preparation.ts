import {
  type Body,
  type Document,
  type ExecutionContext,
  errorInfoOf,
  isConnectorError,
  type ResultEvent,
  statusOfError,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import { csvRow } from '../../csv/csv-writer.js';
import { MAX_JOB_RECORD_CHARS } from '../../service-limits.js';
import { CSV } from '../../transport/headers.js';
import { documentError } from '../../transport/refusals.js';
import { cellOf, NULL_CELL } from './cell.js';
import { type LeftJob, otherDocuments } from './left-job.js';
import { RowIdentity, type RowKey } from './row-identity.js';
import { RowIndex } from './row-index.js';
import { RowsAhead } from './rows-ahead.js';

/** More rows make a job's bookkeeping large, not the job faster. */
const MAX_ROWS = 250_000;
/** Refused documents wait for their job; so many end it early. */
const MAX_REFUSED = 1_000;
const PIECE_CHARS = 65_536;

/** A document on its way into a job. */
export interface IngestRow<P> {
  readonly id: string;
  readonly properties: P;
  /** Cells by column; those that are absent stay empty, which leaves their fields alone. Null empties a field. */
  readonly cells: ReadonlyMap<string, string | null>;
}

/** The rows of one job. */
export interface JobRows {
  readonly columns: readonly string[];
  /** Ids of the documents, by row. */
  readonly ids: readonly string[];
  /** By what `identity` says of each row. */
  readonly index: RowIndex;
  readonly identity: RowIdentity;
  /** Header and rows, in the spool. */
  readonly csv: Body;
}

/** What goes into one job. */
export interface PreparedJob<P> extends JobRows {
  /** Of the first row; the others' say the same. */
  readonly properties: P;
}

/** How rows are put together to jobs. */
export interface PreparationRules<P> {
  /** Of a job's data, header included. */
  readonly maxBytes: number;
  /** The columns of every job; absent: those that its documents name. */
  readonly columns?: readonly string[];
  /** Rows with different words travel in different jobs. */
  groupOf(properties: P): string;
  /** What must differ within a job: rows of one record are applied in their order that way, and their results told apart. Absent: nothing. */
  readonly key?: RowKey;
  read(document: Document<P>): Promise<IngestRow<P>>;
}

/**
 * Makes jobs of documents: rows in input order, written to the spool as they come, a new job where the next row does not fit, brings a new column, has other properties or a key that is there already.
 * Documents that cannot become rows are refused one by one.
 */
export class JobPreparation<P> {
  /** Results of documents that were refused since they were last taken. */
  private refused: ResultEvent[] = [];
  /** Looked at before the columns of a job stand. */
  private readonly ahead = new RowsAhead<IngestRow<P>>();
  /** Of the job that is being written. */
  private begun: string[] = [];
  private readonly known = new Set<string>();
  private readonly source: AsyncIterator<Document<P>>;
  private isEnded = false;

  constructor(
    documents: AsyncIterable<Document<P>>,
    private readonly rules: PreparationRules<P>,
    private readonly context: ExecutionContext<P>,
  ) {
    this.source = documents[Symbol.asyncIterator]();
  }

  /** Takes the results of documents that were refused. */
  takeRefused(): readonly ResultEvent[] {
    const taken = this.refused;
    this.refused = [];
    return taken;
  }

  /** The next job; `undefined` where no row is left, or a pile of refused documents is to be handed on first. */
  async next(): Promise<PreparedJob<P> | undefined> {
    while (this.ahead.hasRoom && this.refused.length < MAX_REFUSED) {
      const row = await this.pull();
      if (row === undefined) break;
      this.ahead.add(row);
    }
    const { first } = this.ahead;
    return first === undefined ? undefined : this.spooled(first);
  }

  /** The rows of a job that another process made of the next documents; throws where they cannot be its rows. */
  async recall(left: LeftJob): Promise<PreparedJob<P>> {
    const ids: string[] = [];
    const index = RowIndex.seeded(this.context.clock);
    const identity = new RowIdentity(left.columns, this.rules.key);
    const first = await this.pullRecalled(left, ids);
    const csv = await this.context.spool.write(this.recalledPieces(first, left, ids, index, identity), CSV);
    return { properties: first.properties, columns: left.columns, ids, index, identity, csv };
  }

  /** Is there nothing more to come? */
  get isOver(): boolean {
    return this.isEnded && this.ahead.isEmpty;
  }

  /** Ids of rows that were read and are in no job. */
  idsAhead(): readonly string[] {
    return [...this.begun, ...Array.from(this.ahead, ({ id }) => id)];
  }

  close(): Promise<unknown> | undefined {
    return this.source.return?.();
  }

  private async spooled(first: IngestRow<P>): Promise<PreparedJob<P>> {
    const { context, rules } = this;
    const columns = rules.columns ?? this.columnsFor(first);
    const index = RowIndex.seeded(this.context.clock);
    const identity = new RowIdentity(columns, rules.key);
    const ids: string[] = [];
    this.begun = ids;
    const csv = await context.spool.write(this.pieces(first, columns, ids, index, identity), CSV);
    this.begun = [];
    return { properties: first.properties, columns, ids, index, identity, csv };
  }

  /** All columns known by now: few documents then need a job of their own for a field that others lack. */
  private columnsFor(first: IngestRow<P>): readonly string[] {
    for (const row of this.ahead) {
      if (!this.isTogether(first, row)) break;
      for (const column of row.cells.keys()) this.known.add(column);
    }
    return [...this.known];
  }

  private async *pieces(
    first: IngestRow<P>,
    columns: readonly string[],
    ids: string[],
    index: RowIndex,
    identity: RowIdentity,
  ): AsyncGenerator<Uint8Array> {
    const { rules } = this;
    let piece = csvRow(columns);
    const headerBytes = Buffer.byteLength(piece);
    let bytes = headerBytes;
    while (ids.length < MAX_ROWS && this.refused.length < MAX_REFUSED) {
      const row = this.ahead.takeFirst() ?? (await this.pull());
      if (row === undefined) break;
      let named = 0;
      const cells = columns.map((column) => {
        const value = row.cells.get(column);
        if (value !== undefined) named += 1;
        return cellOf(value);
      });
      const key = identity.keyOf(cells);
      const isOther =
        !this.isTogether(first, row) ||
        // It brings a column of its own.
        (rules.columns === undefined && named < row.cells.size) ||
        (key !== undefined && index.find(key) >= 0);
      const text = isOther ? '' : csvRow(cells);
      const rowBytes = Buffer.byteLength(text);
      if (!isOther && this.isOversize(row, text, headerBytes + rowBytes)) continue;
      if (isOther || (bytes + rowBytes > rules.maxBytes && ids.length > 0)) {
        this.ahead.putBack(row);
        break;
      }
      bytes += rowBytes;
      ids.push(row.id);
      index.add(key ?? text);
      piece += text;
      if (piece.length < PIECE_CHARS) continue;
      yield Buffer.from(piece);
      piece = '';
    }
    yield Buffer.from(piece);
  }

  private async *recalledPieces(
    first: IngestRow<P>,
    left: LeftJob,
    ids: string[],
    index: RowIndex,
    identity: RowIdentity,
  ): AsyncGenerator<Uint8Array> {
    const { columns, rows } = left;
    let piece = csvRow(columns);
    for (let row = first; ; row = await this.pullRecalled(left, ids)) {
      const cells = columns.map((column) => cellOf(row.cells.get(column)));
      const text = csvRow(cells);
      ids.push(row.id);
      index.add(identity.of(cells, text));
      piece += text;
      if (ids.length >= rows) break;
      if (piece.length < PIECE_CHARS) continue;
      yield Buffer.from(piece);
      piece = '';
    }
    yield Buffer.from(piece);
  }

  private async pullRecalled(left: LeftJob, ids: readonly string[]): Promise<IngestRow<P>> {
    const row = await this.pull();
    if (row === undefined || this.refused.length > 0) throw otherDocuments(left, ids.length);
    return row;
  }

  private isTogether(first: IngestRow<P>, next: IngestRow<P>): boolean {
    if (first.properties === next.properties) return true;
    return this.rules.groupOf(first.properties) === this.rules.groupOf(next.properties);
  }

  private isOversize({ id }: IngestRow<P>, text: string, bytes: number): boolean {
    const { maxBytes } = this.rules;
    if (bytes <= maxBytes && text.length <= MAX_JOB_RECORD_CHARS) return false;
    const message =
      bytes > maxBytes
        ? `its row has ${bytes} bytes with the header; a job takes ${maxBytes} (batchSize)`
        : `its row has ${text.length} characters; the service takes ${MAX_JOB_RECORD_CHARS} in a record`;
    this.refused.push(
      failed([id], { category: 'tooLarge', code: 'ROW_TOO_LARGE', message, effect: 'none', retryable: false }),
    );
    return true;
  }

  /** The next row; documents that are none are refused on the way. */
  private async pull(): Promise<IngestRow<P> | undefined> {
    while (!this.isEnded && this.refused.length < MAX_REFUSED) {
      const step = await this.source.next();
      if (step.done === true) {
        this.isEnded = true;
        return undefined;
      }
      try {
        return checked(await this.rules.read(step.value));
      } catch (error) {
        const info = errorInfoOf(error, 'none');
        this.refused.push(failed([step.value.id], info));
        if (!isConnectorError(error) || statusOfError(info) !== 'applicationError') {
          this.isEnded = true;
          throw error;
        }
      }
    }
    return undefined;
  }
}

function checked<P>(row: IngestRow<P>): IngestRow<P> {
  for (const [column, cell] of row.cells) {
    const why = whyInexpressible(column, cell ?? '');
    if (why !== undefined) throw documentError('VALUE_INEXPRESSIBLE', why, column);
  }
  return row;
}

/** What no row can hold, or a surrogate, which may be half of a pair. */
const PERHAPS_INEXPRESSIBLE = /[\0\ud800-\udfff]/; // oxlint-disable-line no-control-regex

function whyInexpressible(column: string, cell: string): string | undefined {
  if (cell === NULL_CELL) return `a bulk job takes ${NULL_CELL} in ${column} for an order to empty it`;
  if (!PERHAPS_INEXPRESSIBLE.test(cell)) return undefined;
  if (cell.includes('\0')) return `${column} holds a NUL character`;
  // It has no UTF-8: another character would be written in its place.
  return /\p{Surrogate}/u.test(cell) ? `${column} holds half of a surrogate pair` : undefined;
}
