import { closeSync, openSync, writeSync } from 'node:fs';
import type { Value } from './store/values.js';

/** A value of a request body; an object names a parent by its external id. */
export type GivenValue = string | number | boolean | null | { readonly [name: string]: GivenValue };

/** A write that the org applied. Field values are as stored; a datetime is ISO 8601 text. */
export interface LedgerEntry {
  /** 1 for the first write of the org. */
  readonly sequence: number;
  /** `sequence` of the request that caused it, in the request log. */
  readonly request: number;
  readonly action: 'create' | 'update' | 'delete';
  readonly objectType: string;
  /** 18 characters. */
  readonly id: string;
  readonly fields: Readonly<Record<string, Value>>;
  /** What the request's body gave these fields, before values of their types were made of it: the texts of an XML body as they came, a JSON number as text where a double cannot say it as it was written. Absent where no body did. */
  readonly given?: Readonly<Record<string, GivenValue>>;
  /** The external id that an upsert went by, as `External_Id__c=7`. */
  readonly key?: string;
  /** The deleted record that took this one with it, or that this one pointed to. */
  readonly cascadeOf?: string;
}

/** The truth about what was applied, in order. With a file, each entry is in it before the answer leaves: it outlives kill -9. */
export class Ledger {
  readonly #entries: LedgerEntry[] = [];
  readonly #counts = { create: 0, update: 0, delete: 0 };
  #appended = 0;
  #file: number | undefined;
  /** Successful logins, SOAP and OAuth. */
  logins = 0;
  /** Requests that reached a data resource or a login, refused ones included. */
  requests = 0;
  /** Records served by queries, children included. */
  rowsServed = 0;

  /** `keepsEntries` false: applied writes are counted, not kept. */
  constructor(
    file: string | undefined,
    private readonly keepsEntries = true,
  ) {
    this.#file = file === undefined ? undefined : openSync(file, 'a');
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** False where entries are neither kept nor written: they need not be made then, only counted. */
  get takesEntries(): boolean {
    return this.keepsEntries || this.#file !== undefined;
  }

  count(action: LedgerEntry['action']): void {
    this.#counts[action]++;
  }

  /** Applied writes by action. */
  get counts(): Readonly<Record<LedgerEntry['action'], number>> {
    return { ...this.#counts };
  }

  append(entry: Omit<LedgerEntry, 'sequence'>): void {
    const numbered = { sequence: ++this.#appended, ...entry };
    this.count(entry.action);
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(numbered)}\n`);
    if (this.keepsEntries) this.#entries.push(numbered);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
