import type { Document, ExecutionContext, OperationEvent } from '@connector-runtime/core';
import { CsvError } from '../../csv/csv-error.js';
import { CsvReader } from '../../csv/csv-reader.js';
import type { StatementProperties } from '../../properties/query-properties.js';
import { protocolError } from '../../transport/refusals.js';
import type { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { withJob } from './bulk-job.js';
import { queryPages, RESULTS_STEP, type RowPage } from './query-job.js';
import { type RecordForm, recordForm } from './record-form.js';
import type { WriteRecord } from './row-record.js';
import { checkSoqlLength } from './soql-length.js';

/** Runs a statement as a query job: each row is a document of its own, parents nested again, and the document has the result. */
export async function* runBulkStatement<P extends StatementProperties>(
  soql: string,
  document: Document<P>,
  transport: SalesforceTransport,
  context: ExecutionContext<P>,
): AsyncGenerator<OperationEvent | readonly OperationEvent[]> {
  const { properties } = document;
  checkSoqlLength(soql);
  if (properties.logSoql) context.logger.info(`SOQL: ${soql}`);
  const inputs = [document.id];
  const settings = { operation: properties.includeDeleted ? 'queryAll' : 'query', query: soql, contentType: 'CSV' };
  for await (const page of queryPages(
    { transport, kind: 'query', restHeaders: properties.restHeaders },
    { settings: { ...settings, columnDelimiter: 'COMMA', lineEnding: 'LF' }, pageSize: properties.pageSize },
    context,
  )) {
    if (page.type === 'page')
      yield* recordsOf(page, recordForm(page.object, properties.payloadFormat), inputs, context.signal);
    else yield page;
  }
  yield { type: 'result', inputs, status: 'success', code: '200', message: 'success' };
}

/** The rows of a page as documents, as many at a time as a piece of it holds. */
async function* recordsOf(
  page: RowPage,
  form: RecordForm,
  inputs: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly OperationEvent[]> {
  const reader = new CsvReader();
  let write: WriteRecord | undefined;
  try {
    for await (const bytes of page.body.open(signal)) {
      const rows = reader.readBytes(bytes);
      const header = write === undefined ? rows.shift() : undefined;
      if (header !== undefined) write = form.recordsOf(header);
      if (write === undefined || rows.length === 0) continue;
      const events: OperationEvent[] = [];
      for (const cells of rows) events.push({ type: 'output', inputs, body: write(cells), mediaType: form.mediaType });
      yield events;
    }
    reader.end(true);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const message = `a page of the results cannot be read: ${error.message}`;
    throw withJob(protocolError('PAGE_UNREADABLE', message, 'none', error), page.jobId, RESULTS_STEP);
  }
}
