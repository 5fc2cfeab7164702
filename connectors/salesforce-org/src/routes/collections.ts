import { type Answer, listAnswer } from '../exchange.js';
import { type CollectionInput, readCollection, type TypedRecord, takeField } from '../formats/collection-input.js';
import type { InputField } from '../formats/record-input.js';
import type { Org } from '../org.js';
import { malformedId, notFound, refusal } from '../service-error.js';
import { isNumeric } from '../store/describe.js';
import { canonicalId } from '../store/ids.js';
import { incomingValue, notPlain } from '../store/incoming-value.js';
import type { Field } from '../store/object-type.js';
import type { Table } from '../store/table.js';
import { type ItemResult, resultMember, tried, withRolledBack } from './item-result.js';
import { deleteRecord, insertRecord, updateRecord } from './record-writes.js';
import { tableOf } from './records.js';
import type { DataRequest } from './route.js';

const MOST_RECORDS = 200;
/** Runs of records of one object type. */
const MOST_CHUNKS = 10;

// Source of all: REST API Developer Guide, "sObject Collections".

/** `POST composite/sobjects` */
export function createCollection(org: Org, request: DataRequest): Answer {
  const { allOrNone, records } = collectionOf(request);
  const tables = tablesOf(org, records);
  return answerAll(org, request, { allOrNone, items: records }, ({ input }, index) => {
    const id = insertRecord(org, tables[index] ?? missingTable(), input, { request: request.sequence });
    return { id };
  });
}

/** `PATCH composite/sobjects` */
export function updateCollection(org: Org, request: DataRequest): Answer {
  const { allOrNone, records } = collectionOf(request);
  const tables = tablesOf(org, records);
  return answerAll(org, request, { allOrNone, items: records, tellsIds: true }, ({ input }, index) => {
    const table = tables[index] ?? missingTable();
    const { value, rest } = takeField(input, 'Id');
    const id = idIn(table, value);
    updateRecord(org, table, livePosition(table, id), rest, { request: request.sequence });
    return { id };
  });
}

/** `PATCH composite/sobjects/X/{field}` */
export function upsertCollection(org: Org, request: DataRequest): Answer {
  const table = tableOf(org, request);
  const key = keyField(table, request.params['field'] ?? '');
  const { allOrNone, records } = collectionOf(request);
  for (const { type } of records) {
    if (type !== undefined && org.store.tableNamed(type) !== table)
      throw refusal(400, 'INVALID_INPUT', `records of this request must be of type ${table.type.name}, not ${type}`);
  }
  const doubled = doubledKeys(records, key);
  return answerAll(org, request, { allOrNone, items: records }, ({ input }) => {
    const writer = { request: request.sequence };
    if (key.type === 'id') {
      const { value, rest } = takeField(input, 'Id');
      if ((value ?? '') === '') return { id: insertRecord(org, table, rest, writer), created: true };
      const id = idIn(table, value);
      updateRecord(org, table, livePosition(table, id), rest, writer);
      return { id, created: false };
    }
    const { value: given } = takeField(input, key.name);
    const value = keyValue(key, given, input.format);
    if (doubled.has(comparable(key, given)))
      throw refusal(400, 'DUPLICATE_VALUE', `Duplicate external id specified: ${value}`, [key.name]);
    const keyed = { ...writer, key: `${key.name}=${value}` };
    const [position, ...others] = table.positionsWith(key, value);
    if (others.length > 0) {
      const message = `${key.name}: more than one record found for external id field: [${[position ?? 0, ...others].map((at) => table.idAt(at)).join(', ')}]`;
      throw refusal(400, 'DUPLICATE_EXTERNAL_ID', message, [key.name]);
    }
    if (position === undefined) return { id: insertRecord(org, table, input, keyed), created: true };
    updateRecord(org, table, position, input, keyed);
    return { id: table.idAt(position), created: false };
  });
}

/** `DELETE composite/sobjects?ids=&allOrNone=` */
export function deleteCollection(org: Org, request: DataRequest): Answer {
  const ids = (request.query.get('ids') ?? '').split(',').map((id) => id.trim());
  checkCount(ids.filter((id) => id !== '').length);
  const allOrNone = request.query.get('allOrNone')?.toLowerCase() === 'true';
  const idOf = (text: string) => canonicalId(text) ?? text;
  return answerAll(org, request, { allOrNone, items: ids, tellsIds: true, idOf }, (text) => {
    const id = canonicalId(text);
    if (id === undefined) throw malformedId(text);
    const table = org.store.find(id)?.table;
    if (table === undefined) throw unknownId();
    deleteRecord(org, table, livePosition(table, id), { request: request.sequence });
    return { id };
  });
}

