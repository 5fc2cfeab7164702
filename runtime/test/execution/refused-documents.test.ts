import type { JsonSchema, ResultEvent } from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { ConnectorRuntime, type Documents } from '@connector-runtime/runtime';
import { type Script, scriptedPlugin } from '../scripted-plugin.js';
import { accept, closeAll, closeLater, connect, run, statusesOf } from './script-run.js';

afterEach(closeAll);

describe('an execution', () => {
  test('refuses a repeated id, a foreign media type, a document past the size limit and a text that has no UTF-8, and the rest goes on', async () => {
    const { results } = await run(accept, [
      { id: 'a', body: 'x' },
      { id: 'a', body: 'again' },
      { id: 'b', body: '<a/>', mediaType: 'application/xml' },
      { id: 'c', body: 'x'.repeat(1001) },
      { id: 'd', body: { json: true } },
      { id: 'e', body: 'half a pair: \ud83d' },
    ]);

    expect(results.map(({ inputs, status, error }) => [inputs[0], status, error?.code])).toEqual(
      expect.arrayContaining([
        ['a', 'success', undefined],
        ['doc-2', 'applicationError', 'DOCUMENT_ID_REPEATED'],
        ['b', 'applicationError', 'MEDIA_TYPE_UNSUPPORTED'],
        ['c', 'applicationError', 'BODY_TOO_LARGE'],
        ['d', 'success', undefined],
        ['e', 'applicationError', 'DOCUMENT_BODY_INVALID'],
      ]),
    );
    expect(results).toHaveLength(6);
  });

  test('tells thousands of ids apart, and each from one that comes again', async () => {
    const ids = Array.from({ length: 5_000 }, (_, number) => `${number}-of-one-source`);
    const documents = [...ids, ...ids.slice(0, 50)].map((id) => ({ id, body: 'x' }));

    const { results } = await run(accept, documents);

    const refused = results.filter(({ error }) => error !== undefined);
    expect(refused.map(({ error }) => error?.code)).toEqual(Array(50).fill('DOCUMENT_ID_REPEATED'));
    expect(results).toHaveLength(5_050);
  });

  test.each<[string, JsonSchema, string]>([
    [
      'by a property',
      { type: 'object', required: ['f'], properties: { f: { const: 'x' } } },
      '; with f "x" it takes it',
    ],
    [
      'by two',
      { type: 'object', required: ['f', 'n'], properties: { f: { const: 'x' }, n: { const: 2 } } },
      '; with f "x", n 2 it takes it',
    ],
    ['without a property', { type: 'object', properties: { f: { const: 'x' } } }, ''],
    ['by one of several values', { type: 'object', required: ['f'], properties: { f: { enum: ['x', 'y'] } } }, ''],
    ['by something else', { allOf: [{ type: 'object', required: ['f'] }] }, ''],
  ])('says of a media type that a variant takes how that is chosen: %s', async (_how, when, advice) => {
    const variants = [
      { id: 'other', when: { type: 'object', required: ['o'], properties: { o: { const: 1 } } } },
      { id: 'xml', when, accepts: ['application/xml'] },
    ] as const;

    const { results } = await run(accept, [{ body: '<a/>', mediaType: 'application/xml' }], {
      descriptor: { variants, properties: { type: 'object', properties: { f: { type: 'string' }, n: {}, o: {} } } },
    });

    const { message = '' } = results[0]?.error ?? {};
    expect(message.replace(/^media type application\/xml is not accepted; \w+ takes [\w/*, +-]+/, '')).toBe(advice);
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
      const runtime = closeLater(new ConnectorRuntime({ plugins: [scriptedPlugin(reading)], limits }));
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
