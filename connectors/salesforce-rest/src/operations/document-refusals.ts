import type { ConnectorError } from '@connector-runtime/core';
import { JsonError, RepeatedName } from '../json/json-error.js';
import { documentError } from '../transport/refusals.js';
import { RepeatedField, XmlError } from '../xml/xml-error.js';

/** What a reader of XML or JSON found wrong with a document that was to be sent, as a `validation` error; any other error as it is. */
export function asDocumentError<E>(error: E): E | ConnectorError {
  if (!(error instanceof XmlError || error instanceof JsonError)) return error;
  const message = `the document cannot be sent: ${error.message}`;
  if (error instanceof RepeatedField) return fieldRepeated(error.field, message, error);
  if (error instanceof RepeatedName) return fieldRepeated(error.member, message, error);
  return documentError(error instanceof XmlError ? 'DOCUMENT_NOT_XML' : 'DOCUMENT_NOT_JSON', message, undefined, error);
}

/** A field stands twice in a document, in any case: the service would take one of its values and tell success. */
export function fieldRepeated(field: string, message: string, cause?: unknown): ConnectorError {
  return documentError('FIELD_REPEATED', message, field, cause);
}

/** Something stands in a tree where records should: the service may pass over it without a word. */
export function noRecords(name: string): ConnectorError {
  const message = `the document cannot be sent: a tree is a list "records", and ${name.slice(0, 100)} is no such list`;
  return documentError('DOCUMENT_NOT_A_TREE', message, name.slice(0, 100));
}