/** The items of a request, and which ids its answer tells beside those of successes. */
interface Items<Item> {
  readonly allOrNone: boolean;
  readonly items: readonly Item[];
  /** Items that are rolled back keep the id of their record. */
  readonly tellsIds?: boolean;
  /** The id that a refused item tells. */
  readonly idOf?: (item: Item) => string;
}

/** Does the work for each item; the answer has a result for each, in order. With `allOrNone` one failure undoes all and the others say so. */
function answerAll<Item>(
  org: Org,
  { format }: DataRequest,
  { allOrNone, items, tellsIds = false, idOf }: Items<Item>,
  work: (item: Item, index: number) => { readonly id: string; readonly created?: boolean },
): Answer {
  const { transaction } = org.store;
  const results = transaction.attempt(
    () => items.map((item, index): ItemResult => tried(transaction, () => work(item, index), idOf?.(item))),
    (all) => !allOrNone || all.every(({ problems }) => problems === undefined),
  );
  const told = allOrNone ? withRolledBack(results, tellsIds) : results;
  const members = told.map((result) => resultMember(result, format));
  return listAnswer(format, 200, { root: 'results', item: 'result' }, members);
}

function collectionOf(request: DataRequest): CollectionInput {
  const collection = readCollection(request.body, request.headers['content-type']);
  checkCount(collection.records.length);
  return collection;
}

function checkCount(count: number): void {
  if (count === 0) throw refusal(400, 'REQUIRED_FIELD_MISSING', 'At least 1 record is required');
  if (count > MOST_RECORDS)
    throw refusal(400, 'INVALID_INPUT', `a collection has at most ${MOST_RECORDS} records, this one has ${count}`);
}

/** The table of each record's object type. */
function tablesOf(org: Org, records: readonly TypedRecord[]): readonly Table[] {
  const tables = records.map(({ type }) => {
    if (type === undefined)
      throw refusal(400, 'INVALID_INPUT', 'each record needs the type of its object in its attributes');
    const table = org.store.tableNamed(type);
    if (table === undefined) throw refusal(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`);
    return table;
  });
  const chunks = tables.filter((table, index) => table !== tables[index - 1]).length;
  if (chunks > MOST_CHUNKS)
    throw refusal(400, 'INVALID_INPUT', `a collection has at most ${MOST_CHUNKS} chunks, this one has ${chunks}`);
  return tables;
}

function missingTable(): never {
  throw new TypeError('every record has a table');
}

function keyField(table: Table, name: string): Field {
  const field = table.type.field(name);
  if (field !== undefined && (field.externalId === true || field.idLookup === true)) return field;
  throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
}

function keyValue(
  key: Field,
  value: InputField['value'] | undefined,
  format: 'json' | 'xml',
): string | number | boolean {
  if (Array.isArray(value)) throw notPlain(key, value);
  const stored = value === undefined ? null : incomingValue(key, value, format);
  if (stored === null || typeof stored === 'object')
    throw refusal(400, 'MISSING_ARGUMENT', `${key.name} not specified`, []);
  return stored;
}

/** Values of the external id that stand in more than one record of the request, as unique fields compare them. */
function doubledKeys(records: readonly TypedRecord[], key: Field): ReadonlySet<string> {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  if (key.type === 'id') return doubled;
  for (const { input } of records) {
    const value = comparable(key, takeField(input, key.name).value);
    if (value === '') continue;
    if (seen.has(value)) doubled.add(value);
    seen.add(value);
  }
  return doubled;
}

/** A value of the external id as text, alike where unique fields hold it for the same. */
function comparable(key: Field, value: InputField['value'] | undefined): string {
  if (value === undefined || value === null || Array.isArray(value)) return '';
  const text = String(value).trim();
  if (isNumeric(key)) return String(Number(text));
  return key.caseSensitive === true ? text : text.toLowerCase();
}

function idIn(table: Table, value: InputField['value'] | undefined): string {
  const text = Array.isArray(value) ? '' : String(value ?? '').trim();
  if (text === '') throw refusal(400, 'MISSING_ARGUMENT', 'Id not specified in an update call', []);
  const id = canonicalId(text);
  if (id === undefined) throw malformedId(text);
  if (id.slice(0, 3) !== (table.type.spec.keyPrefix ?? ''))
    throw refusal(400, 'MALFORMED_ID', `${table.type.spec.label} ID: id value of incorrect type: ${text}`, ['Id']);
  return id;
}

function livePosition(table: Table, id: string): number {
  const position = table.positionOf(id);
  if (position === undefined) throw unknownId();
  if (table.isDeleted(position)) throw refusal(400, 'ENTITY_IS_DELETED', 'entity is deleted', []);
  return position;
}

const unknownId = () => refusal(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
