import { csvRow } from '../../csv/csv-writer.js';

/** The column that tells records apart, and what its values come to: equal where the service takes two for one. */
export interface RowKey {
  readonly column: string;
  comparable(value: string): string;
}

/** The text that a row of a job is known by, in what was uploaded and in the results: that of its key, which stands once in a job; without one, the whole row as it was uploaded. */
export class RowIdentity {
  private readonly place: number;

  constructor(
    columns: readonly string[],
    private readonly key: RowKey | undefined,
  ) {
    this.place = key === undefined ? -1 : columns.indexOf(key.column);
  }

  /** `text`: the row's, where it is at hand. */
  of(cells: readonly string[], text?: string): string {
    return this.keyOf(cells) ?? text ?? csvRow(cells);
  }

  /** No row's text begins so. `undefined`: this row has no key. */
  keyOf(cells: readonly string[]): string | undefined {
    const value = this.place < 0 ? '' : (this.key?.comparable(cells[this.place] ?? '') ?? '');
    return value === '' ? undefined : `\0${value}`;
  }
}
