import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type Connection,
  type Document,
  type Events,
  type ExecutionContext,
  HTTP_CLIENT,
  type HttpClient,
  inject,
  injectable,
  type JsonSchema,
  type Operation,
  type OperationEvent,
  type Properties,
  type ResultEvent,
  type TestFinding,
} from '@connector-runtime/core';
import { definePlugin, perBatch, perDocument } from '@connector-runtime/core/authoring';

const CONNECTION: JsonSchema = {
  type: 'object',
  required: ['url', 'token'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', pattern: '^https?://' },
    token: { type: 'string', format: 'password', writeOnly: true },
    concurrent: { type: 'integer', minimum: 1, maximum: 10, default: 4 },
    labels: { type: 'object', additionalProperties: false, properties: { tenant: { type: 'string' } } },
  },
};

const NONE: JsonSchema = { type: 'object', additionalProperties: false, properties: {} };
const LIMITS = { maxDocumentBytes: 100_000, maxInFlight: 4, stopWithinMs: 1_000 };
const MAX_ANSWER_BYTES = 10_000_000;

/** Talks to the service of notes. */
@injectable()
export class NotesService {
  constructor(
    @inject(HTTP_CLIENT) private readonly http: HttpClient,
    @inject(CONNECTION_PROPERTIES) private readonly properties: Properties,
  ) {}

  async send(
    method: string,
    path: string,
    effect: 'none' | 'once',
    body: string | undefined,
    context: CallContext,
  ): Promise<unknown> {
    const token = this.properties['token'] as { reveal(): string };
    const answer = await this.http.send(
      {
        method,
        url: `${String(this.properties['url'])}${path}`,
        headers: () => ({ authorization: `Bearer ${token.reveal()}`, 'content-type': 'application/json' }),
        effect,
        ...(body === undefined ? {} : { body }),
      },
      context,
    );
    return answer.body.json(MAX_ANSWER_BYTES);
  }
}

@injectable()
export class NotesConnection implements Connection {
  constructor(
    @inject(NotesService) protected readonly service: NotesService,
    @inject(CONNECTION_PROPERTIES) protected readonly properties: Properties,
  ) {}

  async open(context: CallContext): Promise<void> {
    await this.service.send('GET', '/me', 'none', undefined, context);
  }

  async test(context: CallContext): Promise<readonly TestFinding[]> {
    const startedMs = context.clock.now();
    await this.service.send('GET', '/me', 'none', undefined, context);
    return [{ name: 'account', ok: true, tookMs: context.clock.now() - startedMs }];
  }

  async close(): Promise<void> {}
}

/** Creates one note for each document, ten in a request; the service judges each by itself. */
@injectable()
export class CreateNotes implements Operation {
  constructor(@inject(NotesService) protected readonly service: NotesService) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perBatch(documents, context, (batch) => this.create(batch, context));
  }

  protected async create(batch: readonly Document[], context: ExecutionContext): Promise<readonly OperationEvent[]> {
    const texts = await Promise.all(batch.map((document) => document.body.text(LIMITS.maxDocumentBytes)));
    const items = batch.map(({ id }, index) => ({ id, text: texts[index] ?? '' }));
    const answers = (await this.service.send('POST', '/notes', 'once', JSON.stringify(items), context)) as readonly {
      readonly ok: boolean;
      readonly code: string;
    }[];
    return batch.map((document, index) => this.resultOf(document, answers[index]));
  }

  protected resultOf(
    { id }: Document,
    answer: { readonly ok: boolean; readonly code: string } | undefined,
  ): ResultEvent {
    if (answer?.ok === true) return { type: 'result', inputs: [id], status: 'success', code: answer.code };
    const code = answer?.code ?? 'NO_ANSWER';
    const error = {
      category: 'validation',
      code: 'NOTE_REFUSED',
      message: `the service refused it: ${code}`,
      effect: 'none',
      retryable: false,
    } as const;
    return { type: 'result', inputs: [id], status: 'applicationError', code, error };
  }
}

/** Reads all notes, for each document once. */
@injectable()
export class ReadNotes implements Operation {
  constructor(@inject(NotesService) private readonly service: NotesService) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, async ({ id }) => {
      const notes = (await this.service.send('GET', '/notes', 'none', undefined, context)) as readonly {
        readonly text: string;
      }[];
      const outputs = notes.map(({ text }): OperationEvent => ({ type: 'output', inputs: [id], body: text }));
      return [...outputs, { type: 'result', inputs: [id], status: 'success', code: '200' }];
    });
  }
}

/** A small good plugin over HTTP: what the suite's mutants are made from. */
export const notesPlugin = definePlugin({
  manifest: {
    id: 'notes',
    version: '1.0.0',
    contract: '^1.0',
    title: 'Notes',
    configVersion: 1,
    egress: ['{/url}'],
    connection: { properties: CONNECTION, concurrency: '/concurrent' },
    operations: [
      {
        id: 'create',
        title: 'Create notes',
        effect: 'create',
        repeat: 'unsafe',
        properties: NONE,
        objectType: 'none',
        accepts: ['text/plain'],
        emits: [],
        batch: { maxDocuments: 10, atomic: 'never' },
        order: 'input',
        resumable: false,
        reconciles: false,
        limits: LIMITS,
      },
      {
        id: 'read',
        title: 'Read notes',
        effect: 'read',
        repeat: 'safe',
        properties: NONE,
        objectType: 'none',
        accepts: ['text/plain'],
        emits: ['text/plain'],
        order: 'input',
        resumable: false,
        reconciles: false,
        limits: LIMITS,
      },
    ],
  },
  connection: NotesConnection,
  operations: { create: () => CreateNotes, read: () => ReadNotes },
  shared: [NotesService],
});
