import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  isConnectorError,
  type Operation,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { CustomSoqlProperties } from '../../properties/operation-properties.js';
import { documentError } from '../../transport/refusals.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { checkConfiguredHeaders } from '../document-headers.js';
import { documentText } from '../document-text.js';
import { endsEverything } from '../record-pages.js';
import { runStatement } from './soql-statement.js';

type Properties = CustomSoqlProperties;

/**
 * Each document is a SOQL statement, sent as it is. Gives each record as a document of its own; a statement that fails has a result that says why, and the next one goes on.
 * Source: Salesforce SOQL and SOSL Reference, "SOQL SELECT Syntax"; REST API Developer Guide, "Query".
 */
@injectable()
export class CustomSoqlOperation implements Operation<Properties> {
  constructor(@inject(SalesforceTransport) private readonly transport: SalesforceTransport) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    checkConfiguredHeaders(context.properties);
    for await (const document of documents) {
      try {
        const soql = await documentText(document, context);
        if (soql.trim() === '') throw documentError('SOQL_MISSING', 'the document holds no SOQL statement');
        yield* runStatement(soql, document, this.transport, context);
      } catch (error) {
        if (!isConnectorError(error) || endsEverything(error)) throw error;
        yield failed([document.id], error.info);
      }
    }
  }
}
