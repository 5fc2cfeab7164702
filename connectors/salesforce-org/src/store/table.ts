import type { ChangeJournal } from './change-journal.js';
import { positionOfId, seededId } from './ids.js';
import type { Field, ObjectType } from './object-type.js';
import { SeedRow } from './seed-row.js';
import type { Transaction } from './transaction.js';
import type { Value } from './values.js';

/** A value as unique fields and lookups compare it: text without regard to case, unless the field says otherwise. */
function indexKey(field: Field, value: Value): Value {
  return typeof value === 'string' && field.caseSensitive !== true && field.type !== 'reference'
    ? value.toLowerCase()
    : value;
}

/**
 * The records of one object type. A record is known by its position, which its id spells; deleted ones keep theirs. Seeded records are made
 * field by field when read, so a million of them take no memory; a record is stored from its first write on.
 */
export class Table {
  readonly #stored = new Map<number, Value[]>();
  readonly #deleted = new Set<number>();
  readonly #purged = new Set<number>();
  readonly #indexes = new Map<number, Map<Value, Set<number>>>();
  readonly #seedRow: SeedRow;
  readonly #keyPrefix: string;
  #size: number;

  constructor(
    readonly type: ObjectType,
    seed: number,
    accounts: number,
    private readonly transaction: Transaction,
    private readonly journal: ChangeJournal,
  ) {
    this.#keyPrefix = type.spec.keyPrefix ?? '017';
    this.#size = type.spec.seeded?.(accounts) ?? 0;
    this.#seedRow = new SeedRow(seed, accounts);
  }

  /** Positions in use, those of deleted records included. */
  get size(): number {
    return this.#size;
  }

  get liveCount(): number {
    return this.#size - this.#deleted.size;
  }

  get hasDeleted(): boolean {
    return this.#deleted.size > 0;
  }

  isDeleted(position: number): boolean {
    return this.#deleted.has(position);
  }

  get hasPurged(): boolean {
    return this.#purged.size > 0;
  }

  /** True for a record that is not in the recycle bin either. */
  isPurged(position: number): boolean {
    return this.#purged.has(position);
  }

  idAt(position: number): string {
    return seededId(this.#keyPrefix, position);
  }

  /** The position of the record with this id (18 characters), deleted or not; undefined where there never was one. */
  positionOf(id: string): number | undefined {
    if (!id.startsWith(this.#keyPrefix)) return undefined;
    const position = positionOfId(id);
    return position !== undefined && position >= 0 && position < this.#size ? position : undefined;
  }

  read(position: number, field: Field): Value {
    if (field.index === 0) return this.idAt(position);
    if (field.compute !== undefined)
      return field.compute((name) => this.read(position, this.type.required(name)), position);
    const stored = this.#stored.get(position);
    if (stored !== undefined) return stored[field.index] ?? null;
    return this.#seeded(position, field);
  }

  /** Adds a record from its values by field index and gives its position. */
  insert(values: ReadonlyMap<Field, Value>): number {
    const position = this.#size++;
    const row: Value[] = this.type.fields.map((field) => values.get(field) ?? field.default ?? null);
    this.#stored.set(position, row);
    for (const [field, index] of this.#fieldIndexes()) this.#addTo(index, field, this.read(position, field), position);
    this.transaction.onRollback(() => {
      for (const [field, index] of this.#fieldIndexes())
        this.#takeFrom(index, field, this.read(position, field), position);
      this.#stored.delete(position);
      this.#size--;
    });
    this.#note(position, row.entries(), true);
    return position;
  }

  update(position: number, changes: ReadonlyMap<Field, Value>): void {
    const row = this.#materialise(position);
    const before = new Map([...changes.keys()].map((field) => [field, row[field.index] ?? null]));
    this.#overwrite(position, row, changes);
    this.transaction.onRollback(() => this.#overwrite(position, row, before));
    this.#note(
      position,
      [...changes].map(([{ index }, value]) => [index, value] as const),
    );
  }

  /** Puts a record into the recycle bin. */
  delete(position: number): void {
    this.update(position, new Map([[this.type.required('IsDeleted'), true]]));
    this.#deleted.add(position);
    this.transaction.onRollback(() => this.#deleted.delete(position));
  }

  /** Takes a deleted record out of the recycle bin, for ever. */
  purge(position: number): void {
    this.#purged.add(position);
    this.journal.note({ objectType: this.type.name, id: this.idAt(position), purged: true });
  }

  /** Positions of the records that have this value, in order. */
  positionsWith(field: Field, value: Value, includeDeleted = false): number[] {
    const found = new Set(this.#index(field).get(indexKey(field, value)));
    const seeded = typeof value === 'string' ? field.seededAt?.(value) : undefined;
    if (seeded !== undefined && seeded >= 0 && seeded < this.#size && !this.#stored.has(seeded)) found.add(seeded);
    const positions = [...found].sort((a, b) => a - b);
    const hidden = includeDeleted ? this.#purged : this.#deleted;
    return positions.filter((position) => !hidden.has(position));
  }

  /** Notes values of a record by field index. Those of a new record that are null need not be told. */
  #note(position: number, values: Iterable<readonly [number, Value]>, isNew = false): void {
    if (!this.journal.isOpen) return;
    const fields: Record<string, Value> = {};
    for (const [index, value] of values) {
      const field = this.type.fields[index];
      if (field !== undefined && field.compute === undefined && (value !== null || !isNew)) fields[field.name] = value;
    }
    this.journal.note({ objectType: this.type.name, id: this.idAt(position), fields });
  }

  #overwrite(position: number, row: Value[], values: ReadonlyMap<Field, Value>): void {
    for (const [field, value] of values) {
      const index = this.#indexes.get(field.index);
      if (index !== undefined) {
        this.#takeFrom(index, field, row[field.index] ?? null, position);
        this.#addTo(index, field, value, position);
      }
      row[field.index] = value;
    }
  }

  #seeded(position: number, field: Field): Value {
    if (field.seed === undefined) return field.default ?? null;
    const row = this.#seedRow;
    row.position = position;
    row.salt = field.index;
    return field.seed(row);
  }

  #materialise(position: number): Value[] {
    const stored = this.#stored.get(position);
    if (stored !== undefined) return stored;
    const row = this.type.fields.map((field) => (field.compute === undefined ? this.read(position, field) : null));
    this.#stored.set(position, row);
    for (const [field, index] of this.#fieldIndexes()) {
      if (field.seededAt !== undefined) this.#addTo(index, field, row[field.index] ?? null, position);
    }
    return row;
  }

  #index(field: Field): Map<Value, Set<number>> {
    const known = this.#indexes.get(field.index);
    if (known !== undefined) return known;
    const index = new Map<Value, Set<number>>();
    this.#indexes.set(field.index, index);
    const positions = field.seededAt === undefined ? Array(this.#size).keys() : this.#stored.keys();
    for (const position of positions) this.#addTo(index, field, this.read(position, field), position);
    return index;
  }

  *#fieldIndexes(): Iterable<[Field, Map<Value, Set<number>>]> {
    for (const [at, index] of this.#indexes) {
      const field = this.type.fields[at];
      if (field !== undefined) yield [field, index];
    }
  }

  #addTo(index: Map<Value, Set<number>>, field: Field, value: Value, position: number): void {
    if (value === null) return;
    const key = indexKey(field, value);
    const positions = index.get(key);
    if (positions === undefined) index.set(key, new Set([position]));
    else positions.add(position);
  }

  #takeFrom(index: Map<Value, Set<number>>, field: Field, value: Value, position: number): void {
    index.get(indexKey(field, value))?.delete(position);
  }
}
