import type { CallContext } from '@connector-runtime/core';
import { RESULT_SETS, type ReadSet, type ResultSet } from './result-set.js';
import type { RowIdentity } from './row-identity.js';
import type { RowIndex } from './row-index.js';

/** The uploaded rows, by what `identity` says of each. */
interface KnownRows {
  readonly index: RowIndex;
  readonly identity: RowIdentity;
}

/** Counts the rows of result sets by classes of equal rows, and hands out the rows of a class to those of the one set that holds them all. */
export class RowTally {
  /** By set, and by class: how many of its rows the set holds. */
  private readonly counts = new Map<ResultSet, Int32Array>();
  /** By class: its row that is handed out next. */
  private readonly nextOf: Int32Array;
  /** Of each set: the classes that its rows are of, in their order, as they were found when it was first read. */
  private readonly classes = new Map<ReadSet, Int32Array>();
  private total = 0;

  constructor(private readonly rows: KnownRows) {
    this.nextOf = new Int32Array(rows.index.size);
  }

  /** Rows of all sets that were counted. */
  get counted(): number {
    return this.total;
  }

  /** Begins anew, with no set. */
  clear(): void {
    this.counts.clear();
    this.classes.clear();
    this.total = 0;
  }

  /** Counts the rows of a set; none of them where it cannot be read to its end. */
  async count(read: ReadSet, context: CallContext): Promise<void> {
    const { size } = this.rows.index;
    const counts = new Int32Array(size);
    const classes = new Int32Array(size);
    let counted = 0;
    for await (const { rows } of read.rows(context.signal)) {
      for (const cells of rows) {
        const row = this.classOf(read, cells);
        classes[counted] = row;
        counted += 1;
        if (row >= 0) counts[row] = (counts[row] ?? 0) + 1;
      }
    }
    this.counts.set(read.set, counts);
    this.classes.set(read, classes);
    this.total += counted;
  }

  /** From here on, every row can be taken once. */
  beginPass(): void {
    for (let row = 0; row < this.nextOf.length; row += 1) this.nextOf[row] = row;
  }

  /** A row of the class that this result is about, if its fate is clear; -1 otherwise. `place`: of the result in its set. */
  takeRow(set: ReadSet, cells: readonly string[], place: number): number {
    const newest = this.classes.get(set)?.[place] ?? this.classOf(set, cells);
    if (newest < 0 || this.fateOf(newest) !== set.set) return -1;
    const row = this.nextOf[newest] ?? -1;
    if (row >= 0) this.nextOf[newest] = this.rows.index.before(row);
    return row;
  }

  /** The class of rows that this result is about; -1 where it is about none. */
  private classOf(set: ReadSet, cells: readonly string[]): number {
    const { identity, index } = this.rows;
    return index.find(identity.of(set.uploaded(cells)));
  }

  /** The one set that holds all rows of a class; `undefined` where several do, or some are missing. */
  private fateOf(newest: number): ResultSet | undefined {
    const size = this.rows.index.classSize(newest);
    let total = 0;
    let whole: ResultSet | undefined;
    for (const set of RESULT_SETS) {
      const count = this.counts.get(set)?.[newest] ?? 0;
      total += count;
      if (count === size) whole = set;
    }
    return total === size ? whole : undefined;
  }
}
