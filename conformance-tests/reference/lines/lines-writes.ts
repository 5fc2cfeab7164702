import {
  type Document,
  type Events,
  type ExecutionContext,
  errorInfoOf,
  inject,
  injectable,
  isConnectorError,
  type Operation,
  type ResultEvent,
} from '@connector-runtime/core';
import { failed, perBatch, perDocument } from '@connector-runtime/core/authoring';
import { LinesClient } from './lines-client.js';
import { type Entry, entryOf, linesOf, targetOf } from './lines-entry.js';
import { refusal, unexpectedAnswer } from './lines-refusal.js';
import type { Answer, Statement } from './lines-wire.js';

const KEYS_AT_ONCE = 100;

/** Creates entries, ten in a statement; the service judges each by itself, and refuses a key that it has. */
@injectable()
export class CreateEntries implements Operation {
  constructor(@inject(LinesClient) protected readonly client: LinesClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perBatch(documents, context, (batch) =>
      withReadable(batch, entryOf, (entries) => this.create(entries, context)),
    );
  }

  /** Asks the service which of the keys it has. */
  reconcile(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perBatch(documents, context, (batch) => withReadable(batch, keyOf, (keys) => this.find(keys, context)), {
      maxDocuments: KEYS_AT_ONCE,
    });
  }

  protected async create(entries: ById<Entry>, context: ExecutionContext): Promise<readonly ResultEvent[]> {
    const payload = [...entries.values()].map(({ line }) => line).join('\n');
    const statement: Statement = { verb: 'ADD', target: targetOf(context), payload, effect: 'once' };
    const answer = await this.client.send(statement, context);
    const outcomes = outcomesOf(answer, entries.size, statement);
    return [...entries].map(([id, { key }], index): ResultEvent => {
      const outcome = outcomes[index] ?? '';
      if (outcome === 'OK') return { type: 'result', inputs: [id], status: 'success', receipt: { key } };
      return failed([id], refusal({ ...answer, outcome }, statement).info);
    });
  }

  protected async find(keys: ById<string>, context: ExecutionContext): Promise<readonly ResultEvent[]> {
    const payload = JSON.stringify([...keys.values()]);
    const statement: Statement = { verb: 'FIND', target: targetOf(context), payload, effect: 'none' };
    const outcomes = outcomesOf(await this.client.send(statement, context), keys.size, statement);
    return [...keys.keys()].map((id, index) => this.settled(id, isFound(outcomes[index], statement)));
  }

  protected settled(id: string, isThere: boolean): ResultEvent {
    if (isThere) return { type: 'result', inputs: [id], status: 'success' };
    return { type: 'result', inputs: [id], status: 'notAttempted', message: 'the service has no such entry' };
  }
}

/** Puts an entry under its key, whether or not there is one. */
@injectable()
export class PutEntries implements Operation {
  constructor(@inject(LinesClient) protected readonly client: LinesClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, (document) => this.put(document, context));
  }

  protected async put(document: Document, context: ExecutionContext): Promise<ResultEvent> {
    const { line } = await entryOf(document);
    await this.client.send({ verb: 'PUT', target: targetOf(context), payload: line, effect: 'repeatable' }, context);
    return { type: 'result', inputs: [document.id], status: 'success' };
  }
}

/** Removes the entry of a document's key. */
@injectable()
export class RemoveEntries implements Operation {
  constructor(@inject(LinesClient) protected readonly client: LinesClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, (document) => this.remove(document, context));
  }

  protected async remove(document: Document, context: ExecutionContext): Promise<ResultEvent> {
    const { key } = await entryOf(document);
    const payload = JSON.stringify(key);
    try {
      await this.client.send({ verb: 'REMOVE', target: targetOf(context), payload, effect: 'repeatable' }, context);
    } catch (error) {
      if (!isRemovedBefore(error)) throw error;
    }
    return { type: 'result', inputs: [document.id], status: 'success' };
  }
}

/** Nothing is there any more, and an attempt whose answer was lost may have seen to that. */
function isRemovedBefore(error: unknown): boolean {
  return isConnectorError(error) && error.info.category === 'notFound' && error.info.effect === 'unknown';
}

/** By the id of its document. */
type ById<T> = ReadonlyMap<string, T>;

/** Reads the documents of a batch and works on those that can be read: one that is no entry spoils no other. */
async function withReadable<T>(
  batch: readonly Document[],
  read: (document: Document) => Promise<T>,
  work: (good: ById<T>) => Promise<readonly ResultEvent[]>,
): Promise<readonly ResultEvent[]> {
  const good = new Map<string, T>();
  const refused: ResultEvent[] = [];
  for (const document of batch) {
    try {
      good.set(document.id, await read(document));
    } catch (error) {
      refused.push(failed([document.id], errorInfoOf(error, 'none')));
    }
  }
  if (good.size === 0) return refused;
  try {
    return [...refused, ...(await work(good))];
  } catch (error) {
    if (refused.length === 0) throw error;
    return [...refused, failed([...good.keys()], errorInfoOf(error, 'unknown'))];
  }
}

/** One for each thing that the statement named, in its order. */
function outcomesOf({ text }: Answer, count: number, statement: Statement): readonly string[] {
  const outcomes = linesOf(text);
  if (outcomes.length === count) return outcomes;
  throw unexpectedAnswer(`${count} entries were named and ${outcomes.length} answered`, statement);
}

/** Only what the service is sure of tells whether an entry is there. */
function isFound(outcome: string | undefined, statement: Statement): boolean {
  if (outcome === 'OK' || outcome === 'ABSENT') return outcome === 'OK';
  throw unexpectedAnswer('the service does not say whether it has an entry', statement);
}

/** From its receipt where it has one: a document that was streamed cannot be read again. */
async function keyOf(document: Document): Promise<string> {
  const { receipt } = document;
  return receipt === undefined ? (await entryOf(document)).key : (receipt as { readonly key: string }).key;
}
