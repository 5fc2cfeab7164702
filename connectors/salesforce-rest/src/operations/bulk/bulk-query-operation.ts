import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  isConnectorError,
  type Operation,
} from '@connector-runtime/core';
import { eachDocument } from '@connector-runtime/core/authoring';
import { DescribeCache } from '../../describe/describe-cache.js';
import type { QueryProperties } from '../../properties/query-properties.js';
import { refuseBulkChildren } from '../../soql/bulk-fields.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { ObjectTarget } from '../object-target.js';
import { QueryPlan } from '../query-plan.js';
import { runBulkStatement } from './bulk-statement.js';

type Properties = QueryProperties;

/**
 * Runs one query job per document and gives each row as a document of its own, in XML or JSON, parents nested again. Child records are refused: Bulk API 2.0 has none.
 * What is null comes as an empty cell, and goes out as `xsi:nil` or JSON's `null`, as over REST. Jobs and their results stay on the service for seven days.
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
    refuseBulkChildren(context.properties.fields ?? []);
    const describe = await this.target.check('queryable', context);
    const plan = await QueryPlan.make(describe, this.describes, context);
    yield* eachDocument(documents, (document) => this.read(document, plan, context));
  }

  private async *read(document: Document<Properties>, plan: QueryPlan, context: ExecutionContext<Properties>): Events {
    try {
      yield* runBulkStatement(await plan.soqlFor(document, context), document, this.transport, context);
    } catch (error) {
      if (isConnectorError(error)) await this.target.noteRefusals(plan.objectType, [error.info], context);
      throw error;
    }
  }
}
