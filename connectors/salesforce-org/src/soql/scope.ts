import type { Field } from '../store/object-type.js';
import { ObjectType } from '../store/object-type.js';
import type { RecordStore } from '../store/record-store.js';
import type { Table } from '../store/table.js';
import type { Value } from '../store/values.js';
import { malformedQuery, queryError } from './query-error.js';

/** Parents that one path may go over. */
const MAX_PARENT_LEVELS = 5;
/** The end of the service's messages about unknown names. */
export const SEE_DESCRIBE = 'Please reference your WSDL or the describe call for the appropriate names.';

/** What a lookup to several object types shows of its target, whatever that is. Source: Object Reference, "Name". */
export const NAME_TYPE = new ObjectType({
  name: 'Name',
  label: 'Name',
  labelPlural: 'Names',
  keyPrefix: null,
  fields: [
    { name: 'Name', type: 'string', length: 121, nameField: true },
    { name: 'FirstName', type: 'string', length: 40 },
    { name: 'LastName', type: 'string', length: 80 },
    { name: 'Type', type: 'picklist' },
    { name: 'Email', type: 'email' },
    { name: 'Phone', type: 'phone' },
    { name: 'Title', type: 'string', length: 128 },
    { name: 'Username', type: 'string' },
    { name: 'Alias', type: 'string', length: 8 },
    { name: 'IsActive', type: 'boolean' },
  ],
});

/** A field reached from a record, over its parents or directly. */
export interface FieldReader {
  readonly field: Field;
  /** True where the field is the record's own. */
  readonly isOwn: boolean;
  read(position: number): Value;
}

/** The records that a SELECT is about, under the names that its paths may begin with. */
export class Scope {
  readonly #names: ReadonlySet<string>;

  constructor(
    readonly text: string,
    readonly store: RecordStore,
    readonly table: Table,
    names: readonly (string | undefined)[],
  ) {
    this.#names = new Set(names.filter((name) => name !== undefined).map((name) => name.toLowerCase()));
  }

  /** A path without the object's own name or alias before it; one over too many parents is refused. */
  ownPath(path: readonly string[], at: number): readonly string[] {
    const [first, ...rest] = path;
    const isPrefixed = rest.length > 0 && first !== undefined && this.#names.has(first.toLowerCase());
    const own = isPrefixed && this.table.type.lookup(first) === undefined ? rest : path;
    if (own.length <= MAX_PARENT_LEVELS + 1) return own;
    throw malformedQuery(this.text, at, `A path may go over ${MAX_PARENT_LEVELS} parents: ${path.join('.')}`);
  }

  /** Reads the field at the end of a path. Throws `INVALID_FIELD` for a name that is not there. */
  reader(path: readonly string[], at: number): FieldReader {
    return this.#reader(this.table, this.ownPath(path, at), at);
  }

  /** The field of an object type, or `INVALID_FIELD`. */
  field(type: ObjectType, name: string, at: number): Field {
    const field = type.field(name);
    if (field === undefined) {
      const hint =
        "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.";
      throw queryError(
        'INVALID_FIELD',
        this.text,
        at,
        `No such column '${name}' on entity '${type.name}'. ${hint} ${SEE_DESCRIBE}`,
      );
    }
    return field;
  }

  /** The lookup behind a parent's name, or `INVALID_FIELD`. */
  lookup(type: ObjectType, relationship: string, at: number): Field {
    const lookup = type.lookup(relationship);
    if (lookup === undefined) {
      const hint =
        "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.";
      throw queryError(
        'INVALID_FIELD',
        this.text,
        at,
        `Didn't understand relationship '${relationship}' in field path. ${hint} ${SEE_DESCRIBE}`,
      );
    }
    return lookup;
  }

  /** The tables that a lookup points into. */
  targets(lookup: Field): Table[] {
    return (lookup.to ?? []).map((name) => this.store.tableNamed(name)).filter((table) => table !== undefined);
  }

  #reader(table: Table, path: readonly string[], at: number): FieldReader {
    const [name = '', ...rest] = path;
    if (rest.length === 0) {
      const field = this.field(table.type, name, at);
      return { field, isOwn: true, read: (position) => table.read(position, field) };
    }
    const lookup = this.lookup(table.type, name, at);
    const targets = this.targets(lookup);
    const readers = new Map(
      targets.map((target) => [
        target,
        targets.length > 1 ? this.#nameReader(target, rest, at) : this.#reader(target, rest, at),
      ]),
    );
    const [first] = readers.values();
    if (first === undefined) throw new TypeError(`${lookup.name} points nowhere`);
    const read = (position: number): Value => {
      const id = table.read(position, lookup);
      const found = typeof id === 'string' ? this.store.find(id) : undefined;
      return found === undefined ? null : (readers.get(found.table)?.read(found.position) ?? null);
    };
    return { field: first.field, isOwn: false, read };
  }

  #nameReader(target: Table, path: readonly string[], at: number): FieldReader {
    const [name = '', ...rest] = path;
    if (rest.length > 0) this.lookup(NAME_TYPE, name, at);
    const field = this.field(NAME_TYPE, name, at);
    if (field.name === 'Type') return { field, isOwn: false, read: () => target.type.name };
    const actual = target.type.field(name);
    return { field, isOwn: false, read: (position) => (actual === undefined ? null : target.read(position, actual)) };
  }
}
