import {
  type Document,
  type Events,
  type ExecutionContext,
  type HttpHeaders,
  inject,
  injectable,
  isConnectorError,
  type Operation,
  type OperationEvent,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import { DescribeCache } from '../../browse/describe-cache.js';
import { CsvError } from '../../csv/csv-error.js';
import { CsvReader } from '../../csv/csv-reader.js';
import type { WriteRecord } from '../../csv/row-record.js';
import type { QueryProperties } from '../../properties/operation-properties.js';
import { configError, protocolError } from '../../transport/refusals.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { documentHeaders } from '../document-headers.js';
import { ObjectTarget } from '../object-target.js';
import { QueryPlan } from '../query-plan.js';
import { endsEverything } from '../record-pages.js';
import { checkBulkSoql } from './bulk-soql.js';
import { queryPages, type RowPage } from './query-job.js';
import { type RecordForm, recordForm } from './record-form.js';

type Properties = QueryProperties;

/**
 * Runs one query job per document and gives each row as an XML document of its own, parents nested again. Child records are refused: Bulk API 2.0 has none.
 * What is null comes as an empty cell, and goes out as `xsi:nil`, as over REST. Jobs and their results stay on the service for seven days.
 * Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Query".
 */
@injectable()
export class BulkQueryOperation implements Operation<Properties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(DescribeCache) private readonly describes: DescribeCache,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    refuseChildren(context.properties);
    const describe = await this.target.check('queryable', context);
    const plan = await QueryPlan.make(describe, this.describes, context);
    for await (const document of documents) {
      try {
        yield* this.read(document, describe.name, plan, context);
      } catch (error) {
        if (!isConnectorError(error) || endsEverything(error)) throw error;
        yield failed([document.id], error.info);
      }
    }
  }

  private async *read(
    document: Document<Properties>,
    objectType: string,
    plan: QueryPlan,
    context: ExecutionContext<Properties>,
  ): AsyncGenerator<OperationEvent | readonly OperationEvent[]> {
    const { properties } = document;
    const soql = await plan.soqlFor(document, context);
    checkBulkSoql(soql);
    if (properties.logSoql) context.logger.info(`SOQL: ${soql}`);
    const headers = (own: HttpHeaders): HttpHeaders => documentHeaders(own, properties);
    const inputs = [document.id];
    const form = recordForm(objectType, properties.payloadFormat);
    const settings = { operation: properties.includeDeleted ? 'queryAll' : 'query', query: soql, contentType: 'CSV' };
    for await (const page of queryPages(
      { transport: this.transport, kind: 'query', headers },
      { settings: { ...settings, columnDelimiter: 'COMMA', lineEnding: 'LF' }, pageSize: properties.pageSize },
      context,
    )) {
      if (page.type === 'page') yield* recordsOf(page, form, inputs, context.signal);
      else yield page;
    }
    yield { type: 'result', inputs, status: 'success', code: '200', message: 'success' };
  }
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
      if (header !== undefined) write = form.write(header, 'nil');
      if (write === undefined || rows.length === 0) continue;
      const events: OperationEvent[] = [];
      for (const cells of rows) events.push({ type: 'output', inputs, body: write(cells), mediaType: form.mediaType });
      yield events;
    }
    reader.end(true);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw protocolError('PAGE_UNREADABLE', `a page of the results cannot be read: ${error.message}`, 'none', error);
  }
}

function refuseChildren({ fields = [] }: Properties): void {
  const index = fields.findIndex((path) => path.split('/').includes('records'));
  if (index < 0) return;
  const message = `Bulk API 2.0 reads no child records: ${fields[index]}; use RESTAPI, or query the child object itself`;
  throw configError('BULK_CHILDREN_UNSUPPORTED', message, `/fields/${index}`);
}
