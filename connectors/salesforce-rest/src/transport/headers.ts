import type { HttpHeaders } from '@connector-runtime/core';

/** Media types of documents, requests and answers. */
export const XML = 'application/xml';
export const JSON_TYPE = 'application/json';
const XML_UTF_8 = 'application/xml; charset=UTF-8';

/** For calls that answer with XML and send nothing. */
export const ACCEPT_XML: HttpHeaders = { accept: XML };

/** For calls that answer with JSON and send nothing. */
export const ACCEPT_JSON: HttpHeaders = { accept: JSON_TYPE };

/** For calls that send XML and answer with it. */
export const XML_BOTH_WAYS: HttpHeaders = { accept: XML, 'content-type': XML_UTF_8 };

/** Media type of the data and results of bulk jobs. */
export const CSV = 'text/csv';

/** For calls that answer with CSV and send nothing. */
export const ACCEPT_CSV: HttpHeaders = { accept: CSV };

/** For calls that send JSON and answer with it. */
export const JSON_BOTH_WAYS: HttpHeaders = { accept: JSON_TYPE, 'content-type': `${JSON_TYPE}; charset=UTF-8` };

/** What no user sets, in lower case: the headers of the session and of the connection itself, and those by which the connector reads and is read. */
export const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
