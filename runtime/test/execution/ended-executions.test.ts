import { getMaxListeners } from 'node:events';
import type { ConnectorError, ResultEvent } from '@connector-runtime/core';
import type { Script } from '../scripted-plugin.js';
import { accept, closeAll, connect, run, statusesOf, ten } from './script-run.js';

afterEach(closeAll);

const NO_LIMITS = { maxDocumentBytes: -1, maxInFlight: 4, stopWithinMs: 200 };

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

  test('may be waited for at many places: its signals warn of no leak of listeners', async () => {
    const most: number[] = [];
    const script: Script = async function* (_documents, context) {
      most.push(getMaxListeners(context.signal), getMaxListeners(context.cleanup.signal));
      yield { type: 'progress', done: 0, unit: 'documents' };
    };

    await run(script, ten);

    expect(most).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
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
