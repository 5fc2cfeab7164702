import {
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
  type ResultEvent,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { ServiceConnection } from './connection.js';

const MAX_ANSWER_BYTES = 1_000_000;

/** Creates a note for each document. */
@injectable()
export class CreateNotes implements Operation {
  constructor(@inject(ServiceConnection) private readonly connection: ServiceConnection) {}

  /** `perDocument` keeps `maxInFlight` and the order; what is thrown becomes the document's result by the error's category. */
  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, (document) => this.create(document, context));
  }

  private async create({ id, body }: Document, context: ExecutionContext): Promise<ResultEvent> {
    // Sent as it came, so that numbers keep every digit. One that is too large is thrown here, and never sent.
    const note = await body.text(context.operation.limits.maxDocumentBytes);
    const answer = await this.connection.send({ method: 'POST', path: '/notes', effect: 'once', body: note }, context);
    // A proxy or a login page answers 200 too; what became of the note is then unknown.
    const created = (await answer.body.json(MAX_ANSWER_BYTES)) as { readonly id?: unknown } | null;
    if (created?.id !== undefined)
      return { type: 'result', inputs: [id], status: 'success', code: String(answer.status) };
    throw new ConnectorError({
      category: 'protocol',
      code: 'ACME_ANSWER_UNEXPECTED',
      message: 'the answer to a create has no id',
      effect: 'unknown',
      retryable: false,
    });
  }
}
