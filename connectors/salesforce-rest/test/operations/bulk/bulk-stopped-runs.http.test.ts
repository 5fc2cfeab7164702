import type { Json, Status } from '@connector-runtime/core';
import type { FaultSpec, LoggedRequest, RequestKind } from '@connector-runtime/salesforce-org';
import { accounts, run, startWorld, stopWorlds } from '../../promise-world.js';
import { json, RawService } from '../../raw-service.js';
import { writes } from './bulk-ways.js';
import { create, FAST, statuses } from './bulk-world.js';

afterEach(stopWorlds);

// An upsert needs a field that this service does not describe.
test.each(writes.filter(([what]) => !what.endsWith('upsert')))(
  'an address of another host is never called by a %s, and the job is discarded',
  async (_what, { operation, properties, documents }) => {
    const foreign = await RawService.start(() => ({ status: 201 }));
    const service = await RawService.start(({ method, path }) => {
      if (method === 'POST' && path.endsWith('/jobs/ingest'))
        return json({ id: '750000000000001AAA', state: 'Open', contentUrl: `${foreign.url}/services/data/v64.0/x` });
      return path.includes('/jobs/ingest/') ? json({ id: '750000000000001AAA', state: 'Aborted' }) : 'default';
    });
    const world = await startWorld();
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

    const outcome = await run(connection, operation, documents(world.org), properties as Json, {}, 'Invoice__c');
    await Promise.all([service.stop(), foreign.stop()]);

    expect([...new Set(Object.values(outcome.statuses))]).toEqual(['failure']);
    expect(foreign.requests).toEqual([]);
    expect(service.requests.map(({ method }) => method)).toContain('DELETE');
    expect(service.requests.map(({ method }) => method)).not.toContain('PUT');
  },
);

test('scratch space that is full refuses no document: none was attempted, and the run says why', async () => {
  const world = await startWorld({}, { limits: { spoolBytes: 300 } });
  const connection = await world.connect();

  const outcome = await run(connection, 'create', accounts(50), FAST);

  expect(new Set(Object.values(outcome.statuses))).toEqual(new Set(['notAttempted']));
  expect(Object.keys(outcome.statuses)).toHaveLength(50);
  expect(outcome.summary.error).toMatchObject({ code: 'SPOOL_FULL' });
  expect(world.org.bulk.jobs).toEqual([]);
});

describe('the daily limit in the middle of a run of several jobs', () => {
  /** From the `nth` request of this kind on, nothing is allowed any more. */
  function limitFrom(kind: RequestKind, nth: number): FaultSpec {
    let seen = 0;
    const where = (request: LoggedRequest): boolean => {
      if (request.kind === kind) seen += 1;
      return seen >= nth;
    };
    const message = 'TotalRequests Limit exceeded.';
    const times = Number.POSITIVE_INFINITY;
    return { where, times, action: 'error', status: 403, errorCode: 'REQUEST_LIMIT_EXCEEDED', message };
  }

  const statements = ['1', '2', '3', '4'].map((id) => ({ id, body: 'SELECT Id FROM Account' }));
  const polling = { pollInitialMs: 10, pollMaxMs: 20 };
  /** Each of these documents is a job of its own. */
  const ways = {
    create: {
      operation: 'create',
      properties: FAST,
      documents: accounts(4).map((document, index) => ({
        ...document,
        id: `${index + 1}`,
        properties: { restHeaders: { 'X-Run': `${index}` } },
      })),
    },
    csvBulk: {
      operation: 'csvBulk',
      properties: { ...polling, bulkOperation: 'insert', object: 'Account' },
      documents: statements.map(({ id }) => ({ id, body: `Name\nPromise ${id}\n` })),
    },
    query: {
      operation: 'query',
      properties: { ...FAST, fields: ['Id'] },
      documents: statements.map(({ id }) => ({ id, body: '' })),
    },
    customSoql: { operation: 'customSoql', properties: FAST, documents: statements },
    'csvBulk query': {
      operation: 'csvBulk',
      properties: { ...polling, bulkOperation: 'query' },
      documents: statements,
    },
  };

  test.each<[keyof typeof ways, RequestKind, number, Status, number]>([
    ['create', 'jobCreate', 2, 'failure', 1],
    ['create', 'jobUpload', 2, 'failure', 1],
    ['create', 'jobChange', 2, 'failure', 1],
    ['create', 'jobStatus', 2, 'unknown', 1],
    ['create', 'jobResults', 4, 'unknown', 2],
    ['csvBulk', 'jobCreate', 2, 'failure', 1],
    ['csvBulk', 'jobUpload', 2, 'failure', 1],
    ['csvBulk', 'jobChange', 2, 'failure', 1],
    ['csvBulk', 'jobStatus', 2, 'unknown', 1],
    ['csvBulk', 'jobResults', 4, 'unknown', 2],
    ['query', 'jobCreate', 2, 'failure', 0],
    ['query', 'jobStatus', 2, 'failure', 0],
    ['query', 'jobResults', 2, 'failure', 0],
    ['customSoql', 'jobStatus', 2, 'failure', 0],
    ['csvBulk query', 'jobResults', 2, 'failure', 0],
  ])('starts no new work: %s, met at %s %d', async (way, kind, nth, status, created) => {
    const world = await startWorld();
    const { org } = world;
    const connection = await world.connect();
    await connection.test();
    org.faults.add(limitFrom(kind, nth));
    const { operation, properties, documents } = ways[way];

    const outcome = await run(connection, operation, documents, properties as Json);

    expect(outcome.statuses).toEqual({ 1: 'success', 2: status, 3: 'notAttempted', 4: 'notAttempted' });
    expect(outcome.summary.error).toMatchObject({ category: 'quota' });
    expect(org.requests.count('jobCreate')).toBe(2);
    expect(org.ledger.counts.create).toBe(created);
  });
});

test('an expired session is renewed in the middle of an upload, whose data goes again', async () => {
  const made = await create(5, { faults: [{ kind: 'jobUpload', action: 'expireSessions' }] });

  expect(statuses(made)).toEqual(['success']);
  expect(made.org.ledger.counts.create).toBe(5);
});
