import { JSON_TYPE, XML } from '../../transport/headers.js';
import { jsonResults, xmlResults } from './result-record.js';
import { jsonRecords, type WriteRecord, xmlRecords } from './row-record.js';

/** How rows become the documents of one object type. */
export interface RecordForm {
  readonly mediaType: string;
  /** The writer for rows of a query with these columns. */
  recordsOf(columns: readonly string[]): WriteRecord;
  /** The writer for rows of a write's results with these columns. */
  resultsOf(columns: readonly string[]): WriteRecord;
}

/** The form that an operation's `payloadFormat` names. */
export function recordForm(objectType: string, payloadFormat: 'xml' | 'json'): RecordForm {
  const isJson = payloadFormat === 'json';
  return {
    mediaType: isJson ? JSON_TYPE : XML,
    recordsOf: (columns) => (isJson ? jsonRecords : xmlRecords)(objectType, columns),
    resultsOf: (columns) => (isJson ? jsonResults : xmlResults)(objectType, columns),
  };
}
