import type { CallContext, Document } from '@connector-runtime/core';
import type { SObjectDescribe } from '../../describe/sobject-describe.js';
import type { BulkIngestProperties } from '../../properties/bulk-properties.js';
import { RESULT_COLUMNS } from '../../result-columns.js';
import { isIdName } from '../../text/id-name.js';
import { documentError } from '../../transport/refusals.js';
import { fieldRepeated } from '../document-refusals.js';
import { documentText } from '../document-text.js';
import { checkDeleted, checkObjectType } from '../object-type-check.js';
import { payloadOf } from '../payload-formats.js';
import type { IngestColumns } from './ingest-columns.js';
import { type IngestFields, type IngestRecord, readJsonRecord, readXmlRecord } from './ingest-record.js';
import type { IngestRow } from './job-preparation.js';
import { readPlainXmlRecord } from './plain-xml-record.js';

/** What documents become rows of. */
export interface RowForm {
  readonly describe: SObjectDescribe;
  /** Id of the operation. */
  readonly operation: string;
  readonly columns: IngestColumns;
  /** The external id of an upsert. */
  readonly key: string | undefined;
  /** The only columns that are wanted. */
  readonly fixed: readonly string[] | undefined;
}

/** A document as a row. The columns that the service puts before the rows of results are passed over: a result may be sent again as it came. What is no record of this object type, names an unknown field or lacks its id is a `validation` error. */
export async function readIngestRow(
  document: Document<BulkIngestProperties>,
  form: RowForm,
  context: CallContext,
): Promise<IngestRow<BulkIngestProperties>> {
  const { id, properties } = document;
  const record = await readRecord(document, context);
  const { describe, operation, key } = form;
  checkObjectType(record.objectType, describe.name);
  const cells = areCells(record.fields, form) ? record.fields : await cellsOf(record.fields, form, context);
  if ((operation === 'update' || operation === 'delete') && (cells.get('Id') ?? '') === '')
    throw documentError('ID_MISSING', 'the id is missing: the record needs an Id that is not empty', 'Id');
  if (operation === 'delete') checkDeleted(cells.get('Id') ?? '', describe);
  const { externalIdValue = '' } = properties;
  const lacksKey = key !== undefined && externalIdValue !== '' && !cells.has(key);
  return { id, properties, cells: lacksKey ? new Map([...cells, [key, externalIdValue]]) : cells };
}

/** Most documents name every field as its column is named, and all of those are wanted. */
function areCells(fields: IngestFields, { operation, columns, fixed }: RowForm): boolean {
  if (operation === 'delete' || fixed !== undefined) return false;
  for (const path of fields.keys()) if (isIdName(path) || !columns.isColumn(path)) return false;
  return true;
}

async function cellsOf(
  fields: IngestFields,
  { operation, columns, fixed }: RowForm,
  context: CallContext,
): Promise<IngestFields> {
  const cells = new Map<string, string | null>();
  for (const [path, value] of fields) {
    if ((operation === 'delete' && !isIdName(path)) || RESULT_COLUMNS.has(path)) continue;
    const found = isIdName(path) ? 'Id' : columns.columnOf(path, context);
    const column = typeof found === 'string' ? found : await found;
    if (cells.has(column)) throw fieldRepeated(column, `the document names ${column} twice`);
    if (fixed === undefined || fixed.includes(column))
      cells.set(column, column === 'Id' ? (value?.trim() ?? null) : value);
  }
  return cells;
}

async function readRecord(document: Document<BulkIngestProperties>, context: CallContext): Promise<IngestRecord> {
  const { properties } = document;
  if (properties.payloadFormat === 'json')
    return readJsonRecord(await (await payloadOf(properties)).checkedText(document, context));
  const text = await documentText(document, context);
  return readPlainXmlRecord(text) ?? readXmlRecord(text);
}
