import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Json, ResultEvent, Status } from '@connector-runtime/core';
import type { BulkPlan, FaultSpec } from '@connector-runtime/salesforce-org';
import { PassingClock } from './passing-clock.js';
import { accounts, type Outcome, PromiseWorld, run } from './promise-world.js';
import { json, type RawAnswer, RawService } from './raw-service.js';

let world: PromiseWorld | undefined;
afterEach(async () => {
  await world?.stop();
  world = undefined;
});

const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 20 };

interface Made {
  readonly outcome: Outcome;
  readonly org: PromiseWorld['org'];
}

/** Creates accounts in a job, with a fault and a plan. */
async function create(
  count: number,
  given: {
    readonly faults?: readonly FaultSpec[];
    readonly plan?: BulkPlan;
    readonly properties?: object;
    /** The deadline passes while the third status request waits. */
    readonly isLate?: boolean;
    readonly documents?: Parameters<typeof run>[2];
  } = {},
): Promise<Made> {
  const clock = new PassingClock();
  world = await PromiseWorld.start({ keepBodies: true }, { clock });
  const { org } = world;
  const connection = await world.connect();
  await connection.test();
  org.bulk.plan = given.plan ?? {};
  for (const fault of given.faults ?? []) org.faults.add(fault);
  const documents = given.documents ?? accounts(count);
  const properties = { ...FAST, ...given.properties } as Json;
  if (given.isLate !== true) return { outcome: await run(connection, 'create', documents, properties), org };
  const third = org.faults.add({ kind: 'jobStatus', nth: 3, action: 'hold' });
  const running = run(connection, 'create', documents, properties, { deadlineMs: 10_000 });
  await third.reached();
  clock.pass(10_000);
  third.release();
  return { outcome: await running, org };
}

/** No claim that the ledger contradicts, and nothing in it twice. */
function expectHonest({ outcome }: Made): void {
  const names = (world as PromiseWorld).accountsNamed('Promise').map((name) => name.split(' ')[1] ?? '');
  expect(new Set(names).size).toBe(names.length);
  for (const [id, status] of Object.entries(outcome.statuses)) {
    if (status === 'success') expect(names).toContain(id);
    else if (status !== 'unknown') expect(names).not.toContain(id);
  }
}

const isOpen = ({ state, isDeleted }: { state: string; isDeleted: boolean }): boolean =>
  !isDeleted && !['JobComplete', 'Failed', 'Aborted'].includes(state);

function expectNothingOpen({ org }: Made): void {
  expect(org.bulk.jobs.filter(isOpen)).toEqual([]);
}

const statuses = ({ outcome }: Made): Status[] => [...new Set(Object.values(outcome.statuses))].sort();
const results = ({ outcome }: Made): readonly ResultEvent[] => outcome.results;

