import type { Document, Properties } from '../document.js';
import { isConnectorError } from '../errors.js';
import type { Events } from '../operation.js';
import { concernsEveryDocument, failed } from './in-flight.js';

/**
 * One document after the other, each with a stream of events that ends with its result: for reads, whose outputs need not fit into memory.
 * What `work` throws becomes the document's result by the contract's mapping, and the next one goes on; an error that every further document would meet too (auth, quota, config,
 * cancelled, and what is no `ConnectorError`) ends the execution. Leaving early closes `documents`.
 */
export async function* eachDocument<P = Properties>(
  documents: AsyncIterable<Document<P>>,
  work: (document: Document<P>) => Events,
): Events {
  for await (const document of documents) {
    try {
      yield* work(document);
    } catch (error) {
      if (!isConnectorError(error) || concernsEveryDocument(error.info)) throw error;
      yield failed([document.id], error.info);
    }
  }
}
