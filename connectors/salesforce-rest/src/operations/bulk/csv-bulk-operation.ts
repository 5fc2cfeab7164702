import {
  type Document,
  type ErrorInfo,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  isConnectorError,
  type Operation,
  type OperationEvent,
} from '@connector-runtime/core';
import { concernsEveryDocument, failed } from '@connector-runtime/core/authoring';
import { DescribeCache } from '../../describe/describe-cache.js';
import type { FieldDescribe, SObjectDescribe } from '../../describe/sobject-describe.js';
import type { CsvBulkProperties } from '../../properties/bulk-properties.js';
import { CSV } from '../../transport/headers.js';
import { configError, documentError } from '../../transport/refusals.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { checkConfiguredHeaders } from '../document-headers.js';
import { externalIdField, externalIdFieldName } from '../external-id-field.js';
import { ObjectTarget } from '../object-target.js';
import { statementOf } from '../soql-documents.js';
import type { JobRequests } from './bulk-job.js';
import { type CheckedCsv, checkedCsv } from './checked-csv.js';
import { reconcileCsv } from './csv-reconciliation.js';
import { CsvSettlement, csvReceipt } from './csv-settlement.js';
import { IngestColumns } from './ingest-columns.js';
import { IngestJob } from './ingest-job.js';
import { ingestSpec } from './job-spec.js';
import { LeftDocuments } from './left-documents.js';
import { type LeftJob, leftJobOf, otherDocument } from './left-job.js';
import { queryPages } from './query-job.js';
import { checkSoqlLength, withinSoqlLength } from './soql-length.js';

type Properties = CsvBulkProperties;

/** What CSVs are written to. */
interface IngestTarget {
  readonly describe: SObjectDescribe;
  /** The external id of an upsert. */
  readonly key: FieldDescribe | undefined;
}

/**
 * CSV in, CSV out: each document is a whole CSV that goes untouched into one ingest job, or a SOQL statement for one query job.
 * Outputs: the CSVs of the records that succeeded, failed and were not processed, as the service made them; of a query each page.
 * Result: `success` / `200` with the numbers where the job came to its end and applied something; otherwise what kept it.
 * Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest" and "Bulk API 2.0 Query".
 */
