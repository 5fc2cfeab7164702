import type { Json } from '@connector-runtime/core';
import type { RequestKind } from '@connector-runtime/salesforce-org';
import { accounts, count, expectHonest, type PromiseWorld, run, startWorld, stopWorlds } from './promise-world.js';

let world: PromiseWorld;
afterEach(stopWorlds);

async function start(...options: Parameters<typeof PromiseWorld.start>): Promise<PromiseWorld> {
  world = await startWorld(...options);
  return world;
}

describe('a create', () => {
  test('that was applied and whose answer was lost is unknown, and is never sent again', async () => {
    const { org } = await start();
    const connection = await world.connect();
    org.faults.add({ kind: 'create', nth: 3, action: 'lose' });

    const outcome = await run(connection, 'create', accounts(5));

    expect(Object.values(outcome.statuses).sort()).toEqual(['success', 'success', 'success', 'success', 'unknown']);
    expect(org.requests.count('create')).toBe(5);
    expectHonest({ outcome, org });
    expect(world.accountsNamed('Promise')).toHaveLength(5);
  });

  test('that was refused before the service took it is sent again', async () => {
    const { org } = await start();
    const connection = await world.connect();
    org.faults.add({
      kind: 'create',
      nth: 2,
      action: 'error',
      status: 403,
      errorCode: 'REQUEST_LIMIT_EXCEEDED',
      message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
    });

    const outcome = await run(connection, 'create', accounts(3));

    expect(count(outcome, 'success')).toBe(3);
    expect(world.accountsNamed('Promise')).toHaveLength(3);
  });

  test.each([500, 503])('that met status %i with HTML is unknown, and no markup reaches the host', async (status) => {
    const { org } = await start();
    const connection = await world.connect();
    org.faults.add({
      kind: 'create',
      action: 'answer',
      status,
      contentType: 'text/html',
      body: '<html><body>Down for <b>maintenance</b></body></html>',
    });

    const outcome = await run(connection, 'create', accounts(1));

    expect(outcome.statuses).toEqual({ d1: 'unknown' });
    expect(JSON.stringify(outcome.results)).not.toMatch(/<html|<b>/);
    expect(org.requests.count('create')).toBe(1);
  });

  test('met by the daily limit stops new work at once: what was refused is failure, the rest notAttempted', async () => {
    const { org } = await start();
    const connection = await world.connect();
    org.faults.add({
      kind: 'create',
      nth: 10,
      times: Number.POSITIVE_INFINITY,
      action: 'error',
      status: 403,
      errorCode: 'REQUEST_LIMIT_EXCEEDED',
      message: 'TotalRequests Limit exceeded.',
    });

    const outcome = await run(connection, 'create', accounts(1000));

    expect(outcome.summary.error).toMatchObject({ category: 'quota' });
    expect(count(outcome, 'success')).toBe(9);
    expect(count(outcome, 'notAttempted')).toBeGreaterThan(980);
    expect(org.requests.count('create')).toBeLessThanOrEqual(9 + 5 + 2);
    expectHonest({ outcome, org });
  });

  test('costs one request a document, beside one login and one describe', async () => {
    const { org } = await start();
    const connection = await world.connect();

    await run(connection, 'create', accounts(20));
    await run(connection, 'create', accounts(20, 'Again'));

    expect(org.requests.counts()).toEqual({ login: 1, describe: 1, create: 40 });
  });
});

describe('the daily limit in the middle of a run', () => {
  const LIMIT = {
    times: Number.POSITIVE_INFINITY,
    action: 'error',
    status: 403,
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
    message: 'TotalRequests Limit exceeded.',
  } as const;
  const record = (fields: string) => `<records type="Account">${fields}</records>`;
  const KEY = { externalIdFieldName: 'External_Id__c' };
  const known = (id: string) => record(`<Id>${id}</Id><Name>Limit</Name>`);
  const tree = `<SObjectTreeRequest><records type="Account" referenceId="a"><Name>Limit</Name></records></SObjectTreeRequest>`;

  test.each<[string, RequestKind, Json, (id: string) => string]>([
    ['update', 'update', {}, known],
    ['update', 'batch', { returnUpdatedRecord: true }, known],
    ['upsert', 'upsert', KEY, () => record('<Name>Limit</Name>')],
    ['delete', 'delete', {}, known],
    ['createTree', 'tree', {}, () => tree],
  ])('starts no new %s by %s: what was refused is failure, the rest notAttempted', async (...given) => {
    const [operation, kind, properties, bodyOf] = given;
    const { org } = await start();
    const documents = accounts(100).map(({ id }) => ({
      id,
      body: bodyOf(org.insert('Account', { Name: id })),
      properties: operation === 'upsert' ? { externalIdValue: id } : {},
    }));
    const before = org.ledger.entries.length;
    org.faults.add({ kind, nth: 10, ...LIMIT });

    const outcome = await run(await world.connect(), operation, documents, properties);

    expect(outcome.summary.error).toMatchObject({ category: 'quota' });
    expect([count(outcome, 'success'), org.ledger.entries.length - before]).toEqual([9, 9]);
    expect(count(outcome, 'failure') + count(outcome, 'notAttempted')).toBe(91);
    expect(org.requests.count(kind)).toBe(9 + count(outcome, 'failure'));
    expect(count(outcome, 'failure')).toBeLessThanOrEqual(5 + 2);
  });

  test.each(['query', 'customSoql'])('met by a %s between pages asks for no more of anything', async (operation) => {
    const { org } = await start({ accounts: 20, pageSize: 8 });
    const documents = ['d1', 'd2', 'd3', 'd4'].map((id) => ({ id, body: 'SELECT Id FROM Account' }));
    // The first has three pages, the second meets it at its last.
    org.faults.add({ kind: 'nextPage', nth: 4, ...LIMIT });

    const properties = operation === 'query' ? { fields: ['Id'] } : {};
    const outcome = await run(await world.connect({ concurrent: 1 }), operation, documents, properties);

    expect(outcome.statuses).toEqual({ d1: 'success', d2: 'failure', d3: 'notAttempted', d4: 'notAttempted' });
    expect(outcome.summary).toMatchObject({ complete: false, error: { category: 'quota' } });
    expect(outcome.outputs).toHaveLength(20 + 16);
    expect([org.requests.count('query'), org.requests.count('nextPage')]).toEqual([2, 4]);
  });
});

