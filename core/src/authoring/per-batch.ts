import type { Document, Properties } from '../document.js';
import type { Events, ExecutionContext, OperationEvent } from '../operation.js';
import { errorInfoOf, statusOfError } from '../status.js';
import { failed, runInFlight } from './in-flight.js';

/** A document refused for the moment goes again so often at the most. */
const MAX_ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 500;

/** How documents are put together. */
export interface BatchOptions<D> {
  /** Documents in a batch at the most; default: what the operation declares as `batch.maxDocuments`. */
  readonly maxDocuments?: number;
  /** May the next document join those of the batch, of which there is one at least? Default: where its properties equal theirs, so that no document gets another's dynamic properties. */
  readonly together?: (batch: readonly D[], next: D) => boolean;
  /** For a service that refuses a whole batch for one bad document: a batch of which nothing was applied is worked on again, each document alone. Default false. */
  readonly oneByOne?: boolean;
  /** Has all the work on a batch done, its repeats among it: for batches that must wait for one another. */
  readonly inTurn?: (
    batch: readonly D[],
    work: () => Promise<readonly OperationEvent[]>,
  ) => Promise<readonly OperationEvent[]>;
}

/**
 * One piece of work per batch of documents, in input order: up to `context.maxInFlight` batches at once. A batch is worked on when it is full, when the next document may not join it, or at the end of the input.
 *
 * `work` names every document of its batch in a `result`. A result whose error is `retryable` with effect `none` (a locked row) goes again, without the others, up to 3 times in all and within the connection's budget of repeats, after a pause with full jitter.
 * What `work` throws becomes the result of the whole batch (in a reconciliation `unknown`); see {@link perDocument} for what ends the execution.
 */
export function perBatch<P = Properties, D extends Document<P> = Document<P>>(
  documents: AsyncIterable<D>,
  context: ExecutionContext<P>,
  work: (batch: readonly D[]) => Promise<readonly OperationEvent[]>,
  options: BatchOptions<D> = {},
): Events {
  const maxDocuments = options.maxDocuments ?? context.operation.batch?.maxDocuments;
  if (maxDocuments === undefined || maxDocuments < 1) {
    throw new TypeError(
      `operation ${context.operation.id} declares no batch.maxDocuments, and perBatch was given none`,
    );
  }
  const { oneByOne = false, inTurn = (_batch, settled) => settled() } = options;
  const settle = oneByOne ? wholeOrOneByOne : workUntilSettled;
  return runInFlight(
    batchesOf(documents, maxDocuments, options.together ?? haveEqualProperties<P>),
    context,
    idsOf,
    (batch) => inTurn(batch, () => settle(batch, context, work)),
  );
}

async function* batchesOf<D>(
  documents: AsyncIterable<D>,
  maxDocuments: number,
  together: (batch: readonly D[], next: D) => boolean,
): AsyncGenerator<readonly D[]> {
  let batch: D[] = [];
  for await (const document of documents) {
    if (batch.length > 0 && !together(batch, document)) {
      yield batch;
      batch = [];
    }
    batch.push(document);
    if (batch.length >= maxDocuments) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** The whole batch, and where it was refused as a whole, each document by itself. */
async function wholeOrOneByOne<P, D extends Document<P>>(
  batch: readonly D[],
  context: ExecutionContext<P>,
  work: (batch: readonly D[]) => Promise<readonly OperationEvent[]>,
): Promise<readonly OperationEvent[]> {
  const effect = context.operation.effect === 'read' ? 'none' : 'unknown';
  try {
    return await workUntilSettled(batch, context, work);
  } catch (thrown) {
    if (batch.length === 1 || statusOfError(errorInfoOf(thrown, effect)) !== 'applicationError') throw thrown;
  }
  const events: OperationEvent[] = [];
  for (const document of batch) {
    try {
      events.push(...(await workUntilSettled([document], context, work)));
    } catch (thrown) {
      events.push(failed([document.id], errorInfoOf(thrown, effect)));
    }
  }
  return events;
}

/** Sends documents that were refused for the moment again; returns the events of all attempts, each document's result once. */
async function workUntilSettled<P, D extends Document<P>>(
  batch: readonly D[],
  context: ExecutionContext<P>,
  work: (batch: readonly D[]) => Promise<readonly OperationEvent[]>,
): Promise<readonly OperationEvent[]> {
  const settled: OperationEvent[] = [];
  let pending = batch;
  for (let attempt = 1; ; attempt += 1) {
    let events: readonly OperationEvent[];
    try {
      events = await work(pending);
    } catch (thrown) {
      if (attempt === 1) throw thrown;
      const effect = context.operation.effect === 'read' ? 'none' : 'unknown';
      const info = errorInfoOf(thrown, effect);
      return inOrderOf(batch, [...settled, ...pending.map(({ id }) => failed([id], info))], context);
    }
    const refused = new Set<OperationEvent>(attempt < MAX_ATTEMPTS ? events.filter(isRefusedForNow) : []);
    if (refused.size === 0 || !context.mayRepeat()) return inOrderOf(batch, [...settled, ...events], context);
    for (const event of events) if (!refused.has(event)) settled.push(event);
    try {
      await context.clock.sleep(context.clock.random() * FIRST_BACKOFF_MS * 2 ** (attempt - 1), context.signal);
    } catch {
      return inOrderOf(batch, [...settled, ...refused], context);
    }
    const again = new Set([...refused].flatMap((event) => (event.type === 'result' ? event.inputs : [])));
    pending = pending.filter((document) => again.has(document.id));
  }
}

/** What went again comes later; put back in the order of the batch where the operation declares it. */
function inOrderOf<P>(
  batch: readonly Document<P>[],
  events: readonly OperationEvent[],
  context: ExecutionContext<P>,
): readonly OperationEvent[] {
  if (context.operation.order !== 'input' || areInOrder(batch, events)) return events;
  const places = new Map(batch.map(({ id }, index) => [id, index]));
  let place = 0;
  const placed = events.map((event) => {
    if ('inputs' in event) place = Math.min(...event.inputs.map((id) => places.get(id) ?? 0));
    return { place, event };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ event }) => event);
}

/** The common case: one result for each document, in their order. */
function areInOrder<P>(batch: readonly Document<P>[], events: readonly OperationEvent[]): boolean {
  return batch.every(({ id }, index) => {
    const event = events[index];
    return event?.type === 'result' && event.inputs.length === 1 && event.inputs[0] === id;
  });
}

function isRefusedForNow(event: OperationEvent): boolean {
  return event.type === 'result' && event.error?.retryable === true && event.error.effect === 'none';
}

function idsOf<P>(batch: readonly Document<P>[]): readonly string[] {
  return batch.map((document) => document.id);
}

/** The very object in the common case where no document overrides anything. */
function haveEqualProperties<P>([first]: readonly Document<P>[], next: Document<P>): boolean {
  return first?.properties === next.properties || JSON.stringify(first?.properties) === JSON.stringify(next.properties);
}
