import { ConnectorError, type ErrorInfo, type Events, type OperationEvent } from '@connector-runtime/core';
import type { Script } from '../scripted-plugin.js';
import { closeAll, run, ten } from './script-run.js';

afterEach(closeAll);

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
