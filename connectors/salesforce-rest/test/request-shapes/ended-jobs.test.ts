import { createHash } from 'node:crypto';
import type { Json } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import {
  answerDiscard,
  answerIngest,
  answerSets,
  answerStatus,
  answerUpload,
  FAST,
  FORM,
  INGEST,
  JOB,
  jobCalls,
  QUERY,
  type Sets,
  told,
} from './pinned-jobs.js';
import { BASE, JSON_TYPE, PinnedService, type SeenRequest } from './pinned-service.js';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

const id = '001000000000001AAA';
const RECORD = '<records><Name>A</Name></records>';
const own = { restHeaders: { 'X-Caller': 'me' } };
const calls = jobCalls({ 'x-caller': 'me' });
const settings = `{"object":"Account","operation":"insert",${FORM}}`;
const csv = '"Name"\n"A"\n';
const succeeded = `"sf__Id","sf__Created","Name"\n"${id}","true","A"\n`;
const unprocessed = csv;

const refusal = (errorCode: string) => JSON.stringify([{ errorCode, message: 'no' }]);

describe('the shape of the end of a job', () => {
  test('whose data is refused: aborted, then deleted', async () => {
    service.answer('POST', `${BASE}/jobs/ingest`, 200, told('Open'), JSON_TYPE);
    service.answer('PUT', `${INGEST}/batches`, 400, refusal('INVALIDJOBSTATE'), JSON_TYPE);
    answerDiscard(service, INGEST);

    await service.run('create', { ...FAST, ...own }, [{ body: RECORD }]);

    expect(service.calls).toEqual([
      calls.create(settings),
      calls.upload(csv),
      calls.abort(INGEST),
      calls.delete(INGEST),
    ]);
  });

  test('whose close is refused: aborted', async () => {
    answerUpload(service);
    service.answer('PATCH', INGEST, 400, refusal('INVALIDJOBSTATE'), JSON_TYPE);
    service.answer('PATCH', INGEST, 200, told('Aborted'), JSON_TYPE);

    await service.run('create', { ...FAST, ...own }, [{ body: RECORD }]);

    expect(service.calls.slice(2)).toEqual([calls.close, calls.abort(INGEST)]);
  });

  test('whose status is refused after the close: aborted, and its results read', async () => {
    answerUpload(service);
    service.answer('PATCH', INGEST, 200, told('UploadComplete'), JSON_TYPE);
    service.answer('GET', INGEST, 403, refusal('INSUFFICIENT_ACCESS'), JSON_TYPE);
    service.answer('PATCH', INGEST, 200, told('Aborted'), JSON_TYPE);
    answerStatus(service, INGEST, 'Aborted');
    answerSets(service, { unprocessed });

    await service.run('create', { ...FAST, ...own }, [{ body: RECORD }]);

    const status = calls.status(INGEST);
    expect(service.calls.slice(2)).toEqual([calls.close, status, calls.abort(INGEST), status, ...calls.sets]);
  });

  test.each(['Aborted', 'Failed'])('that ends %s: its three result sets, as of every other', async (state) => {
    answerIngest(service, { unprocessed }, state);

    await service.run('create', { ...FAST, ...own }, [{ body: RECORD }]);

    expect(service.calls.slice(2)).toEqual([calls.close, calls.status(INGEST), ...calls.sets]);
  });

  test('of a query whose status is refused: aborted, then deleted', async () => {
    service.answer('POST', `${BASE}/jobs/query`, 200, told('UploadComplete'), JSON_TYPE);
    service.answer('GET', QUERY, 403, refusal('INSUFFICIENT_ACCESS'), JSON_TYPE);
    answerDiscard(service, QUERY);

    await service.run('query', { ...FAST, ...own, fields: ['Name'] });

    expect(service.calls.slice(1)).toEqual([calls.status(QUERY), calls.abort(QUERY), calls.delete(QUERY)]);
  });
});

