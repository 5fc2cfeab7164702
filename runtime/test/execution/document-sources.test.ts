import { ConnectorError } from '@connector-runtime/core';
import type { Documents } from '@connector-runtime/runtime';
import type { Script } from '../scripted-plugin.js';
import { accept, closeAll, run, statusesOf, total } from './script-run.js';

afterEach(closeAll);

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
