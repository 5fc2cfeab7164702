const MAX_ROWS = 1_000;
const MAX_CHARS = 2_000_000;

interface Cells {
  readonly cells: ReadonlyMap<string, string | null>;
}

/** Rows that were read and are in no job yet, in their order: so many at a time as may be held in memory. */
export class RowsAhead<R extends Cells> {
  private readonly rows: R[] = [];
  /** Of the cells of all rows. */
  private chars = 0;

  get hasRoom(): boolean {
    return this.rows.length < MAX_ROWS && this.chars < MAX_CHARS;
  }

  get isEmpty(): boolean {
    return this.rows.length === 0;
  }

  get first(): R | undefined {
    return this.rows[0];
  }

  add(row: R): void {
    this.rows.push(row);
    this.chars += charsIn(row);
  }

  takeFirst(): R | undefined {
    const row = this.rows.shift();
    if (row !== undefined) this.chars -= charsIn(row);
    return row;
  }

  /** Puts a row that was taken before all others again. */
  putBack(row: R): void {
    this.rows.unshift(row);
    this.chars += charsIn(row);
  }

  [Symbol.iterator](): Iterator<R> {
    return this.rows.values();
  }
}

function charsIn({ cells }: Cells): number {
  let chars = 0;
  for (const cell of cells.values()) chars += cell?.length ?? 0;
  return chars;
}
