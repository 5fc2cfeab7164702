import { create, FAST, startWorld, statuses, stopWorlds } from './bulk-world.js';
import { accounts, run } from './promise-world.js';
import { json, RawService } from './raw-service.js';

afterEach(stopWorlds);

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
