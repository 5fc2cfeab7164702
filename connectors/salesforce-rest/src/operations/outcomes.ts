import {
  ConnectorError,
  type Document,
  type ErrorInfo,
  errorInfoOf,
  isConnectorError,
  type ResultEvent,
  statusOfError,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { SObjectDescribe } from '../browse/sobject-describe.js';
import { suggestion } from '../browse/suggestion.js';
import { errorOfAll, errorsBehind, errorsIn, ListedErrors, type ServiceError } from '../transport/error-answer.js';
import { XML } from '../transport/headers.js';
import { documentError, protocolError } from '../transport/refusals.js';
import { XmlError } from '../xml/xml-error.js';
import { escapeXml } from '../xml/xml-text.js';
import { parseXml } from '../xml/xml-tree.js';

/** The document was carried out. `code` is an HTTP status. */
export function accepted(document: Document<unknown>, code: string, body?: string): ResultEvent {
  const result = { type: 'result', inputs: [document.id], status: 'success', code, message: 'success' } as const;
  return body === undefined || body === '' ? result : { ...result, body, mediaType: XML };
}

/** The payload of a success that the service answers with nothing. */
export function successBody(id: string): string {
  return `<Result><id>${escapeXml(id)}</id><success>true</success></Result>`;
}

/**
 * What an error makes of a document: a result with the `<Result>` that says why where this document was refused; thrown again otherwise, for the caller's caller to decide on the rest.
 * `id` is that of the record, where it was found.
 */
export function refused(document: Document<unknown>, error: unknown, id = ''): ResultEvent {
  const info = infoOf(error);
  if (info === undefined || statusOfError(info) !== 'applicationError') throw error;
  return { ...failed([document.id], info), body: failureBody(info.message, id, errorsBehind(error)), mediaType: XML };
}

/** Every error stands in it with its code, message and fields; `sf__Error` has the text of all. */
function failureBody(message: string, id: string, errors: readonly ServiceError[]): string {
  const idElement = id === '' ? '' : `<id>${escapeXml(id)}</id>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Result>${idElement}<success>false</success><sf__Error>${escapeXml(message)}</sf__Error>${errors.map(errorElement).join('')}</Result>`;
}

function errorElement({ code, message, fields }: ServiceError): string {
  const names = fields.map((field) => `<fields>${escapeXml(field)}</fields>`).join('');
  return `<errors>${names}<message>${escapeXml(message)}</message><statusCode>${escapeXml(code)}</statusCode></errors>`;
}

function infoOf(error: unknown): ErrorInfo | undefined {
  return isConnectorError(error) ? errorInfoOf(error, 'unknown') : undefined;
}

/** An error of the XML reader, as one of the document that it read. */
export function asDocumentError(error: unknown): unknown {
  if (!(error instanceof XmlError)) return error;
  return documentError('DOCUMENT_NOT_XML', `the document cannot be sent: ${error.message}`, undefined, error);
}

/** The answer to a write, or to the part of a batch that writes. */
export interface WriteAnswer {
  readonly status: number;
  readonly text: string;
  /** What attempts before this one may have done. */
  readonly earlier: 'none' | 'unknown';
}

/**
 * Makes sure that a 2xx answer to a write says that it was carried out: by an empty 204, or by a `Result` whose `success` is true.
 * One whose `success` is false is a refusal. After anything else nobody knows.
 */
export function checkWritten({ status, text, earlier }: WriteAnswer): void {
  if (text.trim() === '' && status === 204) return;
  const root = parseAnswer(text);
  const said = root.name === 'Result' ? root.children.filter(({ name }) => name === 'success') : [];
  const success = said.length === 1 ? said[0]?.text.trim() : undefined;
  if (success === 'true') return;
  if (success !== 'false') {
    throw protocolError('ANSWER_UNEXPECTED', 'the service answered a write with neither success nor errors', 'unknown');
  }
  throw refusalInside(errorsIn(root), earlier);
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

/** Root element of an answer to a write. */
export function parseAnswer(text: string): ReturnType<typeof parseXml> {
  try {
    return parseXml(text);
  } catch (error) {
    const why = error instanceof XmlError ? error.message : 'it is no XML';
    throw protocolError('ANSWER_UNEXPECTED', `the answer to a write cannot be read: ${why}`, 'unknown', error);
  }
}

/** Adds to the service's `INVALID_FIELD` the known field that may be meant. */
export function withNearestField(error: unknown, describe: SObjectDescribe): unknown {
  if (!isConnectorError(error) || error.info.service?.code !== 'INVALID_FIELD') return error;
  const name = /No such column '([^']+)'/.exec(error.info.message)?.[1];
  if (name === undefined) return error;
  const hint = suggestion(
    name,
    describe.fields.map((field) => field.name),
  );
  if (hint === '') return error;
  return new ConnectorError({ ...error.info, message: `${error.info.message}${hint}` }, { cause: error });
}
