import { ChangeJournal } from './change-journal.js';
import type { ObjectSpec } from './object-spec.js';
import { type ObjectType, Schema } from './object-type.js';
import { Table } from './table.js';
import { Transaction } from './transaction.js';

/** Every record of an org: one table per object type. */
export class RecordStore {
  readonly schema = new Schema();
  readonly transaction = new Transaction();
  readonly journal = new ChangeJournal(this.transaction);
  readonly #tables = new Map<string, Table>();

  constructor(
    specs: readonly ObjectSpec[],
    private readonly seed: number,
    private readonly accounts: number,
  ) {
    this.add(specs);
  }

  /** Adds object types, with the records that their specs seed. */
  add(specs: readonly ObjectSpec[]): void {
    for (const type of this.schema.add(specs))
      this.#tables.set(type.name, new Table(type, this.seed, this.accounts, this.transaction, this.journal));
  }

  table(type: ObjectType): Table {
    const table = this.#tables.get(type.name);
    if (table === undefined) throw new TypeError(`no table for ${type.name}`);
    return table;
  }

  /** By the object type's name in any case. */
  tableNamed(name: string): Table | undefined {
    const type = this.schema.type(name);
    return type && this.table(type);
  }

  /** Where a record with this id (18 characters) stands, deleted or not. */
  find(id: string): { table: Table; position: number } | undefined {
    const type = this.schema.typeOfKeyPrefix(id.slice(0, 3));
    const table = type && this.table(type);
    const position = table?.positionOf(id);
    return table === undefined || position === undefined ? undefined : { table, position };
  }
}