describe('an answer that is lost', () => {
  test.each<[string, FaultSpec]>([
    ['of the upload', { kind: 'jobUpload', action: 'lose' }],
    ['of the close', { kind: 'jobChange', action: 'lose' }],
    ['of a status request', { kind: 'jobStatus', action: 'lose' }],
    ['of the successful results', { path: '/successfulResults', action: 'lose' }],
    ['of the failed results', { path: '/failedResults', action: 'lose' }],
    ['of the unprocessed records', { path: '/unprocessedrecords', action: 'lose' }],
  ])('%s costs nothing: all is applied once, and known', async (_what, fault) => {
    const made = await create(5, { faults: [fault] });

    expect(statuses(made)).toEqual(['success']);
    expect(made.org.ledger.counts.create).toBe(5);
    expectNothingOpen(made);
  });

  test('of the creation leaves a job without data behind, and another one is made', async () => {
    const made = await create(5, { faults: [{ kind: 'jobCreate', action: 'lose' }] });

    expect(statuses(made)).toEqual(['success']);
    expect(made.org.bulk.jobs.map(({ state }) => state)).toEqual(['Open', 'JobComplete']);
    expect(made.org.ledger.counts.create).toBe(5);
  });

  test('of the upload, each time: the jobs are discarded, and nothing is applied', async () => {
    const made = await create(5, { faults: [{ kind: 'jobUpload', times: 100, action: 'lose' }] });

    expect(statuses(made)).toEqual(['failure']);
    expect(made.org.ledger.counts.create).toBe(0);
    expectNothingOpen(made);
  });

  test('of the close that did not arrive: the job is open, and is closed again', async () => {
    const made = await create(5, { faults: [{ kind: 'jobChange', action: 'refuse' }] });

    expect(statuses(made)).toEqual(['success']);
    expect(made.org.bulk.jobs).toHaveLength(1);
  });

  test('of the close that never arrives: the job is aborted and deleted, and nothing is applied', async () => {
    const where = ({ kind, body }: { kind: string; body?: string }) =>
      kind === 'jobChange' && body?.includes('UploadComplete') === true;
    const made = await create(5, { faults: [{ where, times: 1000, action: 'refuse' }] });

    expect(statuses(made)).toEqual(['failure']);
    expect(made.org.bulk.jobs).toMatchObject([{ state: 'Aborted', isDeleted: true }]);
    expect(made.org.ledger.counts.create).toBe(0);
  });

  test('of everything after the close is unknown, names the job, and is settled by it later', async () => {
    const faults: FaultSpec[] = [
      { kind: 'jobStatus', times: 1000, action: 'lose' },
      { kind: 'jobChange', nth: 2, times: 1000, action: 'refuse' },
    ];
    const documents = accounts(4);
    const made = await create(4, { faults, documents });
    const [job] = made.org.bulk.jobs;
    made.org.faults.remove();

    expect(statuses(made)).toEqual(['unknown']);
    for (const { error, receipt } of results(made)) {
      expect(error?.service?.jobId).toBe(job?.id);
      expect(receipt).toMatchObject({ jobId: job?.id, rows: 4 });
    }

    const connection = await (world as PromiseWorld).connect();
    const reconciled = new Map<string, Status>();
    const execution = connection.reconcile(
      { operation: 'create', objectType: 'Account', properties: FAST as Json },
      documents.map((document, index) => ({ ...document, receipt: results(made)[index]?.receipt ?? null })),
    );
    for await (const event of execution)
      if (event.type === 'result') for (const id of event.inputs) reconciled.set(id, event.status);

    expect([...reconciled.values()]).toEqual(['success', 'success', 'success', 'success']);

    const settle = async (bodies: readonly string[]) => {
      const seen: Status[] = [];
      const again = connection.reconcile(
        { operation: 'create', objectType: 'Account', properties: FAST as Json },
        bodies.map((body, index) => ({ id: `d${index + 1}`, body, receipt: results(made)[index]?.receipt ?? null })),
      );
      for await (const event of again) if (event.type === 'result') seen.push(event.status);
      return seen.sort();
    };
    const [first = '', ...others] = documents.map(({ body }) => body);
    expect(await settle([first.replace('Name>', 'Nome>'), ...others])).toEqual([
      ...['success', 'success', 'success'],
      'unknown',
    ]);
    made.org.faults.add({ kind: 'jobStatus', times: 1000, action: 'refuse' });
    expect(await settle([first, ...others])).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  });
});

