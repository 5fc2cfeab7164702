import { type Answer, answerOf } from '../exchange.js';
import { type RecordInput, readRecordInput } from '../formats/record-input.js';
import { RecordWriter } from '../formats/record-writer.js';
import type { Org } from '../org.js';
import { malformedId, notFound, refusal } from '../service-error.js';
import type { Column } from '../soql/selection.js';
import { canonicalId, looksLikeId } from '../store/ids.js';
import type { Field } from '../store/object-type.js';
import type { Table } from '../store/table.js';
import { deleteRecord, insertRecord, updateRecord } from './record-writes.js';
import type { DataRequest } from './route.js';

/** The table of the object type that a path names, in any case. */
export function tableOf(org: Org, { params }: DataRequest): Table {
  const table = org.store.tableNamed(params['object'] ?? '');
  if (table === undefined) throw notFound();
  return table;
}

/** The record of a request: read from its body, or already from a batch. */
export function inputOf({ input, body, headers }: DataRequest): RecordInput {
  return input ?? readRecordInput(body, headers['content-type']);
}

/** `POST sobjects/X` */
export function createRecord(org: Org, request: DataRequest): Answer {
  const table = tableOf(org, request);
  const id = insertRecord(org, table, inputOf(request), { request: request.sequence });
  return createdAnswer(request, table, id, {});
}

/** The answer to a create, or to an upsert that made a record. */
export function createdAnswer(
  { format, root }: DataRequest,
  table: Table,
  id: string,
  more: { readonly created?: boolean },
): Answer {
  return answerOf(
    format,
    201,
    'Result',
    { id, success: true, errors: [], ...more },
    { Location: `${root}/sobjects/${table.type.name}/${id}` },
  );
}

/** `GET sobjects/X/{id}` */
export function retrieveRecord(org: Org, request: DataRequest): Answer {
  const table = tableOf(org, request);
  const position = positionIn(table, request);
  if (table.isDeleted(position)) throw notFound();
  return recordAnswer(org, request, table, position);
}

/** One record with the fields asked for, or all. */
export function recordAnswer(org: Org, request: DataRequest, table: Table, position: number): Answer {
  const wanted = request.query.get('fields')?.split(',');
  return { status: 200, body: recordTexts(org, request, table, wanted)(position) };
}

/** Writes records of a table one by one in the format of the request, with the fields named or all. */
export function recordTexts(
  org: Org,
  request: DataRequest,
  table: Table,
  names: readonly string[] | undefined,
): (position: number) => string {
  const fields = names?.map((name) => fieldNamed(table, name.trim())) ?? table.type.fields;
  const columns = fields.map((field): Column => ({ kind: 'field', name: field.name, field }));
  const writer = new RecordWriter({
    store: org.store,
    format: request.format,
    root: request.root,
    includeDeleted: false,
    childPageSize: 1,
    keep: () => {
      throw new TypeError('a single record has no pages');
    },
  });
  return (position) => writer.record({ table, columns }, position);
}

/** `PATCH sobjects/X/{id}` */
export function changeRecord(org: Org, request: DataRequest): Answer {
  const table = tableOf(org, request);
  const position = livePosition(table, request);
  updateRecord(org, table, position, inputOf(request), { request: request.sequence });
  return { status: 204 };
}

/** `DELETE sobjects/X/{id}` */
export function removeRecord(org: Org, request: DataRequest): Answer {
  const table = tableOf(org, request);
  deleteRecord(org, table, livePosition(table, request), { request: request.sequence });
  return { status: 204 };
}

function livePosition(table: Table, request: DataRequest): number {
  const position = positionIn(table, request);
  if (table.isDeleted(position)) throw refusal(404, 'ENTITY_IS_DELETED', 'entity is deleted', []);
  return position;
}

/** The position that the path's id names. One that has only the form of an id is malformed; a segment that has not even that is taken for an external id field without a value. */
function positionIn(table: Table, { params }: DataRequest): number {
  const text = params['id'] ?? '';
  const id = canonicalId(text);
  if (id === undefined && looksLikeId(text)) throw malformedId(text);
  if (id === undefined) throw notFound(`Provided external ID field does not exist or is not accessible: ${text}`);
  const position = table.positionOf(id);
  if (position === undefined) throw notFound();
  return position;
}

function fieldNamed(table: Table, name: string): Field {
  const field = table.type.field(name);
  if (field === undefined)
    throw refusal(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${table.type.name}`);
  return field;
}
