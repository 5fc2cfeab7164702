import { ConnectorError, type Document, type ErrorInfo, type ResultEvent } from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { CountedDocuments, contextWith, resultsOf, success } from './execution-context.js';

function errorWith(info: Partial<ErrorInfo>): ConnectorError {
  return new ConnectorError({
    category: 'validation',
    code: 'REFUSED',
    message: 'refused',
    effect: 'none',
    retryable: false,
    ...info,
  });
}

/** Work that settles when told. */
class Gates {
  private readonly open = new Map<string, () => void>();

  work = (document: { readonly id: string }) =>
    new Promise<ResultEvent>((resolve) => {
      this.open.set(document.id, () => resolve(success(document.id)));
    });

  get waiting(): string[] {
    return [...this.open.keys()];
  }

  release(id: string): void {
    this.open.get(id)?.();
    this.open.delete(id);
  }
}

const turns = async () => {
  for (let n = 0; n < 50; n += 1) await Promise.resolve();
};

describe('perDocument', () => {
  test('has no more than maxInFlight documents under way, and takes no more than those', async () => {
    const documents = new CountedDocuments(10);
    const gates = new Gates();
    const events = perDocument(documents, contextWith({ maxInFlight: 3 }), gates.work)[Symbol.asyncIterator]();

    const first = events.next();
    await turns();

    expect(gates.waiting).toEqual(['d1', 'd2', 'd3']);
    expect(documents.taken).toBe(3);
    gates.release('d1');
    await first;
    gates.release('d2');
    gates.release('d3');
    await events.return?.();
  });

  test('takes nothing further while the host does not ask', async () => {
    const documents = new CountedDocuments(100);
    const events = perDocument(documents, contextWith({ maxInFlight: 4 }), async ({ id }) => success(id))[
      Symbol.asyncIterator
    ]();

    await events.next();
    await turns();

    expect(documents.taken).toBeLessThanOrEqual(8);
    await events.return?.();
  });

  test('gives results in input order where the operation declares it', async () => {
    const gates = new Gates();
    const results = resultsOf(perDocument(new CountedDocuments(3), contextWith({ order: 'input' }), gates.work));
    await turns();

    for (const id of ['d3', 'd2', 'd1']) {
      gates.release(id);
      await turns();
    }

    expect((await results).map((result) => result.inputs[0])).toEqual(['d1', 'd2', 'd3']);
  });

  test('holds settled results back for the one before them no longer than until the abort', async () => {
    const controller = new AbortController();
    const gates = new Gates();
    const context = contextWith({ order: 'input', signal: controller.signal });
    const events = perDocument(new CountedDocuments(3), context, gates.work)[Symbol.asyncIterator]();
    const first = events.next();
    await turns();
    gates.release('d2');
    gates.release('d3');
    await turns();

    controller.abort(errorWith({ category: 'cancelled', code: 'CANCELLED' }));

    expect((await first).value).toEqual([success('d2'), success('d3')]);
    gates.release('d1');
    await events.return?.();
  });

  test('gives results as they come where any order will do', async () => {
    const gates = new Gates();
    const events = perDocument(new CountedDocuments(3), contextWith({ order: 'any' }), gates.work)[
      Symbol.asyncIterator
    ]();
    const first = events.next();
    await turns();

    gates.release('d3');

    expect((await first).value).toEqual([success('d3')]);
    gates.release('d1');
    gates.release('d2');
    await events.return?.();
  });

  test.each<[Partial<ErrorInfo>, string]>([
    [{ category: 'validation' }, 'applicationError'],
    [{ category: 'permission' }, 'applicationError'],
    [{ category: 'notFound' }, 'applicationError'],
    [{ category: 'conflict' }, 'applicationError'],
    [{ category: 'tooLarge' }, 'applicationError'],
    [{ category: 'unavailable' }, 'failure'],
    [{ category: 'timeout', code: 'DEADLINE' }, 'notAttempted'],
    [{ category: 'timeout', code: 'BODY_TIMEOUT' }, 'failure'],
    [{ category: 'unavailable', effect: 'unknown' }, 'unknown'],
  ])('makes of %j the status %s', async (info, status) => {
    const [result] = await resultsOf(
      perDocument(new CountedDocuments(1), contextWith(), () => Promise.reject(errorWith(info))),
    );

    expect(result?.status).toBe(status);
    expect(result?.error).toMatchObject(info);
  });

  test('makes of an error that is no ConnectorError the status unknown on a write and failure on a read', async () => {
    const work = () => Promise.reject(new TypeError('x is undefined'));

    const [onWrite] = await resultsOf(perDocument(new CountedDocuments(1), contextWith({ effect: 'create' }), work));
    const [onRead] = await resultsOf(perDocument(new CountedDocuments(1), contextWith({ effect: 'read' }), work));

    expect([onWrite?.status, onRead?.status]).toEqual(['unknown', 'failure']);
  });

  test('stops taking documents after an error that every one would meet, reports what is under way, then throws it', async () => {
    const documents = new CountedDocuments(1000);
    const results: ResultEvent[] = [];
    const reading = (async () => {
      for await (const item of perDocument(documents, contextWith({ maxInFlight: 5 }), () =>
        Promise.reject(errorWith({ category: 'auth', code: 'LOGIN_REFUSED' })),
      )) {
        results.push(...(item as ResultEvent[]));
      }
    })();

    await expect(reading).rejects.toMatchObject({ info: { code: 'LOGIN_REFUSED' } });
    expect(results).toHaveLength(documents.taken);
    expect(documents.taken).toBeLessThanOrEqual(7);
  });

  test('stops after 20 documents in a row that found the service away', async () => {
    const documents = new CountedDocuments(10_000);
    const reading = resultsOf(
      perDocument(documents, contextWith({ maxInFlight: 5 }), () =>
        Promise.reject(errorWith({ category: 'unavailable' })),
      ),
    );

    await expect(reading).rejects.toMatchObject({ info: { category: 'unavailable', effect: 'none' } });
    expect(documents.taken).toBeLessThanOrEqual(25);
  });

  test('goes on where the service is away for one document in two', async () => {
    const documents = new CountedDocuments(100);
    let n = 0;

    const results = await resultsOf(
      perDocument(documents, contextWith({ maxInFlight: 1 }), async ({ id }) => {
        n += 1;
        if (n % 2 === 0) throw errorWith({ category: 'unavailable' });
        return success(id);
      }),
    );

    expect(results).toHaveLength(100);
  });

  test('starts no work once the signal has aborted', async () => {
    const controller = new AbortController();
    controller.abort(errorWith({ category: 'cancelled', code: 'CANCELLED' }));
    let started = 0;

    const reading = resultsOf(
      perDocument(
        new CountedDocuments(5),
        contextWith({ signal: controller.signal, maxInFlight: 1 }),
        async ({ id }) => {
          started += 1;
          return success(id);
        },
      ),
    );

    await expect(reading).rejects.toMatchObject({ info: { code: 'CANCELLED' } });
    expect(started).toBe(0);
  });

  test('closes the input when the host leaves early', async () => {
    const documents = new CountedDocuments(10);
    for await (const _ of perDocument(documents, contextWith(), async ({ id }) => success(id))) break;

    expect(documents.closed).toBe(true);
  });

  test('says unknown where asking what became of documents failed, also of those that it did not come to', async () => {
    const context = contextWith({ maxInFlight: 1 });
    const work = ({ id }: Document) =>
      Promise.reject(errorWith(id === 'd1' ? { category: 'notFound' } : { category: 'auth' }));

    const events = perDocument(new CountedDocuments(3), { ...context, isReconciliation: true }, work);
    const results: ResultEvent[] = [];
    const reading = (async () => {
      for await (const item of events)
        for (const event of [item].flat()) if (event.type === 'result') results.push(event);
    })();

    await expect(reading).rejects.toMatchObject({ info: { category: 'auth' } });
    expect(results.map(({ inputs, status }) => `${inputs} ${status}`)).toEqual(['d1 unknown', 'd2 unknown']);
  });
});
