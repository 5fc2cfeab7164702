import {
  type Body,
  ConnectorError,
  type ErrorInfo,
  type Events,
  type OperationEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import {
  ConnectorRuntime,
  type Documents,
  type ExecutionOptions,
  type ExecutionSummary,
} from '@connector-runtime/runtime';
import { bodyOfStream } from '#src/services/body.js';
import { type Script, scriptedPlugin } from '../scripted-plugin.js';

type Changes = Parameters<typeof scriptedPlugin>[1];

const runtimes: ConnectorRuntime[] = [];
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
});

async function connect(script: Script, changes?: Changes) {
  const runtime = new ConnectorRuntime({ plugins: [scriptedPlugin(script, changes)] });
  runtimes.push(runtime);
  return runtime.connect({ plugin: 'scripted', properties: {} });
}

const NO_LIMITS = { maxDocumentBytes: -1, maxInFlight: 4, stopWithinMs: 200 };

async function run(script: Script, documents: Documents | undefined, changes?: Changes, options?: ExecutionOptions) {
  const execution = (await connect(script, changes)).execute({ operation: 'write' }, documents, options);
  const events: OperationEvent[] = [];
  for await (const event of execution) events.push(event);
  return { events, results: events.filter((event) => event.type === 'result'), summary: await execution.summary };
}

function statusesOf(results: readonly ResultEvent[]): Record<string, string> {
  return Object.fromEntries(results.flatMap((result) => result.inputs.map((id) => [id, result.status])));
}

const accept: Script = (documents, context) =>
  perDocument(documents, context, async ({ id }) => ({ type: 'result', inputs: [id], status: 'success' }));

const ten = Array.from({ length: 10 }, (_, index) => ({ id: `d${index + 1}`, body: `text ${index + 1}` }));

function total(summary: ExecutionSummary): number {
  return Object.values(summary.counts).reduce((sum, count) => sum + count, 0);
}

const read = { descriptor: { effect: 'read' } } as const;

