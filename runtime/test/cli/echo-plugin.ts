import { once } from 'node:events';
import {
  type Browse,
  type CallContext,
  CONNECTION_PROPERTIES,
  type Connection,
  ConnectorError,
  type DescribeQuery,
  type Document,
  type Events,
  type ExecutionContext,
  type Field,
  inject,
  injectable,
  type JsonSchema,
  type OperationDescriptor,
  type Properties,
  type Secret,
  type Status,
} from '@connector-runtime/core';
import { definePlugin, perDocument } from '@connector-runtime/core/authoring';
import { CONTENTS } from './echo-contents.js';

/** Opens with the password "sesame" only. */
@injectable()
class EchoConnection implements Connection {
  constructor(@inject(CONNECTION_PROPERTIES) private readonly properties: Properties) {}

  async open(context: CallContext): Promise<void> {
    const password = (this.properties['password'] as Secret).reveal();
    context.logger.info(`logging in with ${password}`);
    if (password === 'sesame') return;
    throw new ConnectorError({
      category: 'auth',
      code: 'LOGIN_REFUSED',
      message: `the password ${password} was refused`,
      effect: 'none',
      retryable: false,
    });
  }

  async test() {
    return [{ name: 'account', ok: true, message: 'Echo', tookMs: 0 }];
  }

  async close(): Promise<void> {}
}

/** Gives each document back, those of {@link CONTENTS} as these; "partly" is a success of which a part failed, "bad" is refused, "hang" waits for the end of the call, "stuck" for ever. */
@injectable()
class Echo {
  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, async ({ id, body }) => {
      const text = await body.text(10_000);
      if (text === 'bad') {
        throw new ConnectorError({
          category: 'validation',
          code: 'BAD_TEXT',
          message: 'the text is bad',
          effect: 'none',
          retryable: false,
        });
      }
      const content = CONTENTS[text];
      if (content !== undefined)
        return [
          { type: 'output', inputs: [id], body: content(), mediaType: 'text/csv' },
          { type: 'result', inputs: [id], status: 'success', code: '200' },
        ];
      if (text === 'partly')
        return [
          { type: 'output', inputs: [id], body: 'done', mediaType: 'text/csv', status: 'success', code: '200' },
          {
            type: 'output',
            inputs: [id],
            body,
            mediaType: 'text/csv',
            status: 'applicationError',
            message: 'one failed',
          },
          { type: 'result', inputs: [id], status: 'success', code: '200' },
        ];
      if (text === 'stuck') {
        process.stderr.write('stuck\n');
        await new Promise(() => undefined);
      }
      if (text === 'hang') {
        process.stderr.write('hanging\n');
        await new Promise((_, reject) => {
          context.signal.addEventListener('abort', () => reject(context.signal.reason));
        });
      }
      return [
        { type: 'output', inputs: [id], body: text, mediaType: body.mediaType },
        { type: 'result', inputs: [id], status: 'success', code: '200' },
      ];
    });
  }
}

/** Gives as many outputs as asked for, a page of a hundred at a time. */
@injectable()
class Count {
  async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    const count = Number(context.properties['count']);
    for await (const { id } of documents) {
      for (let n = 0; n < count; n += 100) {
        yield Array.from({ length: Math.min(100, count - n) }, (_, index) => ({
          type: 'output' as const,
          inputs: [id],
          body: `<n>${n + index}\n</n>`,
        }));
      }
      yield { type: 'result', inputs: [id], status: 'success' };
    }
  }
}

/** A table of one row, of another header from the fifth on. */
function csvStep(n: number) {
  return { body: `A,${n < 5 ? 'B' : 'C'}\n${n},x\n`, mediaType: 'text/csv' };
}

/** Counts with a checkpoint behind every output; breaks off, fails in part, and gives what is no text, where told. */
@injectable()
class Steps {
  async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    const { count, breakAt, failedAt, lostAt, asCsv } = context.properties as {
      count: number;
      failedAt?: number;
      breakAt?: number;
      lostAt?: number;
      asCsv?: boolean;
    };
    for await (const { id } of documents) {
      for (let n = (context.resumeFrom as { next: number } | undefined)?.next ?? 0; n < count; n += 1) {
        yield {
          type: 'output',
          inputs: [id],
          ...(n === failedAt && { status: 'applicationError' as const, message: 'a part failed' }),
          ...(asCsv === true ? csvStep(n) : { body: n === lostAt ? Uint8Array.of(0xff) : `<n>${n}</n>` }),
        };
        if (n === breakAt) {
          throw new ConnectorError({
            category: 'unavailable',
            code: 'BROKE_OFF',
            message: 'broke off',
            effect: 'none',
            retryable: true,
          });
        }
        yield { type: 'checkpoint', state: { next: n + 1 } };
      }
      yield { type: 'result', inputs: [id], status: 'success' };
    }
  }
}

/** Ends each document as its text says, with a checkpoint before, unless it is not to give any; "working" says how far it is, until the end of the call. */
@injectable()
class Settle {
  async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    for await (const { id, body } of documents) {
      const text = await body.text(100);
      if (text === 'working') {
        yield { type: 'progress', done: 3, total: 4, unit: 'records' };
        await once(context.signal, 'abort');
      }
      yield { type: 'checkpoint', state: { before: id } };
      yield { type: 'result', inputs: [id], status: text as Status };
    }
  }
}

