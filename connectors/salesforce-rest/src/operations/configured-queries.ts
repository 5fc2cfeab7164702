import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  isConnectorError,
} from '@connector-runtime/core';
import { eachDocument } from '@connector-runtime/core/authoring';
import { DescribeCache } from '../describe/describe-cache.js';
import type { QueryProperties } from '../properties/query-properties.js';
import { ObjectTarget } from './object-target.js';
import { QueryPlan } from './query-plan.js';

/** Runs the query that an operation is configured to do, once per document: checks the object type and every name, and writes the statement. A document matters only where the filter takes values from it. */
@injectable()
export class ConfiguredQueries {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(DescribeCache) private readonly describes: DescribeCache,
  ) {}

  /** `runStatement` sends the document's statement by the API that is asked for. */
  async *run(
    documents: AsyncIterable<Document<QueryProperties>>,
    context: ExecutionContext<QueryProperties>,
    runStatement: (soql: string, document: Document<QueryProperties>) => Events,
  ): Events {
    const { target } = this;
    const describe = await target.check(context);
    const plan = await QueryPlan.make(describe, this.describes, context);
    yield* eachDocument(documents, async function* (document) {
      try {
        yield* runStatement(await plan.soqlFor(document, context), document);
      } catch (error) {
        if (isConnectorError(error)) await target.noteRefusals(plan.objectType, [error.info], context);
        throw error;
      }
    });
  }
}
