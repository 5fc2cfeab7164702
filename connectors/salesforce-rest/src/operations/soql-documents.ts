import { type Document, type Events, type ExecutionContext, isConnectorError } from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import { documentError } from '../transport/refusals.js';
import { checkConfiguredHeaders, type HeaderProperties } from './document-headers.js';
import { documentText } from './document-text.js';
import { endsEverything } from './record-pages.js';

/** Runs the SOQL statement that each document is; one that fails has a result that says why, and the next one goes on. */
export async function* eachStatement<P extends HeaderProperties>(
  documents: AsyncIterable<Document<P>>,
  context: ExecutionContext<P>,
  run: (soql: string, document: Document<P>) => Events,
): Events {
  checkConfiguredHeaders(context.properties);
  for await (const document of documents) {
    try {
      const soql = await documentText(document, context);
      if (soql.trim() === '') throw documentError('SOQL_MISSING', 'the document holds no SOQL statement');
      yield* run(soql, document);
    } catch (error) {
      if (!isConnectorError(error) || endsEverything(error)) throw error;
      yield failed([document.id], error.info);
    }
  }
}