describe('a job', () => {
  test('that never ends is aborted at the deadline: what it came to is told, the rest was not attempted (Q17)', async () => {
    const made = await create(6, {
      plan: { polls: Number.POSITIVE_INFINITY, rows: 2 },
      isLate: true,
    });

    expect(made.outcome.summary.counts).toMatchObject({ success: 2, notAttempted: 4 });
    expect(made.org.bulk.jobs).toMatchObject([{ state: 'Aborted' }]);
    expectHonest(made);
  });

  test('that somebody aborted is read all the same: unprocessed rows are failures (Q17)', async () => {
    const made = await create(6, { plan: { state: 'Aborted', rows: 2 } });

    expect(made.outcome.summary.counts).toMatchObject({ success: 2, failure: 4 });
    expect(results(made).at(-1)?.error).toMatchObject({
      code: 'BULK_ROW_UNPROCESSED',
      retryable: true,
      effect: 'none',
    });
    expectHonest(made);
  });

  test('that fails half way keeps what it applied', async () => {
    const made = await create(6, { plan: { state: 'Failed', rows: 2, errorMessage: 'InternalServerError : x' } });

    expect(made.outcome.summary.counts).toMatchObject({ success: 2, failure: 4 });
    expect(results(made).at(-1)?.message).toContain('InternalServerError : x');
    expectHonest(made);
  });

  const errorMessage = 'InvalidBatch : Field name not found : X';

  test('that fails as such refuses all its documents with its own message, and the next job goes on (Q21)', async () => {
    world = await PromiseWorld.start();
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

    const connection = await (world as PromiseWorld).connect();
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

  test('whose state is not known is waited for until it ends (Q17)', async () => {
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

describe('rows that are locked', () => {
  test('go again in a smaller job of their own, each is created once, and has the result of its own row', async () => {
    world = await PromiseWorld.start({ keepBodies: true });
    const { org } = world;
    const connection = await world.connect();
    for (const nth of [2, 5, 8]) org.locks.add({ nth });

    const outcome = await run(connection, 'create', accounts(8), FAST);

    const made = { outcome, org };
    expect(statuses(made)).toEqual(['success']);
    expect(org.ledger.counts.create).toBe(8);
    const uploads = org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ body }) => body);
    expect(uploads.slice(1)).toEqual(['"Name"\n"Promise d2"\n"Promise d6"\n', '"Name"\n"Promise d6"\n']);
    for (const { inputs, body } of outcome.results) expect(String(body)).toContain(`<Name>Promise ${inputs[0]}</Name>`);
    const [, second] = org.bulk.jobs;
    expect(outcome.results.find(({ inputs }) => inputs[0] === 'd2')?.receipt).toEqual({
      jobId: second?.id,
      row: 0,
      rows: 2,
    });
    expectHonest(made);
    expectNothingOpen(made);
  });

  test('are reconciled with all others by one reading of each job, whatever the order of their receipts', async () => {
    world = await PromiseWorld.start();
    const { org } = world;
    const connection = await world.connect();
    for (const nth of [2, 4, 6]) org.locks.add({ nth });
    const documents = accounts(8);
    const { results: first } = await run(connection, 'create', documents, FAST);
    const receipts = new Map(first.map(({ inputs: [id = ''], receipt = null }) => [id, receipt]));
    const readings = () => org.requests.entries.filter(({ path }) => path.endsWith('/successfulResults')).length;
    const before = readings();
    // A set without rows need not repeat the columns.
    org.faults.add({ path: '/unprocessedrecords', times: 100, action: 'garbage', body: '"sf__Id"\n' });

    const request = { operation: 'create', objectType: 'Account', properties: FAST as Json };
    const again = connection.reconcile(
      request,
      documents.map((document) => ({ ...document, receipt: receipts.get(document.id) ?? null })),
    );
    const seen: Status[] = [];
    for await (const event of again) if (event.type === 'result') seen.push(event.status);

    expect(seen).toEqual(documents.map(() => 'success'));
    expect([org.bulk.jobs.length, readings() - before]).toEqual([2, 2]);
  });

  test.each(['update', 'delete'])('of a %s go again too', async (operation) => {
    world = await PromiseWorld.start();
    const { org } = world;
    const connection = await world.connect();
    const ids = [1, 2, 3, 4, 5, 6].map((number) => org.insert('Account', { Name: `Own ${number}` }));
    org.locks.add({ id: ids[1] as string });
    org.locks.add({ id: ids[4] as string });
    const documents = ids.map((id) => ({ id, body: `<records><Id>${id}</Id><Name>Renamed</Name></records>` }));

    const outcome = await run(connection, operation, documents, FAST);

    expect(outcome.summary.counts).toMatchObject({ success: 6 });
    expect(
      org.ledger.entries
        .filter(({ action }) => action === operation)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...ids].sort());
    expect(org.bulk.jobs).toHaveLength(2);
  });

  test('for good are refused after three jobs, and not written; other refusals do not go again', async () => {
    world = await PromiseWorld.start({ keepBodies: true });
    const { org } = world;
    const connection = await world.connect();
    org.locks.add({ times: Number.POSITIVE_INFINITY });
    const bad = { id: 'bad', body: '<records type="Account"><Name></Name></records>' };

    const outcome = await run(connection, 'create', [...accounts(3), bad], FAST);

    const made = { outcome, org };
    expect(statuses(made)).toEqual(['applicationError']);
    expect(outcome.results.find(({ inputs }) => inputs[0] === 'd1')).toMatchObject({
      code: 'UNABLE_TO_LOCK_ROW',
      error: { category: 'conflict', retryable: true, effect: 'none' },
    });
    const uploads = org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ body }) => body);
    expect(uploads.map((csv) => (csv?.split('\n').length ?? 0) - 2)).toEqual([4, 3, 3]);
    expectHonest(made);
  });

  test('of the same text are told apart from those that were not', async () => {
    const same = ['a', 'b', 'c', 'd'].map((id) => ({
      id,
      body: '<records type="Account"><Name>Same</Name></records>',
    }));
    world = await PromiseWorld.start();
    const { org } = world;
    const connection = await world.connect();
    org.locks.add({ times: 4 });

    const outcome = await run(connection, 'create', same, FAST);

    expect(outcome.statuses).toEqual({ a: 'success', b: 'success', c: 'success', d: 'success' });
    expect(org.ledger.counts.create).toBe(4);
  });

  test('have their refusal where the run is cancelled before they go again', async () => {
    world = await PromiseWorld.start();
    const { org } = world;
    const connection = await world.connect();
    org.locks.add({ nth: 2 });
    const controller = new AbortController();
    const execution = connection.execute(
      { operation: 'create', objectType: 'Account', properties: FAST as Json },
      accounts(4),
      { signal: controller.signal },
    );
    const seen = new Map<string, string>();
    for await (const event of execution) {
      if (event.type !== 'result') continue;
      for (const id of event.inputs) seen.set(id, `${event.status} ${event.error?.code ?? ''}`);
      if (seen.size === 3) controller.abort();
    }

    expect(Object.fromEntries(seen)).toEqual({
      d1: 'success ',
      d3: 'success ',
      d4: 'success ',
      d2: 'applicationError SALESFORCE_UNABLE_TO_LOCK_ROW',
    });
    expect(org.bulk.jobs).toHaveLength(1);
  });
});

