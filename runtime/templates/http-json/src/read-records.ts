import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type JsonRecord,
  type Operation,
} from '@connector-runtime/core';
import { isObject, objectIn, unexpectedAnswer } from './answers.js';
import { Client } from './client.js';

/** Reads all records of an object type, page by page, for each document once. (A host that gives no documents to a read gives it one that is empty.) */
@injectable()
export class ReadRecords implements Operation {
  constructor(@inject(Client) private readonly client: Client) {}

  /** A page is asked for when the host has taken the one before. What is thrown ends the run, and the document by the error's category. */
  async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    for await (const { id } of documents) {
      for await (const records of this.pages(context))
        yield records.map((body) => ({ type: 'output' as const, inputs: [id], body }));
      yield { type: 'result', inputs: [id], status: 'success', code: '200' };
    }
  }

  private async *pages(context: ExecutionContext): AsyncGenerator<readonly JsonRecord[]> {
    const path = `/records/${encodeURIComponent(context.objectType)}`;
    const followed = new Set<string>();
    for (let cursor = ''; ; ) {
      // A cursor is the service's: it may hold any character.
      const query = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      const answer = await this.client.send({ method: 'GET', path: path + query, effect: 'none' }, context);
      const { records, next } = await objectIn(answer, 'none');
      if (!Array.isArray(records) || !records.every(isObject)) throw unexpectedAnswer('a page has no records', 'none');
      yield records;
      // Only the service says which page is the last: a short or empty one need not be.
      if (next === undefined) return;
      if (typeof next !== 'string' || next === '' || followed.has(next))
        throw unexpectedAnswer('the next page is none, or one that was read already', 'none');
      followed.add(next);
      cursor = next;
    }
  }
}
