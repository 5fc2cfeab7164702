import type { Document, Properties } from '../document.js';
import type { Events, ExecutionContext, OperationEvent, ResultEvent } from '../operation.js';
import { runInFlight } from './in-flight.js';

/**
 * One piece of work per document: up to `context.maxInFlight` at once, results in input order where the operation declares it, and never more documents taken than that.
 *
 * `work` gives the document's `result`, alone or as the last of its events. What it throws becomes the document's result by the contract's mapping, in a reconciliation `unknown`; an error that every further
 * document would meet too (auth, quota, config, 20 in a row that found the service away) also ends the execution, after what is under way was reported. Leaving early closes `documents`.
 */
export function perDocument<P = Properties>(
  documents: AsyncIterable<Document<P>>,
  context: ExecutionContext<P>,
  work: (document: Document<P>) => Promise<ResultEvent | readonly OperationEvent[]>,
): Events {
  return runInFlight(
    documents,
    context,
    (document) => [document.id],
    async (document) => {
      const outcome = await work(document);
      return 'type' in outcome ? [outcome] : outcome;
    },
  );
}
