import {
  ConnectorError,
  type Document,
  type ErrorInfo,
  type Events,
  type ExecutionContext,
  type HttpResponse,
  inject,
  injectable,
  type Json,
  type Operation,
  type OperationEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import { perBatch, perDocument } from '@connector-runtime/core/authoring';
import { ItemsClient, type ItemsRequest } from './items-client.js';
import { codeOf, protocolError } from './items-refusal.js';

/** Of one item. */
export const MAX_ITEM_BYTES = 100_000;
const MAX_ANSWER_BYTES = 10_000_000;

/** An item on its way to the service: its text as it came, so that numbers keep every digit. */
interface Item {
  readonly key: string;
  readonly text: string;
}

/** What the service says of one item. */
interface Outcome {
  readonly ok?: unknown;
  readonly code?: unknown;
}

/** Reads every item, page by page, for each document once; resumes behind the last page that was handed on. */
@injectable()
export class ReadItems implements Operation {
  constructor(@inject(ItemsClient) protected readonly client: ItemsClient) {}

  async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    const resumed = resumedState(context.resumeFrom);
    for await (const { id } of documents) {
      try {
        let from: number | undefined = this.firstOf(id, resumed);
        while (from !== undefined) {
          const { texts, next } = await this.page(from, context);
          const outputs = texts.map((body): OperationEvent => ({ type: 'output', inputs: [id], body }));
          yield* this.handOn(outputs, next === undefined ? undefined : { document: id, next });
          from = next;
        }
        yield { type: 'result', inputs: [id], status: 'success', code: '200' };
      } catch (error) {
        if (!isOfOneDocument(error)) throw error;
        yield { type: 'result', inputs: [id], status: 'failure', message: error.message, error: error.info };
      }
    }
  }

  /** The item that the document's reading begins with. */
  protected firstOf(id: string, resumed: Resumed | undefined): number {
    return resumed?.document === id ? resumed.next : 0;
  }

  protected async *handOn(
    outputs: readonly OperationEvent[],
    state: Json | undefined,
  ): AsyncGenerator<readonly OperationEvent[]> {
    yield state === undefined ? outputs : [...outputs, { type: 'checkpoint', state }];
  }

  protected async page(
    from: number,
    context: ExecutionContext,
  ): Promise<{ readonly texts: readonly string[]; readonly next: number | undefined }> {
    const answer = await this.client.send(
      {
        method: 'GET',
        path: `/items/${encodeURIComponent(context.objectType)}?from=${from}`,
        effect: 'none',
        step: 'read',
      },
      context,
    );
    const { texts, next } = this.parsed(await textOf(answer));
    if (next !== undefined && next <= from) throw protocolError(`the page behind item ${from} leads back to ${next}`);
    return { texts, next };
  }

  protected parsed(page: string): { readonly texts: readonly string[]; readonly next: number | undefined } {
    return parsedPage(page);
  }
}

/** Has the service export every item, waits for it, and reads what came out. */
@injectable()
export class ExportItems implements Operation {
  constructor(@inject(ItemsClient) protected readonly client: ItemsClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, async ({ id }) => {
      const job = await this.start(context);
      try {
        await this.untilDone(job, context);
        const answer = await this.client.send(
          { method: 'GET', path: `/jobs/${job}/rows`, effect: 'none', step: 'rows' },
          context,
        );
        const outputs = parsedPage(await textOf(answer)).texts.map(
          (body): OperationEvent => ({ type: 'output', inputs: [id], body }),
        );
        return [...outputs, { type: 'result', inputs: [id], status: 'success', code: '200' }];
      } catch (error) {
        await this.end(job, context);
        throw error;
      }
    });
  }

  /** The longer it takes, the longer the pause. */
  protected pauseMs(polls: number, context: ExecutionContext): number {
    return Math.min(120_000, 250 * 1.5 ** polls) * (1 + context.clock.random() / 4);
  }

  private async start(context: ExecutionContext): Promise<string> {
    const answer = await this.client.send(
      { method: 'POST', path: '/jobs', body: '{}', effect: 'repeatable', step: 'start' },
      context,
    );
    return encodeURIComponent(((await answer.body.json(MAX_ANSWER_BYTES)) as { readonly id: string }).id);
  }

  private async untilDone(job: string, context: ExecutionContext): Promise<void> {
    for (let polls = 0; ; polls += 1) {
      const answer = await this.client.send(
        { method: 'GET', path: `/jobs/${job}`, effect: 'none', step: 'poll' },
        context,
      );
      const { state } = (await answer.body.json(MAX_ANSWER_BYTES)) as { readonly state?: unknown };
      if (state === 'done') return;
      if (state !== 'running') throw protocolError('the job has a state that is unknown');
      await context.clock.sleep(this.pauseMs(polls, context), context.signal);
    }
  }

  /** Best effort: the job is not left behind. */
  private async end(job: string, context: ExecutionContext): Promise<void> {
    await this.client
      .send({ method: 'DELETE', path: `/jobs/${job}`, effect: 'repeatable', step: 'end' }, context.cleanup)
      .catch(() => undefined);
  }
}

