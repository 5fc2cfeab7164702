import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
} from '@connector-runtime/core';
import type { CustomSoqlProperties } from '../../properties/query-properties.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { eachStatement } from '../soql-documents.js';
import { runRestStatement } from './rest-statement.js';

type Properties = CustomSoqlProperties;

/**
 * Each document is a SOQL statement, sent as it is. Gives each record as a document of its own; a statement that fails has a result that says why, and the next one goes on.
 * Source: Salesforce SOQL and SOSL Reference, "SOQL SELECT Syntax"; REST API Developer Guide, "Query".
 */
@injectable()
export class CustomSoqlOperation implements Operation<Properties> {
  constructor(@inject(SalesforceTransport) private readonly transport: SalesforceTransport) {}

  execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    return eachStatement(documents, context, (soql, document) =>
      runRestStatement(soql, document, this.transport, context),
    );
  }
}
