import { type Answer, answerOf } from '../exchange.js';
import type { Org } from '../org.js';
import { malformedId, notFound, refusal } from '../service-error.js';
import { canonicalId } from '../store/ids.js';
import { incomingValue } from '../store/incoming-value.js';
import type { Field } from '../store/object-type.js';
import type { Table } from '../store/table.js';
import type { Value } from '../store/values.js';
import { deleteRecord, insertRecord, updateRecord } from './record-writes.js';
import { createdAnswer, inputOf, recordAnswer, tableOf } from './records.js';
import type { DataRequest } from './route.js';

/** From this version on, an upsert that updated has a body. */
const BODY_OF_UPDATES_SINCE = 46;

/** `GET sobjects/X/{field}/{value}` */
export function retrieveByKey(org: Org, request: DataRequest): Answer {
  const key = keyOf(org, request);
  const [position, ...others] = key.positions;
  if (position === undefined) throw notFound();
  return others.length > 0 ? choices(request, key) : recordAnswer(org, request, key.table, position);
}

/** `PATCH sobjects/X/{field}/{value}` */
export function upsertByKey(org: Org, request: DataRequest): Answer {
  const key = keyOf(org, request);
  const { table, field, value, positions } = key;
  const [position, ...others] = positions;
  if (others.length > 0) return choices(request, key);
  const writer = { request: request.sequence, key: `${field.name}=${request.params['value']}` };
  if (position !== undefined) {
    updateRecord(org, table, position, withoutKey(request, field), writer);
    if (request.version < BODY_OF_UPDATES_SINCE) return { status: 204 };
    return answerOf(request.format, 200, 'Result', {
      id: table.idAt(position),
      success: true,
      errors: [],
      created: false,
    });
  }
  if (field.type === 'id' || request.query.get('updateOnly') === 'true') throw notFound();
  const id = insertRecord(org, table, withoutKey(request, field), writer, new Map([[field, value]]));
  return createdAnswer(request, table, id, { created: true });
}

/** `DELETE sobjects/X/{field}/{value}` */
export function removeByKey(org: Org, request: DataRequest): Answer {
  const key = keyOf(org, request);
  const [position, ...others] = key.positions;
  if (position === undefined) throw notFound();
  if (others.length > 0) return choices(request, key);
  deleteRecord(org, key.table, position, {
    request: request.sequence,
    key: `${key.field.name}=${request.params['value']}`,
  });
  return { status: 204 };
}

/** `POST sobjects/X/Id`: an upsert without a value, which is a create. */
export function insertWithoutKey(org: Org, request: DataRequest): Answer {
  const table = tableOf(org, request);
  const name = request.params['id'] ?? '';
  if (name.toLowerCase() !== 'id')
    throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
  const id = insertRecord(org, table, inputOf(request), { request: request.sequence });
  return createdAnswer(request, table, id, { created: true });
}

interface Key {
  readonly table: Table;
  readonly field: Field;
  readonly value: Value;
  readonly positions: readonly number[];
}

function keyOf(org: Org, request: DataRequest): Key {
  const table = tableOf(org, request);
  const { field: name = '', value: text = '' } = request.params;
  const field = table.type.field(name);
  if (field === undefined || (field.externalId !== true && field.idLookup !== true)) {
    throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
  }
  if (field.type === 'id') {
    const id = canonicalId(text);
    if (id === undefined) throw malformedId(text);
    const position = table.positionOf(id);
    const isLive = position !== undefined && !table.isDeleted(position);
    return { table, field, value: text, positions: isLive ? [position] : [] };
  }
  const value = incomingValue(field, text, request.format);
  return { table, field, value, positions: value === null ? [] : table.positionsWith(field, value) };
}

/** Several records have the value: their addresses, for the client to choose. */
function choices({ format, root }: DataRequest, { table, positions }: Key): Answer {
  const urls = positions.map((position) => `${root}/sobjects/${table.type.name}/${table.idAt(position)}`);
  return answerOf(format, 300, 'urls', format === 'json' ? urls : { url: urls });
}

function withoutKey(request: DataRequest, key: Field) {
  const input = inputOf(request);
  if (input.fields.some(({ name }) => name.toLowerCase() === key.name.toLowerCase())) {
    throw refusal(400, 'INVALID_FIELD', `The ${key.name} field should not be specified in the sobject data.`);
  }
  return input;
}
