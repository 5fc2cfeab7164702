import type { HttpHeaders } from '@connector-runtime/core';

/** Media type of the documents and answers of single-record calls. */
export const XML = 'application/xml';
const XML_UTF_8 = 'application/xml; charset=UTF-8';

/** For calls that answer with XML and send nothing. */
export const ACCEPT_XML: HttpHeaders = { accept: XML };

/** For calls that answer with JSON and send nothing. */
export const ACCEPT_JSON: HttpHeaders = { accept: 'application/json' };

/** For calls that send XML and answer with it. */
export const XML_BOTH_WAYS: HttpHeaders = { accept: XML, 'content-type': XML_UTF_8 };

/** Media type of the data and results of bulk jobs. */
export const CSV = 'text/csv';

/** For calls that answer with CSV and send nothing. */
export const ACCEPT_CSV: HttpHeaders = { accept: CSV };

/** For calls that send JSON and answer with it. */
export const JSON_BOTH_WAYS: HttpHeaders = {
  accept: 'application/json',
  'content-type': 'application/json; charset=UTF-8',
};
