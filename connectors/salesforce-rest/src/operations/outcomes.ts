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
import { errorOfAll, errorsIn, type ServiceError } from '../transport/error-answer.js';
import { XML } from '../transport/headers.js';
import { documentError, protocolError } from '../transport/refusals.js';
import { XmlError } from '../xml/xml-error.js';
import { escapeXml } from '../xml/xml-text.js';
import { childText, parseXml } from '../xml/xml-tree.js';

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
  return { ...failed([document.id], info), body: failureBody(info.message, id), mediaType: XML };
}

function failureBody(message: string, id: string): string {
  const idElement = id === '' ? '' : `<id>${escapeXml(id)}</id>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Result>${idElement}<success>false</success><sf__Error>${escapeXml(message)}</sf__Error></Result>`;
}

function infoOf(error: unknown): ErrorInfo | undefined {
  return isConnectorError(error) ? errorInfoOf(error, 'unknown') : undefined;
}

/** An error of the XML reader, as one of the document that it read. */
export function asDocumentError(error: unknown): unknown {
  if (!(error instanceof XmlError)) return error;
  return documentError('DOCUMENT_NOT_XML', `the document cannot be sent: ${error.message}`, undefined, error);
}

/** Makes sure that a 2xx answer to a write says that it was carried out. Refusals inside it become errors. */
export function checkResult(text: string): void {
  if (text.includes('<success>true</success>')) return;
  const root = parseAnswer(text);
  if (childText(root, 'success') === 'true') return;
  const errors = errorsIn(root);
  const [first] = errors;
  if (first === undefined) {
    throw protocolError('ANSWER_UNEXPECTED', 'the service answered a write with neither success nor errors', 'unknown');
  }
  throw refusalInside(errors, first);
}

/** The error for errors that stand inside an accepted answer: this write was not carried out. */
export function refusalInside(errors: readonly ServiceError[], first: ServiceError): ConnectorError {
  return new ConnectorError({
    category: 'validation',
    effect: 'none',
    retryable: false,
    ...errorOfAll(errors, first),
    code: errorOfAll(errors, first).code ?? 'SALESFORCE_ERROR',
    service: { code: first.code },
  });
}

/** Root element of an answer to a write. */
export function parseAnswer(text: string): ReturnType<typeof parseXml> {
  try {
    return parseXml(text);
  } catch (error) {
    throw protocolError('ANSWER_UNEXPECTED', 'the service answered a write with text that is no XML', 'unknown', error);
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