describe('cancelled', () => {
  test.each<[string, FaultSpec, 'deleted' | 'kept']>([
    ['while the job is made', { kind: 'jobCreate', action: 'hold', handled: true }, 'deleted'],
    ['while the data is uploaded', { kind: 'jobUpload', action: 'hold' }, 'deleted'],
    ['after the data is uploaded', { kind: 'jobUpload', action: 'hold', handled: true }, 'deleted'],
    ['before the job is closed', { kind: 'jobChange', action: 'hold' }, 'kept'],
    ['after the job is closed', { kind: 'jobChange', action: 'hold', handled: true }, 'kept'],
    ['before the status is told', { kind: 'jobStatus', action: 'hold' }, 'kept'],
    ['after the status is told', { kind: 'jobStatus', action: 'hold', handled: true }, 'kept'],
    ['while successful results are read', { path: '/successfulResults', action: 'hold' }, 'kept'],
    ['while unprocessed records are read', { path: '/unprocessedrecords', action: 'hold' }, 'kept'],
  ])('%s: no job is left open, and nothing is said that is not so', async (_when, spec, end) => {
    world = await PromiseWorld.start();
    const { org } = world;
    const connection = await world.connect();
    await connection.test();
    const fault = org.faults.add(spec);
    const controller = new AbortController();
    const running = run(connection, 'create', accounts(5), FAST, { signal: controller.signal });
    await fault.reached();

    controller.abort();
    fault.release();
    const outcome = await running;

    const made = { outcome, org };
    expect(Object.keys(outcome.statuses)).toHaveLength(5);
    expectHonest(made);
    expectNothingOpen(made);
    expect(org.bulk.jobs.map(({ isDeleted }) => isDeleted)).toEqual([end === 'deleted']);
    expect(statuses(made)).not.toContain('unknown');
  });
});

