import type { InputField, RecordInput } from '../formats/record-input.js';
import type { GivenValue, LedgerEntry } from '../ledger.js';
import type { Org } from '../org.js';
import { refusal } from '../service-error.js';
import type { Field } from '../store/object-type.js';
import { type Changes, checkedChanges } from '../store/save-record.js';
import type { Table } from '../store/table.js';
import type { Value } from '../store/values.js';

/** Which request writes, and the external id that it goes by. */
export interface Writer {
  readonly request: number;
  readonly key?: string;
}

/** Makes a record and gives its id. */
export function insertRecord(
  org: Org,
  table: Table,
  input: RecordInput,
  writer: Writer,
  preset: Changes = new Map(),
): string {
  const { type } = table;
  if (!type.can('createable'))
    throw refusal(
      400,
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      `entity type cannot be inserted: ${type.spec.label}`,
      [],
    );
  const changes = checkedChanges(org.store, table, input, undefined, preset);
  if (writer.request > 0) refuseLocked(org, changes);
  const given = new Map(changes);
  const id = table.idAt(table.size);
  const fill = (name: string, value: Value): void => {
    const field = type.field(name);
    if (field !== undefined && (changes.get(field) ?? null) === null) changes.set(field, value);
  };
  const nowMs = org.settings.now();
  for (const name of ['OwnerId', 'CreatedById', 'LastModifiedById']) fill(name, org.userId);
  for (const name of ['CreatedDate', 'LastModifiedDate', 'SystemModstamp']) fill(name, nowMs);
  if (type.isCustom && type.field('Name')?.autoNumber !== true) fill('Name', id);
  table.insert(changes);
  record(org, writer, 'create', table, id, given, () => ({ given: givenBy(table, input.fields) }));
  return id;
}

/** Changes a record. */
export function updateRecord(org: Org, table: Table, position: number, input: RecordInput, writer: Writer): void {
  const { type } = table;
  if (!type.can('updateable'))
    throw refusal(400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be updated: ${type.spec.label}`, []);
  const changes = checkedChanges(org.store, table, input, position);
  refuseLocked(org, changes, table.idAt(position));
  table.update(position, stamped(org, table, changes));
  record(org, writer, 'update', table, table.idAt(position), changes, () => ({ given: givenBy(table, input.fields) }));
}

/** Puts a record into the recycle bin, its dependent children with it; other lookups to it become empty. All of that or nothing. */
export function deleteRecord(org: Org, table: Table, position: number, writer: Writer): void {
  org.store.transaction.attempt(() => {
    refuseLocked(org, new Map(), table.idAt(position));
    deleteWithChildren(org, table, position, writer);
  });
}

function deleteWithChildren(org: Org, table: Table, position: number, writer: Writer, cascadeOf?: string): void {
  const { type } = table;
  if (!type.can('deletable'))
    throw refusal(400, 'INSUFFICIENT_ACCESS_OR_READONLY', `entity type cannot be deleted: ${type.spec.label}`, []);
  const id = table.idAt(position);
  const dependents = type.childRelationships.map(({ child, field }) => {
    const childTable = org.store.table(child);
    return { field, table: childTable, positions: childTable.positionsWith(field, id) };
  });
  for (const { field, table: childTable, positions } of dependents) {
    if (field.onDelete === 'restrict' && positions.length > 0)
      throw stillReferenced(table, position, childTable, positions);
  }
  table.delete(position);
  table.update(position, stamped(org, table, new Map()));
  record(org, writer, 'delete', table, id, new Map(), () => (cascadeOf === undefined ? {} : { cascadeOf }));
  for (const { field, table: childTable, positions } of dependents) {
    for (const child of positions) {
      if (field.onDelete === 'cascade') deleteWithChildren(org, childTable, child, writer, id);
      else clearLookup(org, childTable, child, field, writer, id);
    }
  }
}

/** Someone else holds the record, or one that it points to. */
function refuseLocked(org: Org, changes: Changes, id?: string): void {
  const parents = [...changes].flatMap(([{ type }, value]) =>
    type === 'reference' && typeof value === 'string' ? [value] : [],
  );
  const ids = id === undefined ? parents : [id, ...parents];
  if (!org.locks.refuses(ids)) return;
  const records = ids.length === 0 ? 'this record' : `this record or ${ids.length} records: ${ids.join(',')}`;
  throw refusal(400, 'UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to ${records}`, []);
}

function clearLookup(org: Org, table: Table, position: number, field: Field, writer: Writer, cascadeOf: string): void {
  const changes: Changes = new Map([[field, null]]);
  table.update(position, changes);
  record(org, writer, 'update', table, table.idAt(position), changes, () => ({ cascadeOf }));
}

function stillReferenced(table: Table, position: number, children: Table, positions: readonly number[]) {
  const nameOf = (of: Table, at: number): string => {
    const field = of.type.fields.find(({ nameField }) => nameField === true);
    const name = field && of.read(at, field);
    return typeof name === 'string' ? name : of.idAt(at);
  };
  const names = positions.map((child) => nameOf(children, child)).join(', ');
  const message = `Your attempt to delete ${nameOf(table, position)} could not be completed because it is associated with the following ${children.type.spec.labelPlural.toLowerCase()}.: ${names}`;
  return refusal(400, 'DELETE_FAILED', message, []);
}

function stamped(org: Org, { type }: Table, changes: Changes): Changes {
  const nowMs = org.settings.now();
  const stamps: Changes = new Map([[type.required('LastModifiedById'), org.userId]]);
  for (const name of ['LastModifiedDate', 'SystemModstamp']) stamps.set(type.required(name), nowMs);
  return new Map([...changes, ...stamps]);
}

function record(
  org: Org,
  writer: Writer,
  action: LedgerEntry['action'],
  table: Table,
  id: string,
  changes: Changes,
  more: () => Pick<LedgerEntry, 'given' | 'cascadeOf'>,
): void {
  if (!org.ledger.takesEntries) {
    org.store.transaction.onCommit(() => org.ledger.count(action));
    return;
  }
  const fields: Record<string, Value> = {};
  for (const [field, value] of changes) {
    fields[field.name] = field.type === 'datetime' && typeof value === 'number' ? new Date(value).toISOString() : value;
  }
  const entry = { ...writer, action, objectType: table.type.name, id, fields, ...more() };
  org.store.transaction.onCommit(() => org.ledger.append(entry));
}

/** The values of a body by the names of their fields. */
function givenBy({ type }: Table, fields: readonly InputField[]): Readonly<Record<string, GivenValue>> {
  return Object.fromEntries(
    fields.map((field) => [(type.field(field.name) ?? type.lookup(field.name))?.name ?? field.name, givenValue(field)]),
  );
}

function givenValue({ value, source }: InputField): GivenValue {
  if (!Array.isArray(value)) return source ?? value;
  return Object.fromEntries(value.map((field) => [field.name, givenValue(field)]));
}
