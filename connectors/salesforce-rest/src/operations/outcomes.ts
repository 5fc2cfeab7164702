import {
  ConnectorError,
  type Document,
  errorInfoOf,
  isConnectorError,
  type ResultEvent,
  statusOfError,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { SObjectDescribe } from '../describe/sobject-describe.js';
import { suggestion } from '../describe/suggestion.js';
import { errorOfAll, errorsBehind, ListedErrors, type ServiceError, unknownColumn } from '../transport/error-answer.js';
import { protocolError } from '../transport/refusals.js';
import { comparableId } from './comparable-key.js';
import { type Payload, PayloadError } from './payload.js';

/** The document was carried out. `code` is an HTTP status. */
export function accepted(document: Document<unknown>, code: string, payload: Payload, body?: string): ResultEvent {
  const inputs = [document.id];
  if (body === undefined || body === '') return { type: 'result', inputs, status: 'success', code, message: 'success' };
  const { mediaType } = payload;
  return { type: 'result', inputs, status: 'success', code, message: 'success', body, mediaType };
}

/**
 * What an error makes of a document: a result whose body says why where this document was refused; thrown again otherwise, for the caller's caller to decide on the rest.
 * `id` is that of the record, where it was found; `root` names the body's element in XML.
 */
export function refused(
  document: Document<unknown>,
  error: unknown,
  payload: Payload,
  id = '',
  root: 'Result' | 'result' = 'Result',
): ResultEvent {
  const info = isConnectorError(error) ? errorInfoOf(error, 'unknown') : undefined;
  if (info === undefined || statusOfError(info) !== 'applicationError') throw error;
  const body = payload.failureBody(info.message, id, errorsBehind(error), root);
  return { ...failed([document.id], info), body, mediaType: payload.mediaType };
}

/** The answer to a write, or to the part of a batch that writes. */
export interface WriteAnswer {
  readonly status: number;
  readonly text: string;
  /** What attempts before this one may have done. */
  readonly earlier: 'none' | 'unknown';
}

/**
 * Makes sure that a 2xx answer to a write says that it was carried out: by an empty 204, or by a result whose `success` is true.
 * Errors in it are the document's; an answer that says neither, or both, or tells of another record than `id`, is a `protocol` error, and nobody knows what it did.
 */
export function checkWritten({ status, text, earlier }: WriteAnswer, payload: Payload, id = ''): void {
  if (text.trim() === '' && status === 204) return;
  const { success, errors, id: told = '' } = readWritten(() => payload.readResult(text));
  if (success === true) {
    if (errors.length > 0)
      throw protocolError('ANSWER_UNEXPECTED', 'the service answered a write with success and with errors', 'unknown');
    checkSameRecord(id, told);
    return;
  }
  if (success === undefined) {
    throw protocolError('ANSWER_UNEXPECTED', 'the service answered a write with neither success nor errors', 'unknown');
  }
  throw refusalInside(errors, earlier);
}

/** Makes sure that an answer tells of this record, where both ids are known. */
export function checkSameRecord(id: string, told: string): void {
  if (id === '' || told === '' || comparableId(id) === comparableId(told)) return;
  throw protocolError('ANSWER_UNEXPECTED', `the service answered for the record ${told}, not for ${id}`, 'unknown');
}

/** The error for errors that stand inside an accepted answer: this attempt was not carried out. */
export function refusalInside(errors: readonly ServiceError[], earlier: 'none' | 'unknown'): ConnectorError {
  const first = errors[0] ?? { code: '', message: 'the service refused the write and gave no reason', fields: [] };
  const said = errorOfAll(errors.length > 0 ? errors : [first], first);
  return new ConnectorError(
    {
      category: 'validation',
      retryable: false,
      ...said,
      effect: earlier,
      code: said.code ?? 'SALESFORCE_ERROR',
      service: { code: first.code },
    },
    { cause: new ListedErrors(errors) },
  );
}

/** What is read of an answer to a write; where it cannot be read, nobody knows what the write did. */
export function readWritten<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    const message = `the answer to a write cannot be read: ${error.message}`;
    throw protocolError('ANSWER_UNEXPECTED', message, 'unknown', error);
  }
}

/** Adds to the service's `INVALID_FIELD` the known field that may be meant; nothing where it speaks of a field of another object type, as of a parent. */
export function withNearestField(error: unknown, describe: SObjectDescribe): unknown {
  if (!isConnectorError(error) || error.info.service?.code !== 'INVALID_FIELD') return error;
  const unknown = unknownColumn(error.info.message);
  if (unknown === undefined || (unknown.objectType ?? describe.name) !== describe.name) return error;
  const hint = suggestion(
    unknown.column,
    describe.fields.map((field) => field.name),
  );
  if (hint === '') return error;
  return new ConnectorError({ ...error.info, message: `${error.info.message}${hint}` }, { cause: error });
}