describe('a set of results that is cut', () => {
  const body =
    '"sf__Id","sf__Created","Name"\n"001000000000001AAA","true","a"\n"001000000000002AAA","true","b ""x"""\n';

  test.each(['content-length', 'chunked', 'close'] as const)(
    'anywhere, in %s framing, is read again: every row once',
    async (framing) => {
      let jobs = 0;
      const read = new Set<string>();
      const csv = (text: string, cut?: RawAnswer['cut']): RawAnswer => ({
        status: 200,
        body: text,
        headers: { 'content-type': 'text/csv' },
        ...(cut !== undefined && { cut }),
      });
      // The number of the job is where its first answer breaks off.
      const service = await RawService.start(({ method, path }) => {
        const id = /jobs\/ingest\/(\d+)AAA/.exec(path)?.[1] ?? `750${String(jobs++).padStart(12, '0')}`;
        if (method === 'PUT') return { status: 201 };
        if (path.endsWith('/failedResults')) return csv('"sf__Id","sf__Error","Name"\n');
        if (path.endsWith('/unprocessedrecords')) return csv('"Name"\n');
        if (path.endsWith('/successfulResults')) {
          const isFirst = !read.has(id);
          read.add(id);
          return csv(body, isFirst ? { atByte: Number(id.slice(3)), framing } : undefined);
        }
        const state = path.endsWith('/jobs/ingest') ? 'Open' : 'JobComplete';
        return path.includes('/jobs/') ? json({ id: `${id}AAA`, state, numberRecordsProcessed: 2 }) : 'default';
      });
      world = await PromiseWorld.start({}, { limits: { repeatsPerMinute: 10_000 } });
      const properties = service.properties({ concurrent: 25 });
      const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties });
      await connection.test();
      const documents = [
        { id: 'a', body: '<records><Name>a</Name></records>' },
        { id: 'b', body: '<records><Name>b "x"</Name></records>' },
      ];
      const outcomes = await Promise.all(
        Array.from({ length: body.length }, () => run(connection, 'create', documents, FAST)),
      );
      await service.stop();

      expect(read.size).toBe(body.length);
      for (const { statuses: own } of outcomes) expect(own).toEqual({ a: 'success', b: 'success' });
    },
  );
});

test('an address of another host is never called, and the job is discarded', async () => {
  const foreign = await RawService.start(() => ({ status: 201 }));
  const service = await RawService.start(({ method, path }) => {
    if (method === 'POST' && path.endsWith('/jobs/ingest'))
      return json({ id: '750000000000001AAA', state: 'Open', contentUrl: `${foreign.url}/services/data/v64.0/x` });
    return path.includes('/jobs/ingest/') ? json({ id: '750000000000001AAA', state: 'Aborted' }) : 'default';
  });
  world = await PromiseWorld.start();
  const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

  const outcome = await run(connection, 'create', accounts(1), FAST);

  expect(outcome.statuses).toEqual({ d1: 'failure' });
  expect(foreign.requests).toEqual([]);
  expect(service.requests.map(({ method }) => method)).toContain('DELETE');
  await service.stop();
  await foreign.stop();
});