@injectable()
export class CsvBulkOperation implements Operation<Properties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(DescribeCache) private readonly describes: DescribeCache,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    let left = leftJobOf(context.resumeFrom);
    const source = new LeftDocuments(documents, left && partOf(left));
    const target = yield* source.takeUp(() => this.targetOf(left, context), context.signal);
    for await (const document of source) {
      const own = left;
      left = undefined;
      const recalled = own && (yield* source.takeUp(() => recalledCsv(document, own, context), context.signal));
      yield* withOwnError(document.id, this.run(document, recalled, target, context));
    }
  }

  async *reconcile(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    const { bulkOperation, restHeaders = {} } = context.properties;
    checkConfiguredHeaders({ restHeaders });
    if (isQuery(bulkOperation))
      throw configError(
        'RECONCILE_UNSUPPORTED',
        `${bulkOperation} only reads: nothing of it is unknown`,
        '/bulkOperation',
      );
    for await (const document of documents) {
      const events = reconcileCsv(document, this.requests('ingest', document.properties), context);
      yield* withOwnError(document.id, events, { effect: 'unknown' });
    }
  }

  private async *run(
    document: Document<Properties>,
    recalled: RecalledCsv | undefined,
    target: IngestTarget | undefined,
    context: ExecutionContext<Properties>,
  ): Events {
    if (target === undefined) yield* this.query(document, context);
    else if (recalled !== undefined) yield* this.resume(document, recalled, target, context);
    else yield* this.ingest(document, await checkedCsv(document, context), target, context);
  }

  private async *ingest(
    document: Document<Properties>,
    csv: CheckedCsv,
    { describe, key }: IngestTarget,
    context: ExecutionContext<Properties>,
  ): AsyncGenerator<OperationEvent | readonly OperationEvent[]> {
    const { properties } = document;
    const { columnDelimiter, bulkOperation: operation, assignmentRuleId } = properties;
    const { lineEnding } = csv;
    const spec = ingestSpec({ describe, operation, key, assignmentRuleId, columnDelimiter, lineEnding });
    await this.checkHeader(csv.header, operation, { describe, key }, context);
    if (csv.rows === 0) {
      const message = 'success: the CSV has no record below its header, and no job was made';
      yield { type: 'result', inputs: [document.id], status: 'success', code: '200', message };
      return;
    }
    const settlement = new CsvSettlement(document.id, csv);
    const job = new IngestJob(this.requests('ingest', properties), csv.rows, settlement, context);
    yield* this.target.noting(describe.name, job.run(spec, csv.body), context);
  }

  /** Goes on with the job that another process made of the document; only where that was aborted before it came to any record it is sent again. */
  private async *resume(
    document: Document<Properties>,
    { jobId, csv }: RecalledCsv,
    target: IngestTarget,
    context: ExecutionContext<Properties>,
  ): AsyncGenerator<OperationEvent | readonly OperationEvent[]> {
    const settlement = new CsvSettlement(document.id, csv, true);
    const requests = this.requests('ingest', document.properties);
    const aim = { object: target.describe.name, operation: document.properties.bulkOperation };
    const end = yield* new IngestJob(requests, csv.rows, settlement, context).resume(jobId, aim);
    if (end === 'replaceable' || settlement.isHeld) yield* this.ingest(document, csv, target, context);
  }

  private async *query(
    document: Document<Properties>,
    context: ExecutionContext<Properties>,
  ): AsyncGenerator<OperationEvent> {
    const { properties } = document;
    const { bulkOperation, columnDelimiter, lineEnding = 'LF', pageSize } = properties;
    const soql = (await statementOf({ body: withinSoqlLength(document.body) }, context)).trim();
    checkSoqlLength(soql);
    const inputs = [document.id];
    const settings = { operation: bulkOperation, query: soql, contentType: 'CSV', columnDelimiter, lineEnding };
    let rows = 0;
    for await (const page of queryPages(this.requests('query', properties), { settings, pageSize }, context)) {
      if (page.type === 'progress') {
        yield page;
        continue;
      }
      rows += page.rows;
      yield { type: 'output', inputs, body: page.body, mediaType: CSV, status: 'success', code: '200' };
    }
    yield { type: 'result', inputs, status: 'success', code: '200', message: `success: ${rows} records` };
  }

  private requests(kind: JobRequests['kind'], { restHeaders }: Properties): JobRequests {
    return { transport: this.transport, kind, restHeaders };
  }

  /** Checks the configuration, that of a write against the live describe; queries have no target. */
  private async targetOf(
    left: LeftJob | undefined,
    context: ExecutionContext<Properties>,
  ): Promise<IngestTarget | undefined> {
    const { properties } = context;
    const { bulkOperation: operation, restHeaders = {} } = properties;
    checkConfiguredHeaders({ restHeaders });
    if (isQuery(operation)) {
      if (left !== undefined) throw otherDocument(left);
      return undefined;
    }
    const keyName = operation === 'upsert' ? externalIdFieldName(properties) : undefined;
    const describe = await this.target.check(context, operation, properties.object ?? '');
    return { describe, key: keyName === undefined ? undefined : externalIdField(describe, keyName) };
  }

  /** One wrong name would sink the job, and without the column that tells records apart every row of it: it is told before there is one. */
  private async checkHeader(
    header: readonly string[],
    operation: Properties['bulkOperation'],
    { describe, key }: IngestTarget,
    context: ExecutionContext<Properties>,
  ): Promise<void> {
    const isDelete = operation === 'delete' || operation === 'hardDelete';
    if (isDelete && (header.length !== 1 || header[0]?.toLowerCase() !== 'id'))
      throw documentError(
        'CSV_COLUMNS_UNSUITABLE',
        `${operation} takes exactly the column Id, got ${header.join(', ').slice(0, 200)}`,
      );
    const [only = ''] = header;
    if (header.length === 1 && /[,;|^`\t]/.test(only))
      throw documentError(
        'CSV_COLUMNS_UNSUITABLE',
        `the header is one column, ${JSON.stringify(only.slice(0, 200))}: does columnDelimiter say what divides the cells?`,
      );
    const columns = new IngestColumns(describe, this.describes);
    const seen = new Set<string>();
    for (const [index, name] of header.entries()) {
      if (name === '') throw documentError('CSV_COLUMNS_UNSUITABLE', `column ${index + 1} of the header has no name`);
      const column = await columns.columnOf(name, context);
      if (seen.has(column)) throw documentError('COLUMN_REPEATED', `the header names ${column} twice`, column);
      seen.add(column);
    }
    const apart = operation === 'update' ? 'Id' : key?.name;
    if (apart !== undefined && !seen.has(apart))
      throw documentError(
        'CSV_COLUMNS_UNSUITABLE',
        `${operation} goes by the column ${apart}, and the header has none of that name`,
        apart,
      );
  }
}

/** The events of one document's work. An error that is the document's own becomes its result, and the others go on. */
async function* withOwnError(id: string, events: Events, told: Pick<Partial<ErrorInfo>, 'effect'> = {}): Events {
  try {
    yield* events;
  } catch (error) {
    if (!isConnectorError(error) || concernsEveryDocument(error.info)) throw error;
    yield failed([id], { ...error.info, ...told });
  }
}

function isQuery(operation: Properties['bulkOperation']): operation is 'query' | 'queryAll' {
  return operation === 'query' || operation === 'queryAll';
}

interface RecalledCsv {
  readonly jobId: string;
  readonly csv: CheckedCsv;
}

function partOf(left: LeftJob) {
  const { jobId } = left;
  return { jobId, count: 1, receiptOf: () => csvReceipt(jobId, left) };
}

/** The document of a job that another process left. */
async function recalledCsv(
  document: Document<Properties>,
  left: LeftJob,
  context: ExecutionContext<Properties>,
): Promise<RecalledCsv> {
  let csv: CheckedCsv;
  try {
    csv = await checkedCsv(document, context);
  } catch (error) {
    // What was put into a job was a CSV.
    throw isConnectorError(error) && error.info.category === 'validation' ? otherDocument(left) : error;
  }
  if (csv.digest !== left.digest) throw otherDocument(left);
  return { jobId: left.jobId, csv };
}