/** Never knows at once what became of a document; asked afterwards, it knows of those that were sent as "kept", by their receipts. What speaks of a refusal is refused, and quoted. */
@injectable()
class Mark {
  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, async ({ id, body }) => {
      const text = await body.text(10_000);
      if (text === 'known') return { type: 'result', inputs: [id], status: 'success', code: '201' };
      if (text.includes('refused')) {
        const error = { category: 'validation', code: 'NO', message: 'no', effect: 'none', retryable: false } as const;
        return {
          type: 'result',
          inputs: [id],
          status: 'applicationError',
          body: text,
          mediaType: body.mediaType,
          error,
        };
      }
      return { type: 'result', inputs: [id], status: 'unknown', receipt: { kept: text === 'kept' } };
    });
  }

  reconcile(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, async ({ id, receipt }) => {
      const { kept = false } = (receipt ?? {}) as { readonly kept?: boolean };
      return { type: 'result', inputs: [id], status: kept ? 'success' : 'notAttempted' };
    });
  }
}

/** Describes what it was asked; the type "Broken" is a defect. */
@injectable()
class EchoBrowse implements Browse {
  async *objectTypes({ search = '' }: { readonly search?: string }) {
    for (const id of ['Apple', 'Pear']) if (id.includes(search)) yield { id, label: `${id}s`, custom: false };
  }

  async describe(query: DescribeQuery) {
    if (query.objectType === 'Broken') throw new TypeError('a defect, in sesame');
    return { format: query.format, root: 'r', schema: JSON.stringify(query) };
  }

  async *fields(): AsyncGenerator<Field> {
    yield {
      name: 'Colour',
      label: 'Colour',
      type: 'text',
      custom: false,
      required: true,
      can: ['read'],
      hasFields: false,
    };
  }
}

const STEPS: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    count: { type: 'integer' },
    breakAt: { type: 'integer' },
    failedAt: { type: 'integer' },
    lostAt: { type: 'integer' },
    asCsv: { type: 'boolean' },
  },
};

const COUNT: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    count: { type: 'integer', minimum: 0, default: 3, title: 'How many' },
    dozens: { type: 'boolean' },
  },
  if: { required: ['dozens'], properties: { dozens: { const: true } } },
  then: { required: ['count'], description: 'dozens are counted' },
};

function descriptor(id: string, changes: Partial<OperationDescriptor>): OperationDescriptor {
  return {
    id,
    title: id,
    effect: 'create',
    repeat: 'unsafe',
    properties: { type: 'object', additionalProperties: false, properties: {} },
    objectType: 'none',
    accepts: ['application/xml', 'application/json', 'text/csv'],
    emits: ['application/xml'],
    order: 'input',
    resumable: false,
    reconciles: false,
    limits: { maxDocumentBytes: 10_000, maxInFlight: 4, stopWithinMs: 500 },
    ...changes,
  };
}

export default definePlugin({
  manifest: {
    id: 'echo',
    version: '1.2.3',
    contract: '^1.0',
    title: 'Echo',
    configVersion: 1,
    egress: 'own',
    browse: { schemas: ['xsd', 'json-schema'], lazyFields: true },
    connection: {
      properties: {
        type: 'object',
        required: ['password'],
        additionalProperties: false,
        $defs: {
          filter: {
            anyOf: [
              { type: 'string', minLength: 1 },
              { type: 'object', required: ['and'] },
            ],
          },
        },
        properties: {
          password: { type: 'string', format: 'password', writeOnly: true, title: 'Password' },
          concurrent: { type: 'integer', minimum: 1, maximum: 25, default: 5 },
          tags: { type: 'array', minItems: 1, items: { type: 'string' } },
          filter: { $ref: '#/$defs/filter', description: 'Which ones.' },
          from: { type: 'object', required: ['day'], examples: [{ day: 1 }], properties: { day: { type: 'integer' } } },
        },
      },
    },
    operations: [
      { ...descriptor('echo', { emits: ['application/xml', 'application/json', 'text/csv'] }), id: 'echo' },
      {
        ...descriptor('settle', {
          resumable: true,
          properties: { type: 'object', additionalProperties: false, properties: { plain: { type: 'boolean' } } },
          variants: [
            {
              id: 'plain',
              when: { type: 'object', properties: { plain: { const: true } }, required: ['plain'] },
              resumable: false,
              emits: ['text/csv'],
            },
          ],
        }),
      },
      {
        ...descriptor('steps', { effect: 'read', repeat: 'safe', properties: STEPS, resumable: true }),
        id: 'steps',
        emits: ['application/xml', 'text/csv'],
      },
      { ...descriptor('touch', { objectType: 'required' }), id: 'touch' },
      { ...descriptor('mark', { reconciles: true }), id: 'mark' },
      { ...descriptor('count', { effect: 'read', repeat: 'safe', properties: COUNT }), id: 'count' },
    ],
  },
  connection: EchoConnection,
  browse: () => EchoBrowse,
  operations: {
    echo: () => Echo,
    touch: () => Echo,
    settle: () => Settle,
    steps: () => Steps,
    mark: () => Mark,
    count: () => Count,
  },
});
