import { JSON_TYPE, XML } from '../../transport/headers.js';
import { type BlankCell, jsonRecords, type WriteRecord, xmlRecords } from './row-record.js';

/** How rows become the documents of one object type. */
export interface RecordForm {
  readonly mediaType: string;
  /** The writer for rows with these columns. */
  write(columns: readonly string[], blank: BlankCell): WriteRecord;
}

/** The form that an operation's `payloadFormat` names. */
export function recordForm(objectType: string, payloadFormat: 'xml' | 'json'): RecordForm {
  const [mediaType, records] = payloadFormat === 'json' ? [JSON_TYPE, jsonRecords] : [XML, xmlRecords];
  return { mediaType, write: (columns, blank) => records(objectType, columns, blank) };
}
