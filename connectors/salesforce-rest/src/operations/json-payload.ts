import { setImmediate as loopTurn } from 'node:timers/promises';
import type { Body, CallContext, Document } from '@connector-runtime/core';
import { readBatchResults } from '../json/batch-reader.js';
import { FlatRecords } from '../json/flat-records.js';
import { JsonError } from '../json/json-error.js';
import { listItems } from '../json/list-items.js';
import { RecordCheck } from '../json/record-check.js';
import { splitId } from '../json/record-id.js';
import { recordPart, recordType } from '../json/record-part.js';
import { completeRecord, readQueryPage } from '../json/record-reader.js';
import { readWrittenResults } from '../json/written-results.js';
import { errorsInJson } from '../transport/error-answer.js';
import { ACCEPT_JSON, JSON_BOTH_WAYS, JSON_TYPE } from '../transport/headers.js';
import { documentError } from '../transport/refusals.js';
import { asDocumentError, noRecords } from './document-refusals.js';
import { decodeUtf8, readBytes, readText } from './document-text.js';
import { checkObjectType } from './object-type-check.js';
import { type Payload, PayloadError } from './payload.js';

/** Characters that are checked at a time: some 30 ms where they are thousands of names. */
const CHECKED_AT_ONCE = 200_000;
const flatRecords = new FlatRecords();
const RECORDS = 'records';
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Records in Salesforce's own JSON form, with `attributes` or without. */
export const JSON_PAYLOAD: Payload = {
  mediaType: JSON_TYPE,
  form: 'JSON',
  accept: ACCEPT_JSON,
  bothWays: JSON_BOTH_WAYS,

  async checkedBody(document, context, objectType) {
    const { body, text } = await checkedDocument(document, context);
    if (objectType !== undefined) checkObjectType(recordType(text), objectType);
    return body;
  },

  async checkedText({ body }, context, objectType) {
    const text = await readText(body, context, notUtf8);
    await checkRecord(text, context);
    if (objectType !== undefined) checkObjectType(recordType(text), objectType);
    return text;
  },

  idOf: (text) => reading(() => splitId(text).id),

  splitId(text) {
    const record = readingDocument(() => splitId(text));
    if (record.id !== '') return record;
    throw documentError('ID_MISSING', 'the id is missing: the record needs a member Id that is not empty', 'Id');
  },

  recordPart: (text, type, keyName) => readingDocument(() => recordPart(text, type, keyName)),
  collectionBody: (records, allOrNone) => `{"allOrNone":${allOrNone},"records":[${records.join(',')}]}`,

  readCollectionResults: (text) =>
    readWrittenResults(text) ??
    reading(() =>
      listItems(text).map((item) => {
        const { id: told, success, errors } = parseResult(item);
        const id = typeof told === 'string' ? told : '';
        const listed = errorsInJson(errors);
        return typeof success === 'boolean'
          ? { text: item, id, success, errors: listed }
          : { text: item, id, errors: listed };
      }),
    ),

  async checkedTree(document, context) {
    const { body, text } = await checkedDocument(document, context);
    const tree = parse(text);
    for (const name of Object.keys(membersOf(tree))) if (name !== RECORDS) throw noRecords(name);
    return { body, referenceIds: referenceIdsIn(tree) };
  },

  readTreeAnswer: (text) =>
    reading(() => {
      const answer = parse(text);
      const { hasErrors, results } = membersOf(answer);
      const listed = (Array.isArray(results) ? results : []).map((result: unknown) => {
        const { referenceId, id, errors } = membersOf(result);
        const word = (value: unknown) => (typeof value === 'string' ? value : '');
        return { referenceId: word(referenceId), id: word(id), errors: errorsInJson(errors) };
      });
      return { hasErrors: hasErrors === true, results: listed, errors: errorsInJson(answer) };
    }),

  readPage: (text) => reading(() => readQueryPage(text)),
  completeRecord: (record, _page, lists, further) =>
    completeRecord(
      record,
      lists,
      further.map((pages) => pages.flatMap(({ records }) => records)),
    ),

  readResult: (text) =>
    reading(() => {
      const { success, errors, id } = parseResult(text);
      return {
        ...(typeof success === 'boolean' && { success }),
        ...(typeof id === 'string' && { id }),
        errors: errorsInJson(errors),
      };
    }),

  readBackBatch: (path, record) =>
    `{"batchRequests":[{"method":"PATCH","url":${JSON.stringify(path)},"richInput":${record}},{"method":"GET","url":${JSON.stringify(path)}}]}`,

  readBatchResults: (text) => reading(() => readBatchResults(text)),
  errorsIn: (text) => reading(() => errorsInJson(parse(text))),
  successBody: (id) => JSON.stringify({ id, success: true, errors: [] }),

  countBody: (count) => JSON.stringify({ totalSize: count, done: true, records: [] }),

  /** An error of the connector's own stands there as one without a `statusCode`. */
  failureBody(message, id, errors) {
    const listed = errors.map(({ code, message: text, fields }) => ({ message: text, statusCode: code, fields }));
    return JSON.stringify({
      ...(id === '' ? {} : { id }),
      success: false,
      errors: listed.length > 0 ? listed : [{ message, fields: [] }],
    });
  },
};

/** A document that is a record which may be sent: its text, and what is sent of it. */
async function checkedDocument(
  { body }: Document<unknown>,
  context: CallContext,
): Promise<{ readonly body: Body | Uint8Array; readonly text: string }> {
  const bytes = await readBytes(body, context);
  const text = decodeUtf8(bytes, notUtf8);
  await checkRecord(text, context);
  // JSON that is sent has none (RFC 8259, section 8.1).
  if (BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte))
    return { body: bytes.subarray(BYTE_ORDER_MARK.length), text };
  return { body: body.repeatable ? body : bytes, text };
}

async function checkRecord(text: string, { signal }: CallContext): Promise<void> {
  if (flatRecords.isNew) await loopTurn(undefined, { signal });
  if (flatRecords.isRecord(text)) return;
  try {
    const check = new RecordCheck(text);
    while (!check.step(CHECKED_AT_ONCE)) await loopTurn(undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw asDocumentError(error);
  }
}

const notUtf8 = (cause: unknown): Error => asDocumentError(new JsonError('the text is not UTF-8', { cause }));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonError('it is no JSON', { cause: error });
  }
}

function parseResult(text: string): Readonly<Record<string, unknown>> {
  return membersOf(parse(text));
}

/** None where the value is no object. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Of each record of a tree. Lists of children stand in members of any name. */
function referenceIdsIn(tree: unknown): readonly string[] {
  const { records, ...others } = membersOf(tree);
  for (const name of Object.keys(others)) if (name.toLowerCase() === RECORDS) throw noRecords(name);
  return (Array.isArray(records) ? records : []).flatMap((record: unknown) => {
    const { attributes, ...members } = membersOf(record);
    const { referenceId } = membersOf(attributes);
    return [typeof referenceId === 'string' ? referenceId : '', ...Object.values(members).flatMap(referenceIdsIn)];
  });
}

function readingDocument<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asDocumentError(error);
  }
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof JsonError ? new PayloadError(error.message, { cause: error }) : error;
  }
}
