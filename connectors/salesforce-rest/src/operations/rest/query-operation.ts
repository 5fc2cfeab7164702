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
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { ObjectTarget } from '../object-target.js';
import { QueryPlan } from '../query-plan.js';
import { runStatement } from './soql-statement.js';

type Properties = QueryProperties;

/**
 * Runs one query per document and gives each record as a document of its own, in XML or JSON. A document matters only where the filter takes values from it.
 */
@injectable()
export class QueryOperation implements Operation<Properties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(DescribeCache) private readonly describes: DescribeCache,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    const describe = await this.target.check('queryable', context);
    const plan = await QueryPlan.make(describe, this.describes, context);
    yield* eachDocument(documents, (document) => this.read(document, plan, context));
  }

  private async *read(document: Document<Properties>, plan: QueryPlan, context: ExecutionContext<Properties>): Events {
    try {
      yield* runStatement(await plan.soqlFor(document, context), document, this.transport, context);
    } catch (error) {
      if (isConnectorError(error)) await this.target.noteRefusals(plan.objectType, [error.info], context);
      throw error;
    }
  }
}
