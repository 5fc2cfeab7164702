import type { LedgerEntry } from '@connector-runtime/conformance-tests';
import type { Json } from '@connector-runtime/core';

/** Keys in order, each with its line. */
export type SortedEntries = readonly (readonly [key: string, line: string])[];

/** What the service holds: entries by key, each the line that it came as. Keeps a ledger of what it applied. */
export class LinesStore {
  readonly ledger: LedgerEntry[] = [];
  private readonly lines = new Map<string, string>();
  /** Until something changes. */
  private inOrder: SortedEntries | undefined;

  has(key: string): boolean {
    return this.lines.has(key);
  }

  /** Puts an entry there without one in the ledger. */
  seed(key: string, fields: Readonly<Record<string, Json>>): void {
    this.keep(key, JSON.stringify({ key, ...fields }));
  }

  add(line: string): string {
    const { key, text } = fieldsOf(line);
    if (text === 'forbidden') return 'FORBIDDEN';
    if (this.has(String(key))) return 'TAKEN';
    return this.apply('create', line);
  }

  put(line: string): string {
    return fieldsOf(line)['text'] === 'forbidden' ? 'FORBIDDEN' : this.apply('upsert', line);
  }

  remove(key: string): string {
    if (!this.lines.delete(key)) return 'ABSENT';
    this.inOrder = undefined;
    this.ledger.push({ key, action: 'delete', data: {}, times: 1 });
    return 'OK';
  }

  /** What is there now; what changes later does not change it. */
  get sorted(): SortedEntries {
    this.inOrder ??= [...this.lines].sort(([a], [b]) => (a < b ? -1 : 1));
    return this.inOrder;
  }

  private apply(action: string, line: string): string {
    const data = fieldsOf(line);
    const key = String(data['key']);
    this.keep(key, line);
    this.ledger.push({ key, action, data, times: 1 });
    return 'OK';
  }

  private keep(key: string, line: string): void {
    this.inOrder = undefined;
    this.lines.set(key, line);
  }
}

/** The lines behind a key. */
export function linesAfter(entries: SortedEntries, key: string, count: number): readonly string[] {
  let from = 0;
  for (let to = entries.length; from < to; ) {
    const middle = (from + to) >> 1;
    if ((entries[middle]?.[0] ?? '') <= key) from = middle + 1;
    else to = middle;
  }
  return entries.slice(from, from + count).map(([, line]) => line);
}

/** A number stays the text that it was, for the ledger tells what arrived. */
function fieldsOf(line: string): Record<string, Json> {
  const fields = JSON.parse(line) as Record<string, Json>;
  const number = /"number"\s*:\s*(-?[0-9][^,}\s]*)/.exec(line)?.[1];
  return number === undefined ? fields : { ...fields, number };
}
