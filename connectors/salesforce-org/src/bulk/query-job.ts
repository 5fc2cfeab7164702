import { quotedRow } from '../formats/csv-rows.js';
import { csvValues } from '../formats/field-text.js';
import type { BoundQuery } from '../soql/bind.js';
import type { PositionList } from '../soql/positions.js';
import type { Column } from '../soql/selection.js';
import type { RecordStore } from '../store/record-store.js';
import type { Table } from '../store/table.js';
import { BulkJob, invalidState, type JobAnswer, type JobStart } from './bulk-job.js';
import { delimiterOf, lineEndOf } from './job-settings.js';

/** What a query job is about, beside what every job has. */
export interface QueryStart extends JobStart {
  readonly bound: BoundQuery;
  readonly store: RecordStore;
}

/** A column of the results: `Owner.Name`, and its text at a position. */
interface TextColumn {
  readonly name: string;
  read(position: number): string;
}

/** A query job: once it is complete, the positions of its rows. */
export class QueryJob extends BulkJob {
  readonly kind = 'query';
  #positions: PositionList | undefined;

  constructor(private readonly query: QueryStart) {
    super(query, 'UploadComplete');
  }

  /** Rows found; 0 before the end. */
  get rowCount(): number {
    return this.#positions?.length ?? 0;
  }

  protected work(): Promise<void> {
    this.#positions ??= this.query.bound.run(this.start.operation === 'queryAll');
    return Promise.resolve();
  }

  delete(): void {
    if (!this.isEnded) throw invalidState(`Deleting a job in state ${this.state} is not allowed`);
    this.isDeleted = true;
    this.#positions = undefined;
  }

  /** Rows from `offset` on as CSV, piece by piece, with a header. */
  *page(offset: number, rows: number): Generator<string> {
    const { csv } = this.start;
    const [delimiter, lineEnd] = [delimiterOf(csv), lineEndOf(csv)];
    const { table, columns } = this.query.bound.selection;
    const texts = textColumns(this.query.store, table, columns);
    let piece =
      quotedRow(
        texts.map(({ name }) => name),
        delimiter,
      ) + lineEnd;
    const end = Math.min(offset + rows, this.rowCount);
    for (let at = offset; at < end; at++) {
      const index = this.plan.isPermuted === true ? this.rowCount - 1 - at : at;
      const position = this.#positions?.at(index) ?? 0;
      piece +=
        quotedRow(
          texts.map((column) => column.read(position)),
          delimiter,
        ) + lineEnd;
      if (piece.length < 65_536) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  }

  described(answer: JobAnswer): Record<string, unknown> {
    const isAsked = answer === 'asked';
    return {
      ...this.leading(),
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: this.start.version,
      ...(isAsked && { jobType: 'V2Query' }),
      ...this.start.csv,
      ...(isAsked && {
        numberRecordsProcessed: this.rowCount,
        retries: 0,
        totalProcessingTime: 0,
      }),
      ...(this.errorMessage !== undefined && { errorMessage: this.errorMessage }),
    };
  }
}

/** The columns of a selection, those of parents one after the other. */
function textColumns(store: RecordStore, table: Table, columns: readonly Column[]): TextColumn[] {
  return columns.flatMap((column) => textsOf(store, table, column));
}

function textsOf(store: RecordStore, table: Table, column: Column): TextColumn[] {
  if (column.kind === 'parent') return parentColumns(store, table, column);
  if (column.kind === 'children') throw new TypeError('a bulk query has no sub-queries');
  const write = csvValues(column.field.type);
  const { name } = column;
  if (column.kind === 'constant') return [{ name, read: () => write(column.value) }];
  return [{ name, read: (position) => write(table.read(position, column.field)) }];
}

function parentColumns(store: RecordStore, table: Table, column: Extract<Column, { kind: 'parent' }>): TextColumn[] {
  const byTarget = new Map(
    [...column.targets].map(([target, columns]) => [target, textColumns(store, target, columns)]),
  );
  const [first = []] = byTarget.values();
  return first.map(({ name }, index) => ({
    name: `${column.name}.${name}`,
    read: (position) => {
      const id = table.read(position, column.lookup);
      const parent = typeof id === 'string' ? store.find(id) : undefined;
      return parent === undefined ? '' : (byTarget.get(parent.table)?.[index]?.read(parent.position) ?? '');
    },
  }));
}