/** Creates items, ten in a request; the service judges each by itself, or all together with `allOrNone`. */
@injectable()
export class CreateItems implements Operation {
  constructor(@inject(ItemsClient) protected readonly client: ItemsClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perBatch(documents, context, (batch) => this.create(batch, context));
  }

  /** Asks the service which of the keys are there. */
  reconcile(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, async (document) => {
      const { key } =
        document.receipt === undefined ? await itemOf(document) : (document.receipt as { readonly key: string });
      return this.settled(document.id, await this.isThere(key, context));
    });
  }

  protected async create(batch: readonly Document[], context: ExecutionContext): Promise<readonly OperationEvent[]> {
    const refused: OperationEvent[] = [];
    const items: (Item & { readonly id: string })[] = [];
    for (const document of batch) {
      try {
        items.push({ id: document.id, ...(await itemOf(document)) });
      } catch (error) {
        if (!isOfOneDocument(error)) throw error;
        refused.push({
          type: 'result',
          inputs: [document.id],
          status: 'applicationError',
          message: error.message,
          error: error.info,
        });
      }
    }
    if (items.length === 0) return refused;
    try {
      return [...refused, ...(await this.send(items, batch[0] as Document, context))];
    } catch (error) {
      if (refused.length === 0 || !(error instanceof ConnectorError)) throw error;
      return [...refused, ...items.map(({ id }) => this.lost(id, error.info))];
    }
  }

  protected async send(
    items: readonly (Item & { readonly id: string })[],
    first: Document,
    context: ExecutionContext,
  ): Promise<readonly ResultEvent[]> {
    const { tag } = first.properties as { readonly tag?: string };
    const head = JSON.stringify({ atomic: context.properties['allOrNone'] === true, tag });
    const body = [head, ...items.map(({ text }) => text.replaceAll('\n', ' '))].join('\n');
    const answer = await this.client.send(
      {
        method: 'POST',
        path: `/items/${encodeURIComponent(context.objectType)}`,
        body,
        effect: 'once',
        step: 'create',
      },
      context,
    );
    const results = (await answer.body.json(MAX_ANSWER_BYTES)) as unknown as readonly Outcome[];
    if (!Array.isArray(results) || results.length !== items.length)
      throw protocolError(`${items.length} items were sent and another number answered`, 'unknown');
    return items.map((item, index) => this.resultOf(item, results[index] as Outcome));
  }

  protected resultOf({ id, key }: Item & { readonly id: string }, { ok, code: said }: Outcome): ResultEvent {
    if (ok === true) return { type: 'result', inputs: [id], status: 'success', code: '201', receipt: { key } };
    if (ok !== false) return this.lost(id, protocolError('the service does not say what became of it', 'unknown').info);
    const code = codeOf(said) ?? 'REFUSED';
    const message = `the service refuses the item: ${code}`;
    const error: ErrorInfo = {
      category: 'validation',
      code: `ITEMS_${code}`,
      message,
      effect: 'none',
      retryable: false,
    };
    return { type: 'result', inputs: [id], status: 'applicationError', code, message, error };
  }

  protected settled(id: string, isThere: boolean): ResultEvent {
    if (isThere) return { type: 'result', inputs: [id], status: 'success', code: '200' };
    return { type: 'result', inputs: [id], status: 'notAttempted', message: 'the service has no such item' };
  }

  private lost(id: string, info: ErrorInfo): ResultEvent {
    return {
      type: 'result',
      inputs: [id],
      status: info.effect === 'unknown' ? 'unknown' : 'failure',
      message: info.message,
      error: info,
    };
  }

  /** Only the service itself knows: what a proxy answers in its place says nothing. */
  protected async isThere(key: string, context: ExecutionContext): Promise<boolean> {
    try {
      const request = { method: 'GET', path: itemPath(context, key), effect: 'none', step: 'reconcile' } as const;
      const answer = await this.client.send(request, context);
      if (keyIn(await textOf(answer)) === key) return true;
    } catch (error) {
      if (error instanceof ConnectorError && error.info.service?.code === 'ITEM_UNKNOWN') return false;
      throw error;
    }
    throw protocolError('the answer is not the item that was asked for');
  }
}

/** Changes the fields that a document gives, and no other. */
@injectable()
export class UpdateItems implements Operation {
  constructor(@inject(ItemsClient) protected readonly client: ItemsClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, (document) => this.update(document, context));
  }

  protected async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
    const { key, text } = await itemOf(document);
    return successOf(
      document,
      await this.client.send(
        {
          method: 'PATCH',
          path: itemPath(context, key),
          body: this.changes(text),
          effect: 'repeatable',
          step: 'update',
        },
        context,
      ),
    );
  }

  protected changes(text: string): string {
    return text;
  }
}

