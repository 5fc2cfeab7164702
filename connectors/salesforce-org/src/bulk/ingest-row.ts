import type { InputField, RecordInput } from '../formats/record-input.js';
import type { Org } from '../org.js';
import { deleteRecord, insertRecord, updateRecord } from '../routes/record-writes.js';
import { malformedId, refusal } from '../service-error.js';
import { canonicalId } from '../store/ids.js';
import { incomingValue } from '../store/incoming-value.js';
import type { Field } from '../store/object-type.js';
import type { Table } from '../store/table.js';
import type { AppliedRow, IngestOperation } from './ingest-job.js';

/** Where the rows of a job go. */
export interface RowTarget {
  readonly org: Org;
  readonly table: Table;
  readonly operation: IngestOperation;
  /** Of an upsert. */
  readonly key: Field | undefined;
}

/** Applies the fields of one row, on behalf of the request that closed its job. Throws the service's error where it is refused. */
export function applyRow(target: RowTarget, fields: readonly InputField[], request: number): AppliedRow {
  const { org, table, operation } = target;
  const [id, rest] = split(fields, table.type.required('Id'));
  const writer = { request };
  switch (operation) {
    case 'insert':
      if (id !== undefined) throw idForbidden('insert');
      return inserted(table, () => insertRecord(org, table, asInput(rest), writer));
    case 'update': {
      const position = livePosition(table, id);
      updateRecord(org, table, position, asInput(rest), writer);
      return { position, isCreated: false };
    }
    case 'upsert':
      return upsert(target, fields, request);
    default: {
      const position = livePosition(table, id);
      deleteRecord(org, table, position, writer);
      if (operation === 'hardDelete') table.purge(position);
      return { position, isCreated: false };
    }
  }
}

function upsert({ org, table, key }: RowTarget, fields: readonly InputField[], request: number): AppliedRow {
  if (key === undefined) throw new TypeError('an upsert has a key field');
  const [value, rest] = split(fields, key);
  if (key.type === 'id') {
    if (value === undefined) return inserted(table, () => insertRecord(org, table, asInput(rest), { request }));
    const position = livePosition(table, value);
    updateRecord(org, table, position, asInput(rest), { request });
    return { position, isCreated: false };
  }
  if (rest.some(({ name }) => name === 'Id')) throw idForbidden('upsert');
  const wanted = value === undefined ? null : incomingValue(key, String(value), 'xml');
  if (wanted === null) throw refusal(400, 'MISSING_ARGUMENT', `${key.name} not specified`, [key.name]);
  const writer = { request, key: `${key.name}=${value}` };
  const [position, ...others] = table.positionsWith(key, wanted);
  if (others.length > 0) {
    const ids = [position ?? 0, ...others].map((at) => table.idAt(at)).join(', ');
    const message = `${key.name}: more than one record found for external id field: [${ids}]`;
    throw refusal(400, 'DUPLICATE_EXTERNAL_ID', message, [key.name]);
  }
  if (position === undefined)
    return inserted(table, () => insertRecord(org, table, asInput(rest), writer, new Map([[key, wanted]])));
  updateRecord(org, table, position, asInput(rest), writer);
  return { position, isCreated: false };
}

function inserted(table: Table, insert: () => string): AppliedRow {
  const position = table.positionOf(insert());
  if (position === undefined) throw new TypeError('a new record has a position');
  return { position, isCreated: true };
}

const asInput = (fields: readonly InputField[]): RecordInput => ({ format: 'xml', fields });

function idForbidden(operation: string) {
  return refusal(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', `cannot specify Id in an ${operation} call`, ['Id']);
}

/** The text that a row gives one field, and its other fields. */
function split(fields: readonly InputField[], field: Field): [string | undefined, readonly InputField[]] {
  const own = fields.find(({ name }) => name === field.name);
  const value = own?.value ?? undefined;
  return [typeof value === 'string' ? value : undefined, fields.filter((one) => one !== own)];
}

function livePosition(table: Table, text: string | undefined): number {
  if (text === undefined) throw refusal(400, 'MISSING_ARGUMENT', 'Id not specified in an update call');
  const id = canonicalId(text);
  if (id === undefined) throw malformedId(text, ['Id']);
  const position = table.positionOf(id);
  if (position === undefined) throw refusal(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (table.isDeleted(position)) throw refusal(400, 'ENTITY_IS_DELETED', 'entity is deleted');
  return position;
}
