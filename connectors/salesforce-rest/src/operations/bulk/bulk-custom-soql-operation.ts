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
import { runBulkStatement } from './bulk-statement.js';

type Properties = CustomSoqlProperties;

/**
 * Each document is a SOQL statement that runs as a query job of its own; each row is a document, parents nested again.
 * Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Query".
 */
@injectable()
export class BulkCustomSoqlOperation implements Operation<Properties> {
  constructor(@inject(SalesforceTransport) private readonly transport: SalesforceTransport) {}

  execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    return eachStatement(documents, context, (soql, document) =>
      runBulkStatement(soql, document, this.transport, context),
    );
  }
}
