import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
} from '@connector-runtime/core';
import type { QueryProperties } from '../../properties/query-properties.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { ConfiguredQueries } from '../configured-queries.js';
import { runRestStatement } from './rest-statement.js';

type Properties = QueryProperties;

/** Runs one query per document and gives each record as a document of its own, in XML or JSON. */
@injectable()
export class QueryOperation implements Operation<Properties> {
  constructor(
    @inject(ConfiguredQueries) private readonly queries: ConfiguredQueries,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    return this.queries.run(documents, context, (soql, document) =>
      runRestStatement(soql, document, this.transport, context),
    );
  }
}
