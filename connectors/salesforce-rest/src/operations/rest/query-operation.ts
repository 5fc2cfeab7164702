import {
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  isConnectorError,
  type Operation,
  type OperationEvent,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import { DescribeCache } from '../../browse/describe-cache.js';
import type { QueryProperties } from '../../properties/operation-properties.js';
import { queryPath } from '../../transport/endpoints.js';
import { ACCEPT_XML } from '../../transport/headers.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { documentHeaders } from '../document-headers.js';
import { ObjectTarget } from '../object-target.js';
import { QueryPlan } from '../query-plan.js';
import { endsEverything, recordPages } from '../record-pages.js';

/** The service takes addresses of 16,384 bytes; so much is left to host, base and the further headers that it counts. */
const MAX_PATH_BYTES = 16_384 - 512;

type Properties = QueryProperties;

/**
 * Runs one query per document and gives each record as an XML document of its own. A document matters only where the filter takes values from it.
 * One request per page. Records already given stand when a later page fails; the document's result then says so.
 * Source: Salesforce REST API Developer Guide, "Query".
 */
@injectable()
export class QueryOperation implements Operation<Properties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(DescribeCache) private readonly describes: DescribeCache,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    const plan = await QueryPlan.make(await this.target.check('queryable', context), this.describes, context);
    for await (const document of documents) {
      try {
        yield* this.read(document, plan, context);
      } catch (error) {
        if (!isConnectorError(error) || endsEverything(error)) throw error;
        yield failed([document.id], error.info);
      }
    }
  }

  private async *read(
    document: Document<Properties>,
    plan: QueryPlan,
    context: ExecutionContext<Properties>,
  ): AsyncGenerator<readonly OperationEvent[]> {
    const { properties } = document;
    const soql = await plan.soqlFor(document, context);
    if (properties.logSoql) context.logger.info(`SOQL: ${soql}`);
    const options =
      properties.pageSize === undefined ? {} : { 'sforce-query-options': `batchSize=${properties.pageSize}` };
    const requests = {
      step: properties.includeDeleted ? 'queryAll SOQL' : 'query SOQL',
      firstPath: checkedPath(queryPath(soql, properties.includeDeleted)),
      headers: documentHeaders({ ...ACCEPT_XML, ...options }, properties),
    };
    const inputs = [document.id];
    let done = 0;
    for await (const { records, totalSize } of recordPages(this.transport, requests, context)) {
      done += records.length;
      const events: OperationEvent[] = records.map((body) => ({ type: 'output', inputs, body }));
      events.push({ type: 'progress', done, total: totalSize, unit: 'records' });
      yield events;
    }
    yield [{ type: 'result', inputs, status: 'success', code: '200', message: 'success' }];
  }
}

function checkedPath(path: string): string {
  if (path.length <= MAX_PATH_BYTES) return path;
  throw new ConnectorError({
    category: 'tooLarge',
    code: 'SOQL_TOO_LONG',
    message: `the statement is ${path.length} bytes long as an address; ${MAX_PATH_BYTES} are possible: select fewer fields or shorten the filter`,
    effect: 'none',
    retryable: false,
  });
}
