import { ConnectorError, type Document, type ErrorInfo, type OperationEvent } from '@connector-runtime/core';
import { failed, perBatch } from '@connector-runtime/core/authoring';
import { CountedDocuments, contextWith, ListingClock, resultsOf, success } from './execution-context.js';

const batchOf10 = { batch: { maxDocuments: 10, atomic: 'never' } } as const;

function idsOf(batch: readonly Document[]): string[] {
  return batch.map((document) => document.id);
}

const locked = {
  category: 'conflict',
  code: 'ROW_LOCKED',
  message: 'locked',
  effect: 'none',
  retryable: true,
} as const;

describe('perBatch', () => {
  test.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [11, [10, 1]],
    [25, [10, 10, 5]],
  ])('puts %d documents into batches of %j', async (count, sizes) => {
    const seen: number[] = [];

    const results = await resultsOf(
      perBatch(new CountedDocuments(count), contextWith(batchOf10), async (batch) => {
        seen.push(batch.length);
        return [success(...idsOf(batch))];
      }),
    );

    expect(seen).toEqual(sizes);
    expect(results.flatMap((result) => result.inputs)).toHaveLength(count);
  });

  test('keeps documents with other properties apart', async () => {
    const seen: string[][] = [];
    const documents = new CountedDocuments(5, (n) => (n === 3 ? { rule: 'B' } : { rule: 'A' }));

    await resultsOf(
      perBatch(documents, contextWith(batchOf10), async (batch) => {
        seen.push(idsOf(batch));
        return [success(...idsOf(batch))];
      }),
    );

    expect(seen).toEqual([['d1', 'd2'], ['d3'], ['d4', 'd5']]);
  });

  test('asks whether a document may join those of the batch so far', async () => {
    const seen: string[][] = [];
    const number = ({ id }: Document) => Number(id.slice(1));

    await resultsOf(
      perBatch(
        new CountedDocuments(6),
        contextWith(batchOf10),
        async (batch) => {
          seen.push(idsOf(batch));
          return [success(...idsOf(batch))];
        },
        { together: (batch, next) => batch.reduce((sum, document) => sum + number(document), number(next)) <= 6 },
      ),
    );

    expect(seen).toEqual([['d1', 'd2', 'd3'], ['d4'], ['d5'], ['d6']]);
  });

  test('ends at what every batch would meet, also where a document of the batch is bad itself', async () => {
    const error = (category: 'validation' | 'quota'): ErrorInfo => ({
      category,
      code: 'NO',
      message: 'no',
      effect: 'none',
      retryable: false,
    });
    let batches = 0;
    const events = perBatch(new CountedDocuments(100), contextWith({ ...batchOf10, maxInFlight: 1 }), async (batch) => {
      batches += 1;
      return batch.map(({ id }, index) => failed([id], error(index === 0 ? 'validation' : 'quota')));
    });

    await expect(resultsOf(events)).rejects.toMatchObject({ info: { category: 'quota' } });
    expect(batches).toBe(1);
  });

  test('gives every document of a batch the error that its work threw', async () => {
    const results = await resultsOf(
      perBatch(new CountedDocuments(3), contextWith(batchOf10), () =>
        Promise.reject(
          new ConnectorError({
            category: 'unavailable',
            code: 'RESET',
            message: 'reset',
            effect: 'unknown',
            retryable: true,
          }),
        ),
      ),
    );

    expect(results).toMatchObject([{ inputs: ['d1', 'd2', 'd3'], status: 'unknown', error: { code: 'RESET' } }]);
  });

  test('sends documents that were refused for the moment again, without the others, after a pause with jitter', async () => {
    const clock = new ListingClock();
    const attempts: string[][] = [];

    const results = await resultsOf(
      perBatch(new CountedDocuments(4), contextWith({ ...batchOf10, clock }), async (batch) => {
        attempts.push(idsOf(batch));
        const first = attempts.length === 1;
        return batch.map(
          ({ id }): OperationEvent =>
            first && (id === 'd2' || id === 'd4')
              ? { type: 'result', inputs: [id], status: 'applicationError', error: locked }
              : success(id),
        );
      }),
    );

    expect(attempts).toEqual([
      ['d1', 'd2', 'd3', 'd4'],
      ['d2', 'd4'],
    ]);
    expect(clock.sleptMs).toEqual([250]);
    expect(results.map((result) => result.status)).toEqual(['success', 'success', 'success', 'success']);
  });

  test('reports a document that stays refused after the third attempt', async () => {
    let attempts = 0;

    const results = await resultsOf(
      perBatch(new CountedDocuments(1), contextWith(batchOf10), async ([document]) => {
        attempts += 1;
        return [{ type: 'result', inputs: [document?.id ?? ''], status: 'applicationError', error: locked }];
      }),
    );

    expect(attempts).toBe(3);
    expect(results).toMatchObject([{ inputs: ['d1'], error: { code: 'ROW_LOCKED' } }]);
  });

  test('lets a refusal stand where the budget of repeats is used up, one repeat for each batch', async () => {
    const sent: string[][] = [];
    const answers = [true, false, false];
    const context = { ...contextWith({ ...batchOf10, maxInFlight: 1 }), mayRepeat: () => answers.shift() ?? false };

    const results = await resultsOf(
      perBatch(new CountedDocuments(12), context, async (batch) => {
        sent.push(idsOf(batch));
        return batch.map(
          ({ id }): OperationEvent =>
            id === 'd3' || id === 'd12'
              ? { type: 'result', inputs: [id], status: 'applicationError', error: locked }
              : success(id),
        );
      }),
    );

    expect(sent.map((ids) => ids.length)).toEqual([10, 1, 2]);
    expect(results).toHaveLength(12);
    expect(results.filter(({ status }) => status !== 'success')).toMatchObject([
      { inputs: ['d3'], error: { code: 'ROW_LOCKED' } },
      { inputs: ['d12'], error: { code: 'ROW_LOCKED' } },
    ]);
  });

  test('keeps what earlier attempts settled when a repeat throws', async () => {
    let attempts = 0;

    const results = await resultsOf(
      perBatch(new CountedDocuments(2), contextWith(batchOf10), async (batch) => {
        attempts += 1;
        if (attempts === 2)
          throw new ConnectorError({
            category: 'unavailable',
            code: 'RESET',
            message: 'reset',
            effect: 'unknown',
            retryable: true,
          });
        return batch.map(
          ({ id }): OperationEvent =>
            id === 'd2' ? { type: 'result', inputs: [id], status: 'applicationError', error: locked } : success(id),
        );
      }),
    );

    expect(results.map(({ inputs, status }) => [inputs, status])).toEqual([
      [['d1'], 'success'],
      [['d2'], 'unknown'],
    ]);
  });

  test.each([
    ['input', ['d1', 'd2', 'd3']],
    ['any', ['d1', 'd3', 'd2']],
  ] as const)('gives the results of a batch in the order %s though some of it went again', async (order, ids) => {
    let attempts = 0;

    const results = await resultsOf(
      perBatch(new CountedDocuments(3), contextWith({ ...batchOf10, order }), async (batch) => {
        attempts += 1;
        return batch.map(
          ({ id }): OperationEvent =>
            attempts === 1 && id === 'd2'
              ? { type: 'result', inputs: [id], status: 'applicationError', error: locked }
              : success(id),
        );
      }),
    );

    expect(results.map(({ inputs }) => inputs[0])).toEqual(ids);
  });

  describe('with oneByOne', () => {
    const refusing = (error: Partial<ErrorInfo>, bad: string) => {
      const attempts: string[][] = [];
      const work = async (batch: readonly Document[]): Promise<readonly OperationEvent[]> => {
        attempts.push(idsOf(batch));
        if (idsOf(batch).includes(bad))
          throw new ConnectorError({
            category: 'validation',
            code: 'BAD_ROW',
            message: 'a row is bad',
            effect: 'none',
            retryable: false,
            ...error,
          });
        return [success(...idsOf(batch))];
      };
      return { attempts, work };
    };

    test('works on each document of a batch that was refused for one of them', async () => {
      const { attempts, work } = refusing({}, 'd2');

      const results = await resultsOf(
        perBatch(new CountedDocuments(3), contextWith(batchOf10), work, { oneByOne: true }),
      );

      expect(attempts).toEqual([['d1', 'd2', 'd3'], ['d1'], ['d2'], ['d3']]);
      expect(results.map(({ inputs, status }) => [inputs, status])).toEqual([
        [['d1'], 'success'],
        [['d2'], 'applicationError'],
        [['d3'], 'success'],
      ]);
    });

    test.each<[string, Partial<ErrorInfo>, string]>([
      ['may have been applied', { effect: 'unknown' }, 'unknown'],
      ['failed though nothing is wrong with it', { category: 'unavailable' }, 'failure'],
    ])('does not work again on a batch that %s', async (_, error, status) => {
      const { attempts, work } = refusing(error, 'd2');

      const results = await resultsOf(
        perBatch(new CountedDocuments(3), contextWith(batchOf10), work, { oneByOne: true }),
      );

      expect(attempts).toHaveLength(1);
      expect(results).toMatchObject([{ inputs: ['d1', 'd2', 'd3'], status }]);
    });
  });

  test('refuses to start without a batch size', () => {
    expect(() => perBatch(new CountedDocuments(1), contextWith(), async () => [])).toThrow('maxDocuments');
  });
});