describe('the shape of going on with a job that an earlier run left', () => {
  const request = { operation: 'create', objectType: 'Account', properties: { ...FAST, ...own } as Json };
  let connection: RuntimeConnection;
  let resumeFrom: Json;
  beforeEach(async () => {
    service.answerLogin();
    service.answerDescribe();
    answerUpload(service);
    service.answer('PATCH', INGEST, 200, told('Aborted'), JSON_TYPE);
    connection = await service.connect();
    for await (const event of connection.execute(request, [{ body: RECORD }])) {
      if (event.type !== 'checkpoint') continue;
      resumeFrom = event.state;
      break;
    }
  });

  async function resume(): Promise<readonly SeenRequest[]> {
    const before = service.calls.length;
    const execution = connection.execute(request, [{ body: RECORD }], { resumeFrom });
    expect((await execution.finish()).counts.success).toBe(1);
    return service.calls.slice(before);
  }

  test('before it was closed: aborted, and kept for whoever goes on', () => {
    expect(service.calls).toEqual([calls.create(settings), calls.upload(csv), calls.abort(INGEST)]);
  });

  test('aborted before it was closed: its status and its results, and made anew', async () => {
    answerStatus(service, INGEST, 'Aborted', { operation: 'insert' });
    answerStatus(service, INGEST, 'Aborted', { operation: 'insert' });
    answerSets(service, { unprocessed });
    answerIngest(service, { succeeded });

    const status = calls.status(INGEST);
    expect(await resume()).toEqual([
      status,
      status,
      ...calls.sets,
      calls.create(settings),
      calls.upload(csv),
      calls.close,
      status,
      ...calls.sets,
    ]);
  });

  test('open: aborted, looked at, and made anew', async () => {
    answerStatus(service, INGEST, 'Open', { operation: 'insert' });
    service.answer('PATCH', INGEST, 200, told('Aborted'), JSON_TYPE);
    answerStatus(service, INGEST, 'Aborted', { numberRecordsProcessed: 0 });
    answerIngest(service, { succeeded });

    const status = calls.status(INGEST);
    expect(await resume()).toEqual([
      status,
      calls.abort(INGEST),
      status,
      calls.create(settings),
      calls.upload(csv),
      calls.close,
      status,
      ...calls.sets,
    ]);
  });

  test('closed: its status and its results, and nothing is sent', async () => {
    answerStatus(service, INGEST, 'InProgress', { operation: 'insert' });
    answerStatus(service, INGEST, 'JobComplete', { operation: 'insert', numberRecordsProcessed: 1 });
    answerSets(service, { succeeded });

    expect(await resume()).toEqual([calls.status(INGEST), calls.status(INGEST), ...calls.sets]);
  });
});

describe('the shape of reconciling', () => {
  /** Settles what a run has left unknown. */
  async function reconcile(operation: string, properties: object, body: string, receipt: Json): Promise<string[]> {
    service.answerLogin();
    // A whole CSV is told by its own text: nothing has to be described for it.
    const isCsv = operation === 'csvBulk';
    if (!isCsv) service.answerDescribe();
    const request = { operation, properties: { ...own, ...properties } as Json };
    const typed = isCsv ? request : { ...request, objectType: 'Account' };
    const statuses: string[] = [];
    for await (const event of (await service.connect()).reconcile(typed, [{ id: 'd', body, receipt }]))
      if (event.type === 'result') statuses.push(event.status);
    return statuses;
  }

  const ended: [string, Sets, string][] = [
    ['JobComplete', { succeeded }, 'success'],
    ['Aborted', { unprocessed }, 'failure'],
    ['Failed', { unprocessed }, 'failure'],
  ];
  const unended: [string, string][] = [
    ['Open', 'failure'],
    ['UploadComplete', 'unknown'],
    ['InProgress', 'unknown'],
    ['Frozen', 'unknown'],
  ];

  test.each(ended)('by a job that ended %s: its status, then its three result sets', async (state, sets, status) => {
    answerStatus(service, INGEST, state);
    answerSets(service, sets);

    expect(await reconcile('create', FAST, RECORD, { jobId: JOB })).toEqual([status]);
    expect(service.calls).toEqual([calls.status(INGEST), ...calls.sets]);
  });

  test.each(unended)('by a job that is %s: its status alone', async (state, status) => {
    answerStatus(service, INGEST, state);

    expect(await reconcile('create', FAST, RECORD, { jobId: JOB })).toEqual([status]);
    expect(service.calls).toEqual([calls.status(INGEST)]);
  });

  test('by a job that is gone: its status alone', async () => {
    service.answer('GET', INGEST, 404, refusal('NOT_FOUND'), JSON_TYPE);

    expect(await reconcile('create', FAST, RECORD, { jobId: JOB })).toEqual(['unknown']);
    expect(service.calls).toEqual([calls.status(INGEST)]);
  });

  test('a CSV by its job: the same', async () => {
    answerStatus(service, INGEST, 'JobComplete');
    answerSets(service, { succeeded });
    const digest = createHash('sha256').update(csv).digest('hex');
    const properties = { bulkOperation: 'insert', object: 'Account' };

    expect(await reconcile('csvBulk', properties, csv, { jobId: JOB, rows: 1, digest })).toEqual(['success']);
    expect(service.calls).toEqual([calls.status(INGEST), ...calls.sets]);
  });

  test('without a receipt: nothing', async () => {
    expect(await reconcile('create', FAST, RECORD, null)).toEqual(['unknown']);
    expect(service.calls).toEqual([]);
  });
});