test.each<[string, string, object]>([
  ['successfulResults', 'the rows that failed', { unknown: 10, applicationError: 1 }],
  ['failedResults', 'the rows that succeeded', { success: 10, unknown: 1 }],
  ['unprocessedrecords', 'all rows, for none is missing', { success: 10, applicationError: 1 }],
])('where the %s cannot be read for good, the others tell of %s', async (set, _what, counts) => {
  const bad = { id: 'bad', body: '<records type="Account"><Name></Name></records>' };
  const made = await create(0, {
    documents: [...accounts(10), bad],
    faults: [{ path: `/${set}`, times: 100, action: 'error', status: 404, errorCode: 'NOT_FOUND', message: 'gone' }],
  });

  expect(made.outcome.summary.counts).toMatchObject(counts);
  for (const { status, message } of results(made)) if (status === 'unknown') expect(message).toContain('gone');
  expectHonest(made);
});

test('scratch space that is full refuses no document: none was attempted, and the run says why', async () => {
  world = await PromiseWorld.start({}, { limits: { spoolBytes: 300 } });
  const connection = await world.connect();

  const outcome = await run(connection, 'create', accounts(50), FAST);

  expect(new Set(Object.values(outcome.statuses))).toEqual(new Set(['notAttempted']));
  expect(Object.keys(outcome.statuses)).toHaveLength(50);
  expect(outcome.summary.error).toMatchObject({ code: 'SPOOL_FULL' });
  expect(world.org.bulk.jobs).toEqual([]);
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

test('results that cannot be read to their end: each document has one result all the same', async () => {
  world = await PromiseWorld.start();
  const connection = await world.connect();
  const long = `<Description>${'x'.repeat(30_000)}</Description>`;
  const bad = Array.from({ length: 20 }, (_, n) => ({ id: `bad${n}`, body: `<records><Name/>${long}</records>` }));
  const execution = connection.execute({ operation: 'create', objectType: 'Account', properties: FAST as Json }, [
    ...accounts(20),
    ...bad,
  ]);
  const seen: (readonly [string, Status])[] = [];
  for await (const events of execution.batches()) {
    const told = events.filter((event) => event.type === 'result');
    for (const { inputs, status } of told) seen.push([String(inputs), status]);
    // The rows that succeeded are told; what the job says of the others is gone.
    if (told.length > 0) removeScratchSpace();
  }

  expect(seen).toHaveLength(40);
  expect(Object.fromEntries(seen)).toEqual({
    ...Object.fromEntries(accounts(20).map(({ id }) => [id, 'success'])),
    ...Object.fromEntries(bad.map(({ id }) => [id, 'unknown'])),
  });
  expect((await execution.summary).error).toBeUndefined();
});

/** Of this process. */
function removeScratchSpace(): void {
  const own = new RegExp(`^connector-runtime-\\w+-${process.pid}-`);
  for (const name of readdirSync(tmpdir()))
    if (own.test(name)) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
}

test('the daily limit in the middle of a run stops new work at once', async () => {
  const made = await create(5, {
    faults: [
      {
        kind: 'jobUpload',
        times: 100,
        action: 'error',
        status: 403,
        errorCode: 'REQUEST_LIMIT_EXCEEDED',
        message: 'TotalRequests Limit exceeded.',
      },
    ],
  });

  expect(statuses(made)).toEqual(['failure']);
  expect(made.outcome.summary.error).toMatchObject({ category: 'quota' });
  expect(made.org.ledger.counts.create).toBe(0);
});

test('an expired session is renewed in the middle of an upload, whose data goes again', async () => {
  const made = await create(5, { faults: [{ kind: 'jobUpload', action: 'expireSessions' }] });

  expect(statuses(made)).toEqual(['success']);
  expect(made.org.ledger.counts.create).toBe(5);
});
