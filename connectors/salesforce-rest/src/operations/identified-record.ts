import { documentError } from '../transport/refusals.js';
import { type IdentifiedRecord, splitId } from '../xml/record-id.js';
import { asDocumentError } from './outcomes.js';

/** The record's id and the rest of its document. A document without an id, or with an empty one, is a `validation` error. */
export function identifiedRecord(text: string): IdentifiedRecord {
  let record: IdentifiedRecord;
  try {
    record = splitId(text);
  } catch (error) {
    throw asDocumentError(error);
  }
  if (record.id === '') {
    throw documentError(
      'ID_MISSING',
      'the id is missing: the root element needs a child element Id that is not empty',
      'Id',
    );
  }
  return record;
}
