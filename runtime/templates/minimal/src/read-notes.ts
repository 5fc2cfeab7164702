import {
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type JsonRecord,
  type Operation,
} from '@connector-runtime/core';
import { ServiceConnection } from './connection.js';

const MAX_PAGE_BYTES = 1_000_000;

/** Reads all notes, page by page, for each document once. (A host that gives no documents to a read gives it one that is empty.) */
@injectable()
export class ReadNotes implements Operation {
  constructor(@inject(ServiceConnection) private readonly connection: ServiceConnection) {}

  /** A page is asked for when the host has taken the one before. What is thrown ends the run, and the document by the error's category. */
  async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    for await (const { id } of documents) {
      for (let page: number | undefined = 1; page !== undefined; ) {
        const { notes, next } = await this.page(page, context);
        yield notes.map((body) => ({ type: 'output' as const, inputs: [id], body }));
        // Pages that count up cannot lead in a circle.
        if (next !== undefined && next <= page) throw unexpectedAnswer(`page ${page} leads back to page ${next}`);
        page = next;
      }
      yield { type: 'result', inputs: [id], status: 'success', code: '200' };
    }
  }

  /** What answers with success need not be the service: it is looked at before it is believed. */
  private async page(page: number, context: ExecutionContext): Promise<Page> {
    const answer = await this.connection.send({ method: 'GET', path: `/notes?page=${page}`, effect: 'none' }, context);
    const { notes, next } = ((await answer.body.json(MAX_PAGE_BYTES)) ?? {}) as Partial<Page>;
    if (!Array.isArray(notes) || !(next === undefined || Number.isInteger(next)))
      throw unexpectedAnswer('a page has no notes');
    return { notes, next };
  }
}

interface Page {
  readonly notes: readonly JsonRecord[];
  /** Only the service says which page is the last: a short or empty one need not be. */
  readonly next: number | undefined;
}

function unexpectedAnswer(message: string): ConnectorError {
  return new ConnectorError({
    category: 'protocol',
    code: 'ACME_ANSWER_UNEXPECTED',
    message,
    effect: 'none',
    retryable: false,
  });
}
