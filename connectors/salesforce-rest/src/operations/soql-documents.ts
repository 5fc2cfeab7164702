import type { Body, CallContext, Document, Events, ExecutionContext } from '@connector-runtime/core';
import { eachDocument } from '@connector-runtime/core/authoring';
import { documentError } from '../transport/refusals.js';
import { checkConfiguredHeaders, type HeaderProperties } from './document-headers.js';
import { documentText } from './document-text.js';

/** Runs the SOQL statement that each document is; one that fails has a result that says why, and the next one goes on. */
export async function* eachStatement<P extends HeaderProperties>(
  documents: AsyncIterable<Document<P>>,
  context: ExecutionContext<P>,
  run: (soql: string, document: Document<P>) => Events,
): Events {
  checkConfiguredHeaders(context.properties);
  yield* eachDocument(documents, async function* (document) {
    yield* run(await statementOf(document, context), document);
  });
}

/** The statement that a document is; one that is empty or no UTF-8 is a `validation` error. */
export async function statementOf(
  document: { readonly body: Pick<Body, 'open'> },
  context: CallContext,
): Promise<string> {
  const soql = await documentText(document, context);
  if (soql.trim() === '') throw documentError('SOQL_MISSING', 'the document holds no SOQL statement');
  return soql;
}
