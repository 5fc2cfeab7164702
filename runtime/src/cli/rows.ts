import { stdout } from './output-stream.js';
import { formatTable } from './table.js';

/** Prints rows as they come: NDJSON off a terminal, one table on it. Throws `OutputLost` where stdout cannot take one; no more are taken then. */
export async function printRows<T extends object>(
  rows: AsyncIterable<T> | Iterable<T>,
  columns: readonly (keyof T & string)[],
): Promise<void> {
  const cells: string[][] = [];
  for await (const row of rows) {
    if (process.stdout.isTTY === true) cells.push(columns.map((column) => cellOf(row[column])));
    else await stdout.write(`${JSON.stringify(row)}\n`);
  }
  if (process.stdout.isTTY === true) await stdout.write(formatTable(columns, cells));
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
}
