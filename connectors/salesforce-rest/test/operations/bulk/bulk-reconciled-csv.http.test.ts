import type { Json, ResultEvent, Status } from '@connector-runtime/core';
import type { BulkPlan, FaultSpec } from '@connector-runtime/salesforce-org';
import { PromiseWorld } from '../../promise-world.js';

let world: PromiseWorld | undefined;
afterEach(async () => {
  await world?.stop();
  world = undefined;
});

describe('a whole CSV that is reconciled', () => {
  const request = {
    operation: 'csvBulk',
    properties: { pollInitialMs: 10, pollMaxMs: 20, bulkOperation: 'insert', object: 'Account' } as Json,
  };
  const body = 'Name\nCSV 1\nCSV 2\n';

  /** Loses its job after the close, and reconciles it with a document. */
  async function reconciled(
    plan: BulkPlan,
    given: { readonly body?: string; readonly hasReceipt?: boolean; readonly fault?: FaultSpec } = {},
  ): Promise<readonly [ResultEvent | undefined, readonly string[]]> {
    world = await PromiseWorld.start();
    const { org } = world;
    const connection = await world.connect();
    await connection.test();
    org.bulk.plan = plan;
    const where = ({ kind, body: text }: { kind: string; body?: string }) =>
      kind === 'jobChange' && text?.includes('Aborted') === true;
    org.faults.add({ kind: 'jobResults', times: 100, action: 'error', status: 403, errorCode: 'NO', message: 'no' });
    org.faults.add({ where, times: 100, action: 'answer', status: 204 });
    const first: ResultEvent[] = [];
    for await (const event of connection.execute(request, [{ id: 'csv', body }]))
      if (event.type === 'result') first.push(event);
    expect(first.map(({ status }) => status)).toEqual(['unknown']);
    org.faults.remove();
    if (given.fault !== undefined) org.faults.add(given.fault);

    const receipt = given.hasReceipt === false ? null : (first[0]?.receipt ?? null);
    let result: ResultEvent | undefined;
    const messages: string[] = [];
    for await (const event of connection.reconcile(request, [{ id: 'csv', body: given.body ?? body, receipt }])) {
      if (event.type === 'result') result = event;
      if (event.type === 'output') messages.push(event.message ?? '');
    }
    return [result, messages];
  }

  test('is what its job says, with its result sets', async () => {
    const [result, messages] = await reconciled({});

    expect(result?.status).toBe('success');
    expect(messages).toEqual(['2 records succeeded']);
    expect(world?.org.ledger.counts.create).toBe(2);
  });

  test.each<[string, BulkPlan, Status, string]>([
    ['failed', { state: 'Failed', errorMessage: 'InvalidBatch : because' }, 'applicationError', 'BULK_JOB_FAILED'],
    ['was aborted half way', { state: 'Aborted', rows: 1 }, 'unknown', 'BULK_ROW_UNPROCESSED'],
    ['was aborted before its first record', { state: 'Aborted' }, 'failure', 'BULK_JOB_ABORTED'],
  ])('is as its job %s', async (_what, plan, status, code) => {
    const [result] = await reconciled(plan);

    expect(result).toMatchObject({ status, error: { code } });
  });

  test('is no query: nothing of one is unknown', async () => {
    world = await PromiseWorld.start();
    const connection = await world.connect();
    const query = { operation: 'csvBulk', properties: { bulkOperation: 'query' } };
    const execution = connection.reconcile(query, [{ id: 'q', body: 'SELECT Id FROM Account' }]);

    expect((await execution.finish()).error).toMatchObject({ category: 'config', path: '/bulkOperation' });
    expect(world.org.bulk.jobs).toEqual([]);
  });

  test.each<[string, Parameters<typeof reconciled>[1], string]>([
    ['the document is another one', { body: 'Name\nOther 1\nOther 2\n' }, 'BULK_RECEIPT_MISSING'],
    ['the document is no CSV', { body: 'Name\n"x' }, 'BULK_RECEIPT_MISSING'],
    ['the document is not given', { body: '' }, 'BULK_DOCUMENT_MISSING'],
    ['there is no receipt', { hasReceipt: false }, 'BULK_RECEIPT_MISSING'],
    [
      'the job is gone',
      { fault: { kind: 'jobStatus', action: 'error', status: 404, errorCode: 'NOT_FOUND', message: 'gone' } },
      'BULK_JOB_GONE',
    ],
    [
      'its results are refused',
      { fault: { kind: 'jobResults', times: 100, action: 'error', status: 403, errorCode: 'NO', message: 'no' } },
      'SALESFORCE_NO',
    ],
  ])('is unknown where %s', async (_what, given, code) => {
    const [result, messages] = await reconciled({}, given);

    expect(result).toMatchObject({ status: 'unknown', error: { code } });
    expect(messages).toEqual([]);
  });
});
