import type { Json, Status } from '@connector-runtime/core';
import { accounts, expectHonest, run, startWorld, stopWorlds } from '../../promise-world.js';
import { writes } from './bulk-ways.js';
import { create, EMPTY_SETS, FAST, results, statuses } from './bulk-world.js';

afterEach(stopWorlds);

describe('a job', () => {
  test('Q17: one that never ends is aborted at the deadline: what it came to is told, the rest was not attempted', async () => {
    const made = await create(6, {
      plan: { polls: Number.POSITIVE_INFINITY, rows: 2 },
      isLate: true,
    });

    expect(made.outcome.summary.counts).toMatchObject({ success: 2, notAttempted: 4 });
    expect(made.org.bulk.jobs).toMatchObject([{ state: 'Aborted' }]);
    expectHonest(made);
  });

  test('Q17: one that somebody aborted is read all the same: unprocessed rows are failures', async () => {
    const made = await create(6, { plan: { state: 'Aborted', rows: 2 } });

    expect(made.outcome.summary.counts).toMatchObject({ success: 2, failure: 4 });
    expect(results(made).at(-1)?.error).toMatchObject({
      code: 'BULK_ROW_UNPROCESSED',
      retryable: true,
      effect: 'none',
    });
    expectHonest(made);
  });

  describe.each(writes)('of a %s', (_what, way) => {
    const isWhole = way.operation === 'csvBulk';

    test.each([
      ['never ends', { polls: Number.POSITIVE_INFINITY }, true, { success: 2, notAttempted: 3 }],
      ['somebody aborted', { state: 'Aborted' }, false, { success: 2, failure: 3 }],
    ])(
      'that %s, two of five rows done: what was done is told, and it is Aborted',
      async (_end, plan, isLate, counts) => {
        const made = await create(0, { plan: { rows: 2, ...plan }, isLate, way });

        // A CSV that was applied in part is neither done nor not.
        expect(made.outcome.summary.counts).toMatchObject(isWhole ? { unknown: 1 } : counts);
        expect(made.org.ledger.entries.filter(({ request }) => request > 0)).toHaveLength(2);
        expect(made.org.bulk.jobs).toMatchObject([{ state: 'Aborted' }]);
      },
    );
  });

  test('that fails half way keeps what it applied', async () => {
    const made = await create(6, { plan: { state: 'Failed', rows: 2, errorMessage: 'InternalServerError : x' } });

    expect(made.outcome.summary.counts).toMatchObject({ success: 2, failure: 4 });
    expect(results(made).at(-1)?.message).toContain('InternalServerError : x');
    expectHonest(made);
  });

  const errorMessage = 'InvalidBatch : Field name not found : X';

  test('Q21: one that fails as such refuses all its documents with its own message, and the next job goes on', async () => {
    const world = await startWorld();
    const { org } = world;
    const connection = await world.connect();
    let jobs = 0;
    const where = ({ kind }: { kind: string }) => {
      if (kind === 'jobCreate') org.bulk.plan = jobs++ === 0 ? { state: 'Failed', errorMessage } : {};
      return false;
    };
    org.faults.add({ where, action: 'lose' });
    const description = `<Description>${'x'.repeat(30_000)}</Description></records>`;
    const documents = accounts(40).map(({ id, body }) => ({ id, body: body.replace('</records>', description) }));

    const outcome = await run(connection, 'create', documents, { ...FAST, batchSize: 1 });

    expect(outcome.summary.counts).toMatchObject({ applicationError: 33, success: 7 });
    expect(outcome.results[0]?.message).toContain(errorMessage);
  });

  test('whose results are no CSV has rows that nobody can tell; the error names job and step, that of reconcile too', async () => {
    const documents = accounts(3);
    const made = await create(3, {
      documents,
      faults: [{ kind: 'jobResults', times: 100, action: 'garbage', body: '"Name"\nx"y"\n' }],
    });

    const place = { step: 'get bulk successful results', service: { jobId: made.org.bulk.jobs[0]?.id } };
    expect(statuses(made)).toEqual(['unknown']);
    expect(results(made)[0]?.error).toMatchObject({ code: 'RESULTS_UNREADABLE', ...place });

    const connection = await made.world.connect();
    const again = connection.reconcile(
      { operation: 'create', objectType: 'Account', properties: FAST as Json },
      documents.map((document, index) => ({ ...document, receipt: results(made)[index]?.receipt ?? null })),
    );
    expect((await again.finish()).error).toMatchObject({ code: 'RESULTS_UNREADABLE', ...place });
  });

  test('that goes on though it was aborted is unknown, and the error says so', async () => {
    const where = ({ kind, body }: { kind: string; body?: string }) =>
      kind === 'jobChange' && body?.includes('Aborted') === true;
    const made = await create(2, {
      plan: { polls: Number.POSITIVE_INFINITY },
      faults: [
        { kind: 'jobStatus', nth: 2, action: 'error', status: 404, errorCode: 'NOT_FOUND', message: 'gone' },
        { where, times: 100, action: 'answer', status: 204 },
      ],
    });

    expect(statuses(made)).toEqual(['unknown']);
    expect(results(made)[0]?.error).toMatchObject({
      code: 'BULK_JOB_RUNNING',
      step: 'get bulk status',
      message: expect.stringMatching(/stays in state InProgress.*gone/),
      service: { jobId: made.org.bulk.jobs[0]?.id },
    });
  });

  test.each<[string, Parameters<typeof create>[1], object]>([
    ['aborted at the deadline', { plan: { polls: Number.POSITIVE_INFINITY }, isLate: true }, { unknown: 2 }],
    ['that somebody aborted', { plan: { state: 'Aborted' } }, { unknown: 2 }],
    ['that failed', { plan: { state: 'Failed', errorMessage: 'InternalServerError : x' } }, { unknown: 2 }],
  ])('%s, whose counter is 0 or missing and whose sets name no row, is unknown', async (_what, given, counts) => {
    for (const processedCount of [0, null]) {
      const plan = { ...given?.plan, rows: 2, processedCount };
      const made = await create(2, { ...given, plan, faults: EMPTY_SETS });

      expect(made.org.ledger.counts.create).toBe(2);
      expect(made.outcome.summary.counts).toMatchObject(counts);
      expect(results(made)[0]?.error).toMatchObject({ code: 'BULK_RESULT_UNCLEAR', effect: 'unknown' });
      expect(results(made)[0]?.message).toContain(plan.errorMessage ?? '');
      expectHonest(made);
    }
  });

  test.each<[string, number | null, Status]>([
    ['counts no row: its documents are refused', 0, 'applicationError'],
    ['counts nothing: its documents are unknown', null, 'unknown'],
  ])('that failed for its data, whose sets name no row and that %s', async (_what, processedCount, status) => {
    const made = await create(2, { plan: { state: 'Failed', errorMessage, processedCount }, faults: EMPTY_SETS });

    expect(statuses(made)).toEqual([status]);
    expect(results(made)[0]?.message).toContain(errorMessage);
    expectHonest(made);
  });

  test('Q17: one whose state is not known is waited for until it ends', async () => {
    const made = await create(3, { plan: { state: 'Dreaming' }, isLate: true });

    expect(statuses(made)).toEqual(['notAttempted']);
    expectHonest(made);
  });

  test('whose counters say that nothing failed is not believed', async () => {
    const bad = { id: 'bad', body: '<records type="Account"><Name></Name></records>' };
    const made = await create(0, { plan: { failedCount: 0 }, documents: [...accounts(2), bad] });

    expect(made.outcome.statuses).toEqual({ d1: 'success', d2: 'success', bad: 'applicationError' });
  });

  test('whose results come in another order has each result with its own document', async () => {
    const made = await create(50, { plan: { isPermuted: true } });

    for (const { inputs, body } of results(made)) expect(String(body)).toContain(`<Name>Promise ${inputs[0]}</Name>`);
    expect(statuses(made)).toEqual(['success']);
  });

  test('with equal rows of one fate: each has it', async () => {
    const same = ['a', 'b', 'c'].map((id) => ({ id, body: '<records type="Account"><Name>Same</Name></records>' }));
    const made = await create(0, { documents: same });

    expect(made.outcome.statuses).toEqual({ a: 'success', b: 'success', c: 'success' });
    expect(new Set(results(made).map(({ body }) => /<sf__Id>(\w+)/.exec(String(body))?.[1])).size).toBe(3);
  });

  test('with equal rows of different fates: nobody can tell which is whose, and they are unknown', async () => {
    const same = ['a', 'b', 'c'].map((id) => ({ id, body: '<records type="Account"><Name>Same</Name></records>' }));
    const made = await create(0, { documents: [...same, ...accounts(1)], plan: { state: 'Aborted', rows: 2 } });

    expect(made.outcome.statuses).toEqual({ a: 'unknown', b: 'unknown', c: 'unknown', d1: 'failure' });
  });
});
