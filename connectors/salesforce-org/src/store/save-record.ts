import type { InputField, RecordInput } from '../formats/record-input.js';
import { refusal } from '../service-error.js';
import { isRequired, isWriteable } from './describe.js';
import { incomingValue, notPlain, wrongId } from './incoming-value.js';
import type { Field } from './object-type.js';
import type { RecordStore } from './record-store.js';
import type { Table } from './table.js';
import type { Value } from './values.js';

/** Fields with the values that a write gives them. */
export type Changes = Map<Field, Value>;

/**
 * Checks the fields of a create (`position` undefined) or update and gives their values. The service's order of checks: unknown field, not
 * writeable, type, length and picklist, required, unique, reference; the first kind that fails is told. `preset` are values that the address
 * of the request gives, such as the external id of an upsert.
 */
export function checkedChanges(
  store: RecordStore,
  table: Table,
  input: RecordInput,
  position: number | undefined,
  preset: Changes = new Map(),
): Changes {
  const mode = position === undefined ? 'create' : 'update';
  const named = input.fields.map((given) => ({ field: fieldOf(table, given, preset), given }));
  refuseUnwriteable(
    named.map(({ field }) => field),
    mode,
  );
  const changes: Changes = new Map(preset);
  const parents: { field: Field; key: InputField; objectType: string | undefined }[] = [];
  for (const { field, given } of named) {
    const isParent = table.type.field(given.name) === undefined;
    if (!Array.isArray(given.value)) changes.set(field, incomingValue(field, given.value, input.format));
    else if (isParent && given.value[0] !== undefined && given.value.length === 1)
      parents.push({ field, key: given.value[0], objectType: given.objectType });
    else throw notPlain(field, given.value);
  }
  refuseMissing(table, changes, new Set(parents.map(({ field }) => field)), mode);
  refuseDuplicates(table, changes, position);
  for (const { field, key, objectType } of parents) {
    if (changes.has(field)) throw namedTwice(field);
    const { to = [] } = field;
    const targets = to.filter((name) => (objectType ?? name).toLowerCase() === name.toLowerCase());
    changes.set(field, idOfParent(store, field, targets, key, input.format));
  }
  refuseBrokenReferences(store, changes);
  return changes;
}

function fieldOf(table: Table, { name, value }: InputField, preset: Changes): Field {
  const { type } = table;
  if (name.toLowerCase() === 'id')
    throw refusal(400, 'INVALID_FIELD', 'The Id field should not be specified in the sobject data.');
  const field = type.field(name) ?? (Array.isArray(value) ? type.lookup(name) : undefined);
  if (field === undefined)
    throw refusal(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${type.name}`);
  if (preset.has(field))
    throw refusal(400, 'INVALID_FIELD', `The ${field.name} field should not be specified in the sobject data.`);
  return field;
}

function refuseUnwriteable(fields: readonly Field[], mode: 'create' | 'update'): void {
  const refused = fields.filter((field) => !isWriteable(field, mode)).map(({ name }) => name);
  if (refused.length === 0) return;
  const advice =
    'Please check the security settings of this field and verify that it is read/write for your profile or permission set.';
  throw refusal(
    400,
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${refused.join(', ')}. ${advice}`,
    refused,
  );
}

function refuseMissing(
  table: Table,
  changes: Changes,
  fromParents: ReadonlySet<Field>,
  mode: 'create' | 'update',
): void {
  const missing = table.type.fields.filter((field) => {
    if (field.compute !== undefined || field.readOnly === true || fromParents.has(field)) return false;
    if (mode === 'create') return isRequired(field) && (changes.get(field) ?? null) === null;
    return field.required === true && changes.get(field) === null;
  });
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  throw refusal(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names);
}

function refuseDuplicates(table: Table, changes: Changes, own: number | undefined): void {
  for (const [field, value] of changes) {
    if (field.unique !== true || value === null) continue;
    const other = table.positionsWith(field, value).find((position) => position !== own);
    if (other === undefined) continue;
    throw refusal(
      400,
      'DUPLICATE_VALUE',
      `duplicate value found: ${field.name} duplicates value on record with id: ${table.idAt(other)}`,
      [],
    );
  }
}

/** The id of the parent that a nested element names by one of its external ids. `targets`: the types that it may be of. */
function idOfParent(
  store: RecordStore,
  field: Field,
  targets: readonly string[],
  key: InputField,
  format: RecordInput['format'],
): string {
  for (const target of targets.map((name) => store.tableNamed(name))) {
    const keyField = target?.type.field(key.name);
    if (target === undefined || keyField === undefined || (keyField.externalId !== true && keyField.idLookup !== true))
      continue;
    if (Array.isArray(key.value)) throw notPlain(keyField, key.value);
    const value = incomingValue(keyField, key.value, format);
    const positions =
      keyField.type === 'id' && typeof value === 'string'
        ? [target.positionOf(value)].filter((position) => position !== undefined)
        : target.positionsWith(keyField, value);
    if (positions.length > 1) throw ambiguous(target, keyField, positions);
    const [position] = positions;
    if (position !== undefined) return target.idAt(position);
    throw refusal(
      400,
      'INVALID_FIELD',
      `Foreign key external ID: ${key.value} not found for field ${keyField.name} in entity ${target.type.name}`,
      [],
    );
  }
  throw refusal(400, 'INVALID_FIELD', `No such column '${key.name}' on sobject of type ${field.to?.[0] ?? field.name}`);
}

function ambiguous(target: Table, key: Field, positions: readonly number[]) {
  const ids = positions.map((position) => target.idAt(position)).join(', ');
  const message = `${key.name}: more than one record found for external id field: [${ids}]`;
  return refusal(400, 'DUPLICATE_EXTERNAL_ID', message, [key.name]);
}

/** A lookup that a body gives by id and by external id. */
function namedTwice(field: Field) {
  const message = `More than 1 field provided an external foreign key reference in entity: ${field.name}`;
  return refusal(400, 'INVALID_FIELD', message, [field.name]);
}

function refuseBrokenReferences(store: RecordStore, changes: Changes): void {
  for (const [field, value] of changes) {
    if (field.type !== 'reference' || typeof value !== 'string') continue;
    const type = store.schema.typeOfKeyPrefix(value.slice(0, 3));
    if (type === undefined || field.to?.includes(type.name) !== true) wrongId(field, value);
    const found = store.find(value);
    if (found === undefined || found.table.isDeleted(found.position)) {
      throw refusal(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [field.name]);
    }
  }
}
