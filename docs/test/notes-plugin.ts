import {
  type Body,
  ConnectorError,
  type ConnectorPlugin,
  type Document,
  type Events,
  type ExecutionContext,
  type Json,
} from '@connector-runtime/core';
import { definePlugin, perDocument } from '@connector-runtime/core/authoring';

const PAGE = 2;

/** A service in this process, for what the Salesforce plugin has no use for: dynamic properties, JSON, receipts, checkpoints, streams. */
export class NotesService {
  /** What it applied. */
  readonly notes: { readonly key: string; readonly tag: string }[] = [];
  /** Keys whose note is kept, and the answer lost. */
  readonly losesAnswerTo = new Set<string>();
  /** Keys whose note is lost on its way, and nobody can tell. */
  readonly losesRequestOf = new Set<string>();
  /** Pages that were read. */
  pages = 0;
  /** It answers no read. */
  isAway = false;
  readonly file = 'every byte of it\n'.repeat(10_000);
}

const NONE = { type: 'object', additionalProperties: false, properties: {} } as const;
const LIMITS = { maxDocumentBytes: 1_000, maxInFlight: 1, stopWithinMs: 1_000 };
const READ = { effect: 'read', repeat: 'safe', properties: NONE, objectType: 'none', accepts: ['*/*'] } as const;

/** A plugin for this service: creates that reconcile, reads that resume, and an output that is a stream. */
export function notesPlugin(service: NotesService): ConnectorPlugin {
  return definePlugin({
    manifest: {
      id: 'notes',
      version: '1.0.0',
      contract: '^1.0',
      title: 'Notes',
      configVersion: 1,
      egress: 'own',
      connection: { properties: NONE },
      operations: [
        {
          id: 'create',
          title: 'Create notes',
          effect: 'create',
          repeat: 'unsafe',
          properties: { ...NONE, properties: { tag: { type: 'string', default: 'none', 'x-dynamic': true } } },
          objectType: 'none',
          accepts: ['application/json', 'text/csv'],
          emits: [],
          order: 'input',
          resumable: false,
          reconciles: true,
          limits: LIMITS,
        },
        {
          id: 'list',
          title: 'List',
          ...READ,
          emits: ['application/json'],
          order: 'input',
          resumable: true,
          reconciles: false,
          limits: LIMITS,
        },
        {
          id: 'download',
          title: 'File',
          ...READ,
          emits: ['text/plain'],
          order: 'input',
          resumable: false,
          reconciles: false,
          limits: LIMITS,
        },
      ],
    },
    connection: class {
      async open() {}
      async test() {
        return [];
      }
      async close() {}
    },
    operations: {
      create: () =>
        class {
          execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
            return perDocument(documents, context, (document) => create(service, document));
          }
          reconcile(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
            return perDocument(documents, context, async ({ id, receipt }) => {
              const isThere = service.notes.some(({ key }) => key === (receipt as { readonly key: string }).key);
              return { type: 'result', inputs: [id], status: isThere ? 'success' : 'notAttempted' };
            });
          }
        },
      list: () =>
        class {
          async *execute(documents: AsyncIterable<Document>, { resumeFrom }: ExecutionContext): Events {
            for await (const { id } of documents) {
              if (service.isAway) throw away();
              for (let at = Number(resumeFrom ?? 0); at < service.notes.length; at += PAGE) {
                service.pages += 1;
                const page = service.notes.slice(at, at + PAGE);
                yield page.map((body) => ({ type: 'output' as const, inputs: [id], body }));
                yield { type: 'checkpoint', state: at + PAGE };
              }
              yield { type: 'result', inputs: [id], status: 'success' };
            }
          }
        },
      download: () =>
        class {
          async *execute(documents: AsyncIterable<Document>): Events {
            for await (const { id } of documents) {
              yield { type: 'output', inputs: [id], body: streamed(service.file) };
              yield { type: 'result', inputs: [id], status: 'success' };
            }
          }
        },
    },
  });
}

async function create(service: NotesService, { id, body, properties }: Document) {
  const text = await body.text(1_000);
  const key = body.mediaType === 'text/csv' ? (text.split('\n')[1] ?? '') : keyIn(JSON.parse(text) as Json);
  if (key === 'refused') {
    const error = {
      category: 'validation',
      code: 'REFUSED',
      message: 'not this one',
      effect: 'none',
      retryable: false,
    } as const;
    throw new ConnectorError(error);
  }
  const isLost = service.losesRequestOf.has(key);
  if (!isLost) service.notes.push({ key, tag: String(properties['tag']) });
  const status = isLost || service.losesAnswerTo.has(key) ? ('unknown' as const) : ('success' as const);
  return { type: 'result' as const, inputs: [id], status, receipt: { key } };
}

function away(): ConnectorError {
  const message = 'the service is away';
  return new ConnectorError({ category: 'unavailable', code: 'AWAY', message, effect: 'none', retryable: true });
}

function keyIn(note: Json): string {
  return (note as { readonly key: string }).key;
}

/** Given once, in pieces. */
function streamed(text: string): Body {
  const bytes = async () => Buffer.from(text);
  return {
    mediaType: 'text/plain',
    repeatable: false,
    async *open() {
      for (let at = 0; at < text.length; at += 4_096) yield Buffer.from(text.slice(at, at + 4_096));
    },
    bytes,
    text: async () => text,
    json: async () => text,
  };
}