describe('the session', () => {
  test('that expired is renewed once for 50 requests that met it together', async () => {
    const { org } = await start();
    const connection = await world.connect({ concurrent: 25 });
    await run(connection, 'create', accounts(1, 'Warm'));
    org.expireSessions();

    const outcomes = await Promise.all([
      run(connection, 'create', accounts(25, 'One')),
      run(connection, 'create', accounts(25, 'Two')),
    ]);

    expect(outcomes.map((outcome) => count(outcome, 'success'))).toEqual([25, 25]);
    expect(org.requests.count('login')).toBe(2);
    expect(world.accountsNamed('One')).toHaveLength(25);
    expect(world.accountsNamed('Two')).toHaveLength(25);
  });

  test('is kept in the credential store for the next connection of the same id', async () => {
    const { org, runtime } = await start();
    const component = { id: 'one', plugin: 'salesforce-rest', properties: world.properties() };
    const first = await runtime.connect(component);
    await run(first, 'create', accounts(1));
    await first.close();

    const second = await runtime.connect(component);
    const outcome = await run(second, 'create', accounts(1, 'Second'));

    expect(count(outcome, 'success')).toBe(1);
    expect(org.requests.count('login')).toBe(1);
  });

  test('with wrong credentials is asked for once, however many documents and tries', async () => {
    const { org } = await start();
    const connection = await world.connect({ password: 'wrong-password' });

    const outcome = await run(connection, 'create', accounts(100));
    await run(connection, 'create', accounts(100));
    const findings = await connection.test();

    expect(org.requests.count('login')).toBe(1);
    expect(count(outcome, 'failure')).toBe(100);
    expect(outcome.summary.error).toMatchObject({ category: 'auth' });
    expect(findings).toMatchObject([{ name: 'open', ok: false, error: { category: 'auth' } }]);
  });
});

describe('a service that is down', () => {
  test('ends 10,000 documents quickly, with few requests and a result each', async () => {
    const { org } = await start();
    const connection = await world.connect();
    await run(connection, 'create', accounts(1, 'Warm'));
    org.faults.add({
      kind: 'create',
      times: Number.POSITIVE_INFINITY,
      action: 'answer',
      status: 503,
      contentType: 'text/html',
      body: 'down',
    });
    const before = org.requests.total;
    const startedMs = performance.now();

    const outcome = await run(connection, 'create', accounts(10_000));

    expect(performance.now() - startedMs).toBeLessThan(20_000);
    expect(Object.keys(outcome.statuses)).toHaveLength(10_000);
    expect(org.requests.total - before).toBeLessThan(100);
    expect(count(outcome, 'unknown')).toBeLessThan(30);
    expect(count(outcome, 'notAttempted')).toBeGreaterThan(9_900);
    expect(outcome.summary.complete).toBe(true);
  });

  test('that went away for good does so too', async () => {
    const { org } = await start();
    const connection = await world.connect();
    await run(connection, 'create', accounts(1, 'Warm'));
    await org.close();

    const outcome = await run(connection, 'create', accounts(10_000));

    expect(Object.keys(outcome.statuses)).toHaveLength(10_000);
    // A create on a kept connection that turns out to be dead may have arrived: nobody can tell.
    expect(count(outcome, 'unknown')).toBeLessThanOrEqual(5);
    expect(outcome.summary.error).toMatchObject({ category: 'unavailable', effect: 'none' });
  });
});

describe('a query', () => {
  test('costs one request a page, beside one login, one version list and one describe', async () => {
    const { org } = await start({ accounts: 1000, pageSize: 250 });
    const connection = await world.connect({ url: org.url });

    const outcome = await run(connection, 'query', undefined, { fields: ['Id', 'Name'] });

    expect(outcome.outputs).toHaveLength(1000);
    expect(org.requests.counts()).toEqual({ login: 1, versions: 1, describe: 1, query: 1, nextPage: 3 });
  });
});
