import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { isObject } from './describe-files.js';
import type { Transaction } from './transaction.js';
import type { Value } from './values.js';

const FORMAT = 'salesforce-org store 1';
const NEWLINE = 10;

/** What became of one record: the fields that it was made with or that changed, as stored; `purged` once it has left the recycle bin. */
export interface RecordChange {
  readonly objectType: string;
  readonly id: string;
  readonly fields?: Readonly<Record<string, Value>>;
  readonly purged?: true;
}

/** What decides the seeded records: the changes in a file are good for no others. */
export interface SeedChoice {
  readonly seed: number;
  readonly accounts: number;
}

/** Makes a change that the file has; an `Error` where it cannot be. */
export type ApplyChange = (change: RecordChange) => void;

/**
 * The changes of an org's records in a file, so that they outlive the org. The first line tells the seed, each further one the changes that
 * were committed together, as a JSON list; it is written before their answer leaves. Until it is open nothing is noted.
 */
export class ChangeJournal {
  #file: number | undefined;
  #committed: RecordChange[] = [];

  constructor(private readonly transaction: Transaction) {
    transaction.afterCommit(() => this.#write());
  }

  /**
   * Applies the changes that the file has and notes further ones in it. A last line that was torn while it was written is dropped. Throws an
   * `Error` with file and line for any other damage, and where the file was begun with another seed or number of accounts.
   */
  open(file: string, choice: SeedChoice, apply: ApplyChange): void {
    const opened = openSync(file, 'a+', 0o600);
    try {
      const goodBytes = applyLines(file, readFileSync(file), choice, apply);
      ftruncateSync(opened, goodBytes);
      if (goodBytes === 0) writeAll(opened, headerOf(choice));
    } catch (error) {
      closeSync(opened);
      throw error;
    }
    this.#file = opened;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** Notes a change, once it is committed. */
  note(change: RecordChange): void {
    if (this.isOpen) this.transaction.onCommit(() => this.#committed.push(change));
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #write(): void {
    if (this.#file === undefined || this.#committed.length === 0) return;
    const line = `${JSON.stringify(this.#committed)}\n`;
    this.#committed = [];
    writeAll(this.#file, line);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Applies every line and gives the length of those that are whole. */
function applyLines(file: string, bytes: Buffer, choice: SeedChoice, apply: ApplyChange): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) {
      if (line === 1 && !headerOf(choice).startsWith(bytes.toString('utf8')))
        throw new Error(`${file}:1: not the store of an org`);
      return start;
    }
    try {
      const content: unknown = JSON.parse(bytes.toString('utf8', start, end));
      if (line === 1) checkHeader(content, choice);
      else for (const change of changesOf(content)) apply(change);
    } catch (error) {
      throw new Error(`${file}:${line}: ${(error as Error).message}`, { cause: error });
    }
    start = end + 1;
  }
  return bytes.length;
}

function headerOf({ seed, accounts }: SeedChoice): string {
  return `${JSON.stringify({ format: FORMAT, seed, accounts })}\n`;
}

function checkHeader(header: unknown, choice: SeedChoice): void {
  if (!isObject(header) || header['format'] !== FORMAT) throw new Error('not the store of an org');
  for (const name of ['seed', 'accounts'] as const) {
    if (header[name] !== choice[name])
      throw new Error(`the store was begun with ${name} ${String(header[name])}, not ${choice[name]}`);
  }
}

function changesOf(content: unknown): RecordChange[] {
  if (!Array.isArray(content)) throw new Error('not a list of changes');
  return content.map((change: unknown) => {
    if (!isObject(change)) throw new Error('not a change of a record');
    const { objectType, id, fields = {}, purged } = change;
    if (typeof objectType !== 'string' || typeof id !== 'string')
      throw new Error('a change needs "objectType" and "id"');
    if (!isObject(fields)) throw new Error('"fields" must be an object');
    const values = Object.entries(fields).map(([name, value]): [string, Value] => [name, storedValue(value)]);
    return { objectType, id, fields: Object.fromEntries(values), ...(purged === true && { purged }) };
  });
}

function storedValue(value: unknown): Value {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Value;
  throw new Error(`${JSON.stringify(value)} is no value of a field`);
}