/** Puts an item under its key, whether or not there is one. */
@injectable()
export class UpsertItems implements Operation {
  constructor(@inject(ItemsClient) protected readonly client: ItemsClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, async (document) =>
      this.upsert(document, await document.body.text(MAX_ITEM_BYTES), context),
    );
  }

  protected async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
    const { key } = parsedItem(text);
    return successOf(
      document,
      await this.client.send(
        { method: 'PUT', path: itemPath(context, key), body: text, effect: this.effect, step: 'upsert' },
        context,
      ),
    );
  }

  protected get effect(): 'repeatable' | 'once' {
    return 'repeatable';
  }
}

/** Deletes the item of a document's key. */
@injectable()
export class DeleteItems implements Operation {
  constructor(@inject(ItemsClient) protected readonly client: ItemsClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, (document) => this.remove(document, context));
  }

  protected async remove(document: Document, context: ExecutionContext): Promise<ResultEvent> {
    const { key } = await itemOf(document);
    return successOf(
      document,
      await this.client.send(
        { method: 'DELETE', path: this.path(context, key), effect: 'repeatable', step: 'delete' },
        context,
      ),
    );
  }

  protected path(context: ExecutionContext, key: string): string {
    return itemPath(context, key);
  }
}

/** Hands a file of any size on as it comes. */
@injectable()
export class UploadFiles implements Operation {
  constructor(@inject(ItemsClient) protected readonly client: ItemsClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, (document) => this.upload(document, context));
  }

  protected async upload(document: Document, context: ExecutionContext): Promise<ResultEvent> {
    return successOf(document, await this.client.send(this.request(document), context));
  }

  protected request(document: Document): ItemsRequest {
    const name = String(document.properties['name'] ?? document.id);
    return {
      method: 'POST',
      path: `/files/${encodeURIComponent(name)}`,
      body: document.body,
      effect: 'once',
      step: 'upload',
    };
  }
}

/** Whatever is no JSON was not said by the service: what became of the document is then unknown. */
async function successOf({ id }: Document, { status, body }: HttpResponse): Promise<ResultEvent> {
  try {
    await body.json(MAX_ANSWER_BYTES);
  } catch {
    throw protocolError('the answer is not that of the service', 'unknown');
  }
  return { type: 'result', inputs: [id], status: 'success', code: String(status) };
}

function itemPath(context: ExecutionContext, key: string): string {
  return `/items/${encodeURIComponent(context.objectType)}/${encodeURIComponent(key)}`;
}

/** Throws `validation` where the document is no item with a key. Read once: a stream's bytes are given once. */
async function itemOf(document: Document): Promise<Item> {
  return parsedItem(await document.body.text(MAX_ITEM_BYTES));
}

function parsedItem(text: string): Item {
  const key = keyIn(text);
  if (typeof key === 'string' && key !== '' && key !== '.' && key !== '..') return { key, text };
  const message = 'an item is a JSON object with a key: a text that is not empty, "." or ".."';
  throw new ConnectorError({
    category: 'validation',
    code: 'ITEMS_KEY_MISSING',
    message,
    effect: 'none',
    retryable: false,
    path: '/key',
  });
}

function keyIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'key')
      ? (value as { readonly key: unknown }).key
      : undefined;
  } catch {
    return undefined;
  }
}

function textOf(answer: HttpResponse): Promise<string> {
  return answer.body.text(MAX_ANSWER_BYTES);
}

function parsedPage(page: string): { readonly texts: readonly string[]; readonly next: number | undefined } {
  const [head, ...texts] = page.split('\n');
  const { count, next } = parsedHead(head ?? '');
  if (texts.pop() !== '' || texts.length !== count) throw protocolError(`a page of ${count} items has ${texts.length}`);
  return { texts, next };
}

function parsedHead(head: string): { readonly count: number; readonly next?: number } {
  try {
    const { count, next } = JSON.parse(head) as { readonly count: number; readonly next?: number };
    if (Number.isInteger(count)) return { count, ...(next === undefined ? {} : { next }) };
  } catch {
    // told below
  }
  throw protocolError('a page does not begin with its count');
}

function isOfOneDocument(error: unknown): error is ConnectorError {
  return (
    error instanceof ConnectorError && (error.info.category === 'validation' || error.info.category === 'tooLarge')
  );
}

/** What a checkpoint says: the document that was being read, and its next item. */
interface Resumed {
  readonly document: string;
  readonly next: number;
}

/** Throws where the state is none of ours: to begin anew in silence would repeat what the host has. */
function resumedState(state: Json | undefined): Resumed | undefined {
  if (state === undefined) return undefined;
  const { document, next } = (typeof state === 'object' && state !== null ? state : {}) as {
    readonly document?: unknown;
    readonly next?: unknown;
  };
  if (typeof document === 'string' && Number.isInteger(next)) return { document, next: next as number };
  throw new ConnectorError({
    category: 'config',
    code: 'CHECKPOINT_INVALID',
    message: 'the checkpoint is none of this operation',
    effect: 'none',
    retryable: false,
  });
}
