import type { FaultSpec } from '@connector-runtime/salesforce-org';
import { create, expectHonest, expectNothingOpen, FAST, startWorld, statuses, stopWorlds } from './bulk-world.js';
import { accounts, run } from './promise-world.js';
import { json, RawService } from './raw-service.js';

afterEach(stopWorlds);

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
    const world = await startWorld();
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

test('an address of another host is never called, and the job is discarded', async () => {
  const foreign = await RawService.start(() => ({ status: 201 }));
  const service = await RawService.start(({ method, path }) => {
    if (method === 'POST' && path.endsWith('/jobs/ingest'))
      return json({ id: '750000000000001AAA', state: 'Open', contentUrl: `${foreign.url}/services/data/v64.0/x` });
    return path.includes('/jobs/ingest/') ? json({ id: '750000000000001AAA', state: 'Aborted' }) : 'default';
  });
  const world = await startWorld();
  const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

  const outcome = await run(connection, 'create', accounts(1), FAST);

  expect(outcome.statuses).toEqual({ d1: 'failure' });
  expect(foreign.requests).toEqual([]);
  expect(service.requests.map(({ method }) => method)).toContain('DELETE');
  await service.stop();
  await foreign.stop();
});

test('scratch space that is full refuses no document: none was attempted, and the run says why', async () => {
  const world = await startWorld({}, { limits: { spoolBytes: 300 } });
  const connection = await world.connect();

  const outcome = await run(connection, 'create', accounts(50), FAST);

  expect(new Set(Object.values(outcome.statuses))).toEqual(new Set(['notAttempted']));
  expect(Object.keys(outcome.statuses)).toHaveLength(50);
  expect(outcome.summary.error).toMatchObject({ code: 'SPOOL_FULL' });
  expect(world.org.bulk.jobs).toEqual([]);
});

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
