import { OutputStream } from './output-stream.js';
import { formatTable } from './table.js';

/** Prints rows as they come: NDJSON off a terminal, one table on it. Stops taking rows when stdout's reader has gone; false then. */
export async function printRows<T extends object>(
  rows: AsyncIterable<T> | Iterable<T>,
  columns: readonly (keyof T & string)[],
): Promise<boolean> {
  const stdout = new OutputStream(process.stdout, () => undefined);
  const cells: string[][] = [];
  for await (const row of rows) {
    if (process.stdout.isTTY === true) cells.push(columns.map((column) => cellOf(row[column])));
    else await stdout.write(`${JSON.stringify(row)}\n`);
    if (stdout.isClosed) return false;
  }
  if (process.stdout.isTTY === true) await stdout.write(formatTable(columns, cells));
  return true;
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
}