describe('an execution', () => {
  test('gives each document one result and a summary that is complete', async () => {
    const { results, summary } = await run(accept, ten);

    expect(results).toHaveLength(10);
    expect(summary).toMatchObject({ counts: { success: 10, unknown: 0 }, complete: true });
    expect(summary.error).toBeUndefined();
  });

  test('runs a read without documents once, on one empty document', async () => {
    const bodies: string[] = [];
    const { summary } = await run(
      (documents, context) =>
        perDocument(documents, context, async ({ id, body }) => {
          bodies.push(await body.text(100));
          return { type: 'result', inputs: [id], status: 'success' };
        }),
      undefined,
      read,
    );

    expect(bodies).toEqual(['']);
    expect(summary.counts.success).toBe(1);
  });

  test('takes an empty iterable for zero documents', async () => {
    const { summary } = await run(accept, [], read);

    expect([total(summary), summary.complete]).toEqual([0, true]);
  });

  test.each([
    ['create', 'unknown'],
    ['read', 'failure'],
  ] as const)(
    'gives a document that a %s never reported the status %s and the category contract',
    async (effect, status) => {
      const forgetful: Script = async function* (documents) {
        for await (const { id } of documents)
          if (id !== 'd3') yield { type: 'result', inputs: [id], status: 'success' };
      };

      const { results } = await run(forgetful, ten, { descriptor: { effect } });

      expect(results.find((result) => result.inputs[0] === 'd3')).toMatchObject({
        status,
        error: { category: 'contract', code: 'RESULT_MISSING' },
      });
      expect(results).toHaveLength(10);
    },
  );

  test.each<[string, OperationEvent, string]>([
    ['a second result', { type: 'result', inputs: ['d1'], status: 'failure' }, 'RESULT_NOT_OPEN'],
    [
      'a result of a document that was never taken',
      { type: 'result', inputs: ['d9'], status: 'success' },
      'RESULT_NOT_OPEN',
    ],
    ['an output after the result', { type: 'output', inputs: ['d1'], body: 'late' }, 'OUTPUT_NOT_OPEN'],
    ['a status that does not exist', { type: 'result', inputs: ['d2'], status: 'done' as 'success' }, 'STATUS_UNKNOWN'],
  ])('drops %s and ends with contract', async (_, breach, code) => {
    const breaching: Script = async function* (documents) {
      const input = documents[Symbol.asyncIterator]();
      await input.next();
      await input.next();
      yield { type: 'result', inputs: ['d1'], status: 'success' };
      yield breach;
      yield { type: 'result', inputs: ['d2'], status: 'success' };
    };

    const { results, summary } = await run(breaching, ten);

    expect(summary.error).toMatchObject({ category: 'contract', code });
    expect(statusesOf(results)).toMatchObject({
      d1: 'success',
      d2: 'unknown',
      d3: 'notAttempted',
      d10: 'notAttempted',
    });
    expect(results).toHaveLength(10);
    expect(summary.complete).toBe(false);
  });

  test('settles what is open by the error that the operation threw, and what it never took as notAttempted', async () => {
    const throwing: Script = async function* (documents) {
      const input = documents[Symbol.asyncIterator]();
      await input.next();
      await input.next();
      yield { type: 'result', inputs: ['d1'], status: 'success' };
      throw new ConnectorError({
        category: 'quota',
        code: 'DAILY_LIMIT',
        message: 'no calls left today',
        effect: 'none',
        retryable: false,
      });
    };

    const { results, summary } = await run(throwing, ten);

    expect(statusesOf(results)).toMatchObject({ d1: 'success', d2: 'failure', d3: 'notAttempted' });
    expect(results).toHaveLength(10);
    expect(summary).toMatchObject({ error: { code: 'DAILY_LIMIT' }, complete: true });
  });

  test('counts what is no error as internal, with effect unknown on a write', async () => {
    const { results, summary } = await run(async function* (documents) {
      await documents[Symbol.asyncIterator]().next();
      yield { type: 'progress', done: 0, unit: 'documents' };
      throw 'a text';
    }, ten);

    expect(statusesOf(results)['d1']).toBe('unknown');
    expect(summary.error).toMatchObject({ category: 'internal' });
  });

  test('does not read a stream further than the operation did, and says it is not complete', async () => {
    let taken = 0;
    async function* endless() {
      for (;;) {
        taken += 1;
        yield { body: 'x' };
      }
    }

    const { results, summary } = await run(async function* (documents) {
      for await (const { id } of documents) {
        yield { type: 'result', inputs: [id], status: 'success' };
        if (id === 'doc-3') return;
      }
    }, endless());

    expect(results).toHaveLength(3);
    expect(taken).toBe(3);
    expect(summary.complete).toBe(false);
  });

  test('refuses a repeated id, a foreign media type and a document past the size limit, and the rest goes on', async () => {
    const { results } = await run(accept, [
      { id: 'a', body: 'x' },
      { id: 'a', body: 'again' },
      { id: 'b', body: '<a/>', mediaType: 'application/xml' },
      { id: 'c', body: 'x'.repeat(1001) },
      { id: 'd', body: { json: true } },
    ]);

    expect(results.map(({ inputs, status, error }) => [inputs[0], status, error?.code])).toEqual(
      expect.arrayContaining([
        ['a', 'success', undefined],
        ['doc-2', 'applicationError', 'DOCUMENT_ID_REPEATED'],
        ['b', 'applicationError', 'MEDIA_TYPE_UNSUPPORTED'],
        ['c', 'applicationError', 'BODY_TOO_LARGE'],
        ['d', 'success', undefined],
      ]),
    );
    expect(results).toHaveLength(5);
  });

  test('refuses a document whose own properties are wrong, and the rest goes on', async () => {
    const properties = {
      type: 'object',
      additionalProperties: false,
      properties: { size: { type: 'integer', 'x-dynamic': true }, fixed: { type: 'integer' } },
    } as const;

    const { results, summary } = await run(
      accept,
      [
        { id: 'a', body: 'x', properties: { size: 'large' } },
        { id: 'b', body: 'x', properties: { fixed: 1 } },
        { id: 'c', body: 'x', properties: 'none' },
        { id: 'd', body: 'x', properties: { size: 1 } },
      ],
      { descriptor: { properties } },
    );

    expect(statusesOf(results)).toEqual({
      a: 'applicationError',
      b: 'applicationError',
      c: 'applicationError',
      d: 'success',
    });
    expect(results.find(({ inputs }) => inputs[0] === 'a')?.error).toMatchObject({
      category: 'validation',
      code: 'CONFIG_INVALID',
    });
    expect(summary.complete).toBe(true);
  });

  describe('holds documents to a limit', () => {
    const stream = (text: string) => ({
      mediaType: 'text/plain',
      repeatable: true,
      async *open() {
        yield Buffer.from(text);
      },
      text: async () => text,
      bytes: async () => Buffer.from(text),
      json: async () => null,
    });
    const reading: Script = (documents, context) =>
      perDocument(documents, context, async ({ id, body }) => {
        await body.text(1_000_000);
        return { type: 'result', inputs: [id], status: 'success' };
      });
    const documents = [
      { id: 'text', body: 'x'.repeat(2_000) },
      { id: 'body', body: stream('x'.repeat(2_000)) },
    ];
    const statusesWith = async (limits: { readonly maxDocumentBytes?: number }) => {
      const runtime = new ConnectorRuntime({ plugins: [scriptedPlugin(reading)], limits });
      runtimes.push(runtime);
      const execution = (await runtime.connect({ plugin: 'scripted', properties: {} })).execute(
        { operation: 'write' },
        documents,
      );
      const results: ResultEvent[] = [];
      for await (const event of execution) if (event.type === 'result') results.push(event);
      return statusesOf(results);
    };

    test.each([
      ["the operation's", {}, 'applicationError'],
      ["the host's where it is larger", { maxDocumentBytes: 5_000 }, 'success'],
      ["the host's where it is smaller", { maxDocumentBytes: 10 }, 'applicationError'],
      ["the host's -1, which is none", { maxDocumentBytes: -1 }, 'success'],
    ])('that is %s, a body of unknown size too', async (_, limits, status) => {
      expect(await statusesWith(limits)).toEqual({ text: status, body: status });
    });
  });

  test.each([
    ['create', 'unknown'],
    ['read', 'failure'],
  ] as const)('makes of the success of a %s whose streamed output broke the status %s', async (effect, status) => {
    const script: Script = async function* (documents) {
      for await (const { id } of documents) {
        const broken = bodyOfStream(
          (async function* () {
            yield Buffer.from('half');
            throw new Error('cut');
          })(),
          'text/plain',
        );
        yield { type: 'output', inputs: [id], body: broken };
        yield { type: 'result', inputs: [id], status: 'success' };
      }
    };
    const execution = (await connect(script, { descriptor: { effect } })).execute({ operation: 'write' }, [
      { body: '' },
    ]);
    const results: ResultEvent[] = [];

    for await (const event of execution) {
      if (event.type === 'output') await (event.body as Body).text(100).catch(() => undefined);
      else if (event.type === 'result') results.push(event);
    }

    expect(results).toMatchObject([{ status, error: { code: 'OUTPUT_BROKEN' } }]);
  });

  test('hands refused documents over even while the operation waits for the next', async () => {
    let release: () => void = () => undefined;
    async function* source() {
      yield { id: 'bad', body: 'x', mediaType: 'image/png' };
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    const execution = (await connect(accept)).execute({ operation: 'write' }, source());
    const events = execution[Symbol.asyncIterator]();

    const first = await events.next();

    expect(first.value).toMatchObject({ inputs: ['bad'], status: 'applicationError' });
    release();
    expect((await events.next()).done).toBe(true);
  });

  test('bounds how many refused documents wait while the host does not pull', async () => {
    let taken = 0;
    function* bad() {
      for (; taken < 10_000; taken += 1) yield { body: 'x', mediaType: 'image/png' };
    }
    const execution = (await connect(accept)).execute({ operation: 'write' }, bad());
    const events = execution.batches()[Symbol.asyncIterator]();

    await events.next();
    await new Promise((resolve) => setImmediate(resolve));

    expect(taken).toBeLessThan(200);
    await events.return?.();
  });
});

describe('a source of documents', () => {
  const failing = (finite: boolean) => ({
    ...(finite ? { finite: true as const } : {}),
    async *[Symbol.asyncIterator]() {
      yield { id: 'd1', body: 'x' };
      yield { id: 'd2', body: 'x' };
      throw new Error('the disk is gone');
    },
  });

  test.each([[true], [false]])(
    'that fails (finite: %s) leaves what was taken its results and says so',
    async (finite) => {
      const { results, summary } = await run(accept, failing(finite));

      expect(statusesOf(results)).toEqual({ d1: 'success', d2: 'success' });
      expect(summary).toMatchObject({ complete: false, error: { code: 'SOURCE_FAILED' } });
      expect(summary.error?.message).toContain('the disk is gone');
    },
  );

  test('that fails while it is read for what was never taken says so too', async () => {
    const { results, summary } = await run(async function* (documents) {
      const { value } = await documents[Symbol.asyncIterator]().next();
      yield { type: 'result', inputs: [value?.id ?? ''], status: 'success' };
    }, failing(true));

    expect(statusesOf(results)).toEqual({ d1: 'success', d2: 'notAttempted' });
    expect(summary).toMatchObject({ complete: false, error: { code: 'SOURCE_FAILED' } });
  });

  test.each<[string, unknown]>([
    [
      'a next() that throws at once',
      {
        next: () => {
          throw new Error('boo');
        },
      },
    ],
    ['a step that is none', { next: async () => undefined }],
  ])('with %s has failed', async (_, iterator) => {
    const { summary } = await run(accept, { [Symbol.asyncIterator]: () => iterator } as Documents);

    expect(summary).toMatchObject({ complete: false, error: { code: 'SOURCE_FAILED' } });
  });

  test('gives each step to one taker, though the operation dies while it waits for one', async () => {
    const slow = {
      finite: true as const,
      async *[Symbol.asyncIterator]() {
        for (let n = 1; n <= 6; n += 1) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          yield { id: `d${n}`, body: 'x' };
        }
      },
    };
    const dying: Script = async function* (documents) {
      const input = documents[Symbol.asyncIterator]();
      await input.next();
      void input.next();
      void input.next();
      yield { type: 'result', inputs: ['d1'], status: 'success' };
      throw new ConnectorError({
        category: 'quota',
        code: 'DAILY_LIMIT',
        message: 'no',
        effect: 'none',
        retryable: false,
      });
    };

    const { results, summary } = await run(dying, slow);

    expect(results.flatMap(({ inputs }) => inputs)).toEqual(['d1', 'd2', 'd3', 'd4', 'd5', 'd6']);
    expect([total(summary), summary.counts.notAttempted]).toEqual([6, 5]);
  });

  test('gives documents one by one to an operation that asks for several at once', async () => {
    async function* source() {
      for (let n = 1; n <= 4; n += 1) yield { id: `d${n}`, body: 'x' };
    }
    const greedy: Script = async function* (documents) {
      const input = documents[Symbol.asyncIterator]();
      const steps = await Promise.all([1, 2, 3, 4, 5].map(() => input.next()));
      for (const { value } of steps)
        if (value !== undefined) yield { type: 'result', inputs: [value.id], status: 'success' };
    };

    const { results, summary } = await run(greedy, source());

    expect(results.map(({ inputs }) => inputs[0])).toEqual(['d1', 'd2', 'd3', 'd4']);
    expect(summary.complete).toBe(true);
  });

  test('at hand that stands still ends no later than the deadline allows', async () => {
    const standing = {
      finite: true as const,
      async *[Symbol.asyncIterator]() {
        yield { id: 'd1', body: 'x' };
        await new Promise(() => undefined);
      },
    };
    const startedMs = performance.now();

    const { results, summary } = await run(accept, standing, {}, { deadlineMs: 50 });

    expect(statusesOf(results)).toEqual({ d1: 'success' });
    expect(summary).toMatchObject({ complete: false, error: { code: 'DEADLINE' } });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

describe('an execution that is ended', () => {
  const hangs: Script = async function* (documents) {
    for await (const { id } of documents) {
      if (id === 'd1') yield { type: 'result', inputs: [id], status: 'success' };
      else {
        yield { type: 'progress', done: 1, unit: 'documents' };
        await new Promise(() => undefined);
      }
    }
  };

  test.each([
    ['create', 'unknown'],
    ['read', 'notAttempted'],
  ] as const)(
    'by cancel ends within stopWithinMs though a %s ignores it; open documents are %s',
    async (effect, status) => {
      const connection = await connect(hangs, {
        descriptor: { effect, limits: { maxDocumentBytes: -1, maxInFlight: 1, stopWithinMs: 50 } },
      });
      const execution = connection.execute({ operation: 'write' }, ten);
      const results: ResultEvent[] = [];
      const startedMs = performance.now();

      for await (const event of execution) {
        if (event.type === 'result') results.push(event);
        if (event.type === 'progress') execution.cancel();
      }

      expect(performance.now() - startedMs).toBeLessThan(1_000);
      expect(statusesOf(results)).toMatchObject({ d1: 'success', d2: status, d3: 'notAttempted', d10: 'notAttempted' });
      expect(await execution.summary).toMatchObject({
        complete: false,
        error: { category: 'cancelled', code: 'CANCELLED' },
      });
    },
  );

  test('takes stopWithinMs to stop once, though neither next() nor return() settles', async () => {
    const stuck: Script = () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => new Promise(() => undefined),
      }),
    });
    const startedMs = performance.now();

    const { results } = await run(
      stuck,
      ten,
      { descriptor: { limits: { maxDocumentBytes: -1, maxInFlight: 1, stopWithinMs: 400 } } },
      { deadlineMs: 20 },
    );

    expect(results).toHaveLength(10);
    expect(performance.now() - startedMs).toBeLessThan(700);
  });

  test('by its deadline says so', async () => {
    const { results, summary } = await run(
      hangs,
      ten,
      { descriptor: { limits: { maxDocumentBytes: -1, maxInFlight: 1, stopWithinMs: 20 } } },
      { deadlineMs: 30 },
    );

    expect(results).toHaveLength(10);
    expect(summary).toMatchObject({ complete: false, error: { category: 'timeout', code: 'DEADLINE' } });
  });

  test('before it starts attempts nothing', async () => {
    let executed = false;
    const { results, summary } = await run(
      (documents, context) => {
        executed = true;
        return accept(documents, context);
      },
      ten,
      {},
      { signal: AbortSignal.abort() },
    );

    expect(executed).toBe(false);
    expect(new Set(Object.values(statusesOf(results)))).toEqual(new Set(['notAttempted']));
    expect(summary.counts.notAttempted).toBe(10);
  });

  test('by its deadline though the source of documents hangs', async () => {
    async function* hanging() {
      yield { id: 'd1', body: 'x' };
      await new Promise(() => undefined);
    }

    const { results, summary } = await run(accept, hanging(), {}, { deadlineMs: 30 });

    expect(statusesOf(results)).toEqual({ d1: 'success' });
    expect(summary.complete).toBe(false);
  });

  test('by the host leaving the loop aborts the signal first, then closes operation and input', async () => {
    const order: string[] = [];
    async function* source() {
      try {
        for (let n = 1; ; n += 1) yield { id: `d${n}`, body: 'x' };
      } finally {
        order.push('input closed');
      }
    }
    const script: Script = async function* (documents, context) {
      context.signal.addEventListener('abort', () =>
        order.push(`aborted ${(context.signal.reason as ConnectorError).info.code}`),
      );
      try {
        for await (const { id } of documents) yield { type: 'result', inputs: [id], status: 'success' };
      } finally {
        order.push('operation left');
      }
    };
    const execution = (await connect(script)).execute({ operation: 'write' }, source());

    for await (const _ of execution) break;

    expect(order).toEqual(['aborted HOST_LEFT', 'operation left', 'input closed']);
    expect((await execution.summary).complete).toBe(false);
  });

  test('lends a cleanup context that outlives the abort by stopWithinMs, and not longer', async () => {
    let abortedAtMs = 0;
    let outlivedMs = 0;
    let deadline = 0;
    const script: Script = async function* (_documents, context) {
      const { signal } = context.cleanup;
      context.signal.addEventListener('abort', () => {
        abortedAtMs = performance.now();
        deadline = context.cleanup.deadlineEpochMs - context.clock.now();
      });
      signal.addEventListener('abort', () => {
        outlivedMs = performance.now() - abortedAtMs;
      });
      yield { type: 'progress', done: 0, unit: 'documents' };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const limits = { ...NO_LIMITS, stopWithinMs: 300 };
    const execution = (await connect(script, { descriptor: { limits } })).execute({ operation: 'write' }, ten);

    for await (const _ of execution) execution.cancel();

    expect(outlivedMs).toBeGreaterThan(280);
    expect(outlivedMs).toBeLessThan(500);
    expect(deadline).toBeGreaterThan(280);
    expect(deadline).toBeLessThanOrEqual(300);
  });
});

describe('a plugin that breaks the form', () => {
  const yielding = (event: unknown): Script =>
    async function* (documents) {
      const input = documents[Symbol.asyncIterator]();
      await input.next();
      await input.next();
      yield event as OperationEvent;
    };

  const stepping = (iterator: object): Script => {
    return () => ({ [Symbol.asyncIterator]: () => iterator as AsyncIterator<OperationEvent> });
  };

  const throwing = (info: ErrorInfo): Script =>
    async function* (documents) {
      const input = documents[Symbol.asyncIterator]();
      await input.next();
      yield { type: 'progress', done: 0, unit: 'documents' };
      throw new ConnectorError(info);
    };

  const circularInfo = (): ErrorInfo => {
    const service: Record<string, unknown> = {};
    service['self'] = service;
    return { category: 'auth', code: 'X', message: 'm', effect: 'none', retryable: false, service };
  };

  const throwingInfo = (): ErrorInfo => ({
    category: 'auth',
    code: 'X',
    message: 'm',
    effect: 'none',
    retryable: false,
    service: {
      get code(): string {
        throw new Error('boo');
      },
    },
  });

  test.each<[string, Script]>([
    ['a result without inputs', yielding({ type: 'result', status: 'success' })],
    ['a result that names a document twice', yielding({ type: 'result', inputs: ['d1', 'd1'], status: 'success' })],
    ['a result that names a stranger too', yielding({ type: 'result', inputs: ['d1', 'stranger'], status: 'success' })],
    ['a message that is no text', yielding({ type: 'result', inputs: ['d1'], status: 'failure', message: 42 })],
    ['an output without a body', yielding({ type: 'output', inputs: ['d1'], body: null })],
    ['null for an event', yielding(null)],
    [
      'a getter that throws',
      yielding({
        get type() {
          throw new Error('boo');
        },
      }),
    ],
    ['an error that holds itself', throwing(circularInfo())],
    ['an error whose parts throw', throwing(throwingInfo())],
    ['an error without its parts', throwing({} as ErrorInfo)],
    [
      'a result whose error holds itself',
      yielding({ type: 'result', inputs: ['d1'], status: 'failure', error: circularInfo() }),
    ],
    [
      'a result whose error throws',
      yielding({ type: 'result', inputs: ['d1'], status: 'failure', error: throwingInfo() }),
    ],
    ['an array in place of events', () => [] as unknown as Events],
    ['nothing in place of events', () => undefined as unknown as Events],
    ['events without an iterator', () => ({ [Symbol.asyncIterator]: () => undefined }) as unknown as Events],
    ['the iterator of an array', stepping([null].values())],
    [
      'a step that throws',
      stepping({
        next: async () => ({
          get done() {
            throw new Error('boo');
          },
        }),
      }),
    ],
    [
      'a return that throws when it is looked at',
      stepping({
        next: async () => ({ done: true, value: undefined }),
        get return() {
          throw new Error('boo');
        },
      }),
    ],
    [
      'a next() that throws at once',
      stepping({
        next: () => {
          throw new Error('sync next');
        },
      }),
    ],
    ['a next() that gives no promise', stepping({ next: () => 42 })],
    ['a step that is undefined', stepping({ next: async () => undefined })],
    [
      'a return() that throws at once',
      stepping({
        next: async () => ({ done: true, value: undefined }),
        return: () => {
          throw new Error('sync return');
        },
      }),
    ],
  ])('by %s still has every document end once, and throws nothing at the host', async (_, script) => {
    const { results, summary } = await run(script, ten);

    expect(results.flatMap((result) => result.inputs).sort()).toEqual(ten.map(({ id }) => id).sort());
    expect(Object.values(summary.counts).reduce((sum, n) => sum + n, 0)).toBe(10);
    expect(summary.counts.success).toBe(0);
  });
});

describe('ids of documents', () => {
  test.each<[string, Documents, readonly string[]]>([
    [
      'that look like minted ones are taken',
      [
        { id: 'x', body: '' },
        { id: 'doc-1', body: '' },
      ],
      ['x', 'doc-1'],
    ],
    [
      'are minted around those that a host gave',
      [{ id: 'doc-3', body: '' }, { body: '' }, { body: '' }],
      ['doc-3', 'doc-2', 'doc-3-2'],
    ],
    [
      'repeat neither a minted one nor a place',
      [{ body: '' }, { id: 'doc-1', body: '' }, { body: '', place: 'line-1' }, { id: 'line-1', body: '' }],
      ['doc-1', 'doc-2', 'line-1', 'doc-4'],
    ],
  ])('%s', async (_, documents, ids) => {
    const { results, summary } = await run(accept, documents);

    expect(results.flatMap((result) => result.inputs).sort()).toEqual([...ids].sort());
    expect(summary.error).toBeUndefined();
  });

  test('of refused input are used for no other document', async () => {
    const refused = {
      category: 'validation',
      code: 'LINE_INVALID',
      message: 'no',
      effect: 'none',
      retryable: false,
    } as const;

    const { results, summary } = await run(accept, [
      { id: 'a', body: '' },
      { id: 'a', refused },
      { id: 'b', refused },
      { id: 'b', body: '' },
    ]);

    expect(new Set(results.flatMap(({ inputs }) => inputs)).size).toBe(4);
    expect(summary.counts).toMatchObject({ success: 1, applicationError: 3 });
  });

  test('of what is no document at all are minted, and the rest goes on', async () => {
    const { results } = await run(accept, ['text', { id: 'ok', body: '' }, null] as unknown as Documents);

    expect(statusesOf(results)).toEqual({ 'doc-1': 'applicationError', ok: 'success', 'doc-3': 'applicationError' });
  });
});

describe('resuming', () => {
  const everySecond: Script = async function* (documents, context) {
    let n = (context.resumeFrom as { n: number } | undefined)?.n ?? 0;
    for await (const { id } of documents) {
      n += 1;
      yield { type: 'result', inputs: [id], status: 'success', message: `number ${n}` };
      if (n % 2 === 0) yield { type: 'checkpoint', state: { n } };
    }
  };

  test('feeds only documents that had no result at the checkpoint', async () => {
    const connection = await connect(everySecond);
    const first = connection.execute({ operation: 'write' }, ten);
    const before: string[] = [];
    for await (const event of first) {
      if (event.type === 'result') before.push(...event.inputs);
      if (before.length === 5) break;
    }
    const { checkpoint } = await first.summary;

    const second = connection.execute({ operation: 'write' }, ten, {
      resumeFrom: JSON.parse(JSON.stringify(checkpoint)),
    });
    const after: string[] = [];
    for await (const event of second) if (event.type === 'result') after.push(...event.inputs);

    expect(before).toEqual(['d1', 'd2', 'd3', 'd4', 'd5']);
    expect(after).toEqual(['d5', 'd6', 'd7', 'd8', 'd9', 'd10']);
  });

  test('a read that fails before it gives anything more is not complete, and keeps the checkpoint that it went on from', async () => {
    const away: Script = async function* (documents, context) {
      for await (const { id } of documents) {
        if (context.resumeFrom === undefined) {
          yield { type: 'output', inputs: [id], body: 'first page' };
          yield { type: 'checkpoint', state: { page: 2 } };
        }
        yield { type: 'result', inputs: [id], status: 'failure' };
      }
    };
    const connection = await connect(away, read);
    const all = [{ id: 'all', body: '' }];
    const { checkpoint } = await connection.execute({ operation: 'write' }, all).finish();

    const resumed = await connection
      .execute({ operation: 'write' }, all, checkpoint === undefined ? {} : { resumeFrom: checkpoint })
      .finish();

    expect(resumed).toMatchObject({ complete: false, outputs: 0, counts: { failure: 1 } });
    expect(checkpoint).toBeDefined();
    expect(resumed.checkpoint).toEqual(checkpoint);
  });

  test('a write that ends before it gives anything leaves unknown what the run before it may have applied', async () => {
    const connection = await connect(async function* (documents, context) {
      if (context.resumeFrom !== undefined) throw new Error('away');
      yield* everySecond(documents, context);
    });
    const first = connection.execute({ operation: 'write' }, ten);
    for await (const event of first) if (event.type === 'checkpoint') break;
    const { checkpoint = null } = await first.summary;

    const resumed = connection.execute({ operation: 'write' }, ten, { resumeFrom: checkpoint });
    const anew = connection.execute({ operation: 'write' }, ten, { signal: AbortSignal.abort() });

    expect((await resumed.finish()).counts).toMatchObject({ unknown: 8, notAttempted: 0 });
    expect((await anew.finish()).counts).toMatchObject({ unknown: 0, notAttempted: 10 });
  });

  test.each([
    [{ version: 1 }],
    ['text'],
    [null],
    [{ version: 1, operation: 'other', settled: { before: 0, beyond: [] }, state: {} }],
  ])('refuses the checkpoint %j', async (resumeFrom) => {
    const connection = await connect(everySecond);

    expect(() => connection.execute({ operation: 'write' }, ten, { resumeFrom })).toThrow(
      expect.objectContaining({ info: expect.objectContaining({ code: 'CHECKPOINT_INVALID' }) }),
    );
  });
});

test('a warning of an operation is logged and told to listeners, with its execution and without what turns a terminal', async () => {
  const logged: object[] = [];
  const log = (data: object, message: string) => void logged.push({ ...data, message });
  const runtime = new ConnectorRuntime({
    logger: { debug: log, info: log, warn: log, error: log },
    plugins: [
      scriptedPlugin((documents, context) => {
        context.logger.warn('look\u001b[2J');
        return accept(documents, context);
      }),
    ],
  });
  runtimes.push(runtime);
  const warnings: object[] = [];
  runtime.events.on('warning', (event) => warnings.push(event));
  const connection = await runtime.connect({ plugin: 'scripted', properties: {} });

  const { executionId } = await connection.execute({ operation: 'write' }, ten).finish();

  const warning = { connectionId: connection.id, executionId, message: 'look\\u001b[2J' };
  expect(warnings).toEqual([warning]);
  expect(logged).toEqual([{ plugin: 'scripted', ...warning }]);
});

describe('a plugin that floods or hides', () => {
  test('has its warnings kept to the first 100', async () => {
    const { summary } = await run(async function* (documents, context) {
      for (let n = 0; n < 500; n += 1) context.logger.warn(`warning ${n}`);
      for await (const { id } of documents) yield { type: 'result', inputs: [id], status: 'success' };
    }, ten);

    expect(summary.warnings).toHaveLength(100);
  });

  test('never starves timers, even if it never waits', async () => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    await run(
      async function* (documents) {
        for await (const { id } of documents) yield { type: 'result', inputs: [id], status: 'success' };
      },
      Array.from({ length: 50_000 }, () => ({ body: 'x' })),
    );
    clearInterval(timer);

    expect(ticks).toBeGreaterThan(3);
  });
});
