import { type Body, ConnectorError, type OperationEvent, type ResultEvent } from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { bodyOfStream } from '#src/services/body.js';
import type { Script } from '../scripted-plugin.js';
import { accept, closeAll, connect, read, run, statusesOf, ten, total } from './script-run.js';

afterEach(closeAll);

describe('an execution', () => {
  test('gives each document one result and a summary that is complete', async () => {
    const { results, summary } = await run(accept, ten);

    expect(results).toHaveLength(10);
    expect(summary).toMatchObject({ counts: { success: 10, unknown: 0 }, complete: true });
    expect(summary.error).toBeUndefined();
  });

  test.each(['applicationError', 'failure', 'unknown'] as const)(
    'leaves the body of a document that ended %s as the service gave it',
    async (status) => {
      const body = `{"errors":[],\r\n\t"at": "\u001b\u2028\ufeff${'x'.repeat(20_000)}"}\n`;
      const quoting: Script = async function* (documents) {
        for await (const { id } of documents) yield { type: 'result', inputs: [id], status, body };
      };

      const { results } = await run(quoting, [{ id: 'a', body: '' }]);

      expect(results).toEqual([{ type: 'result', inputs: ['a'], status, body }]);
    },
  );

  test('keeps the success of a document whose streamed output came whole and is no text', async () => {
    const script: Script = async function* (documents) {
      for await (const { id } of documents) {
        const bytes = (async function* () {
          yield Uint8Array.of(0xff, 0xfe);
        })();
        yield { type: 'output', inputs: [id], body: bodyOfStream(bytes, 'text/csv') };
        yield { type: 'result', inputs: [id], status: 'success' };
      }
    };
    const execution = (await connect(script)).execute({ operation: 'write' }, [{ body: '' }]);
    const told: unknown[] = [];

    for await (const event of execution) {
      if (event.type === 'output') await (event.body as Body).text(100).catch(({ info }) => told.push(info.code));
      else if (event.type === 'result') told.push(event.status);
    }

    expect(told).toEqual(['NOT_UTF8', 'success']);
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
});
