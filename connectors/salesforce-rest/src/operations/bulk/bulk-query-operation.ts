import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
} from '@connector-runtime/core';
import type { QueryProperties } from '../../properties/query-properties.js';
import { refuseBulkChildren } from '../../soql/bulk-children.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { ConfiguredQueries } from '../configured-queries.js';
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
    @inject(ConfiguredQueries) private readonly queries: ConfiguredQueries,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    refuseBulkChildren(context.properties.fields ?? []);
    yield* this.queries.run(documents, context, (soql, document) =>
      runBulkStatement(soql, document, this.transport, context),
    );
  }
}
