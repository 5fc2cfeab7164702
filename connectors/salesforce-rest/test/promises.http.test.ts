import type { Status } from '@connector-runtime/core';
import { accounts, type Outcome, PromiseWorld, run } from './promise-world.js';

let world: PromiseWorld | undefined;
afterEach(async () => {
  await world?.stop();
  world = undefined;
});

async function start(...options: Parameters<typeof PromiseWorld.start>): Promise<PromiseWorld> {
  world = await PromiseWorld.start(...options);
  return world;
}

/** No claim that the ledger contradicts: `success` is in it, `failure`, `applicationError` and `notAttempted` are not; nothing is in it twice. */
function expectHonest(outcome: Outcome, applied: readonly string[]): void {
  const names = applied.map((name) => name.split(' ')[1] ?? '');
  expect(new Set(names).size).toBe(names.length);
  for (const [id, status] of Object.entries(outcome.statuses)) {
    if (status === 'success') expect(names).toContain(id);
    else if (status !== 'unknown') expect(names).not.toContain(id);
  }
}

const count = (outcome: Outcome, status: Status) => outcome.summary.counts[status];

describe('a create', () => {
  test('that was applied and whose answer was lost is unknown, and is never sent again', async () => {
    const { org } = await start();
    const connection = await (world as PromiseWorld).connect();
    org.faults.add({ kind: 'create', nth: 3, action: 'lose' });

    const outcome = await run(connection, 'create', accounts(5));

    expect(Object.values(outcome.statuses).sort()).toEqual(['success', 'success', 'success', 'success', 'unknown']);
    expect(org.requests.count('create')).toBe(5);
    expectHonest(outcome, (world as PromiseWorld).accountsNamed('Promise'));
    expect((world as PromiseWorld).accountsNamed('Promise')).toHaveLength(5);
  });

  test('that was refused before the service took it is sent again', async () => {
    const { org } = await start();
    const connection = await (world as PromiseWorld).connect();
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
    expect((world as PromiseWorld).accountsNamed('Promise')).toHaveLength(3);
  });

  test.each([500, 503])('that met status %i with HTML is unknown, and no markup reaches the host', async (status) => {
    const { org } = await start();
    const connection = await (world as PromiseWorld).connect();
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
    const connection = await (world as PromiseWorld).connect();
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
    expectHonest(outcome, (world as PromiseWorld).accountsNamed('Promise'));
  });

  test('costs one request a document, beside one login and one describe', async () => {
    const { org } = await start();
    const connection = await (world as PromiseWorld).connect();

    await run(connection, 'create', accounts(20));
    await run(connection, 'create', accounts(20, 'Again'));

    expect(org.requests.counts()).toEqual({ login: 1, describe: 1, create: 40 });
  });
});

describe('the session', () => {
  test('that expired is renewed once for 50 requests that met it together', async () => {
    const { org } = await start();
    const connection = await (world as PromiseWorld).connect({ concurrent: 25 });
    await run(connection, 'create', accounts(1, 'Warm'));
    org.expireSessions();

    const outcomes = await Promise.all([
      run(connection, 'create', accounts(25, 'One')),
      run(connection, 'create', accounts(25, 'Two')),
    ]);

    expect(outcomes.map((outcome) => count(outcome, 'success'))).toEqual([25, 25]);
    expect(org.requests.count('login')).toBe(2);
    expect((world as PromiseWorld).accountsNamed('One')).toHaveLength(25);
    expect((world as PromiseWorld).accountsNamed('Two')).toHaveLength(25);
  });

  test('is kept in the credential store for the next connection of the same id', async () => {
    const { org, runtime } = await start();
    const component = { id: 'one', plugin: 'salesforce-rest', properties: (world as PromiseWorld).properties() };
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
    const connection = await (world as PromiseWorld).connect({ password: 'wrong-password' });

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
    const connection = await (world as PromiseWorld).connect();
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
    const connection = await (world as PromiseWorld).connect();
    await run(connection, 'create', accounts(1, 'Warm'));
    await org.close();

    const outcome = await run(connection, 'create', accounts(10_000));

    expect(Object.keys(outcome.statuses)).toHaveLength(10_000);
    // A create on a kept connection that turns out to be dead may have arrived: nobody can tell.
    expect(count(outcome, 'unknown')).toBeLessThanOrEqual(5);
    expect(outcome.summary.error).toMatchObject({ category: 'unavailable', effect: 'none' });
  });
});

describe('an execution that is ended while the service hangs', () => {
  /** The manifest's, and something for a busy machine. */
  const STOP_WITHIN_MS = 2_000 + 1_000;
  const steps = [
    ['login', 'create', 0],
    ['describe', 'create', 0],
    ['create', 'create', 5],
    ['query', 'query', 0],
    ['nextPage', 'query', 0],
  ] as const;

  test.each(steps)(
    'at the %s of a %s is cancelled in time, with one result a document',
    async (kind, operation, unknown) => {
      const { org } = await start({ pageSize: 50 });
      const connection = await (world as PromiseWorld).connect();
      const fault = org.faults.add({ kind, times: Number.POSITIVE_INFINITY, action: 'hang' });
      const controller = new AbortController();
      const documents = operation === 'query' ? undefined : accounts(8);
      const running = run(connection, operation, documents, {}, { signal: controller.signal });
      await fault.reached(kind === 'create' ? 5 : 1);
      const startedMs = performance.now();

      controller.abort();
      const outcome = await running;

      expect(performance.now() - startedMs).toBeLessThan(STOP_WITHIN_MS);
      expect(Object.keys(outcome.statuses)).toHaveLength(operation === 'query' ? 1 : 8);
      expect(count(outcome, 'unknown')).toBe(unknown);
      expect(count(outcome, 'success')).toBe(0);
      expect(outcome.summary).toMatchObject({ complete: false, error: { code: 'CANCELLED' } });
    },
  );

  test.each(steps)('at the %s of a %s ends by its deadline', async (kind, operation) => {
    const { org } = await start({ pageSize: 50 });
    const connection = await (world as PromiseWorld).connect();
    org.faults.add({ kind, times: Number.POSITIVE_INFINITY, action: 'hang' });
    const startedMs = performance.now();

    const outcome = await run(
      connection,
      operation,
      operation === 'query' ? undefined : accounts(8),
      {},
      { deadlineMs: 700 },
    );

    expect(performance.now() - startedMs).toBeLessThan(700 + STOP_WITHIN_MS);
    expect(Object.keys(outcome.statuses)).toHaveLength(operation === 'query' ? 1 : 8);
    expect(outcome.summary).toMatchObject({ complete: false, error: { category: 'timeout', code: 'DEADLINE' } });
  });

  test('after the write was applied never says that it was not attempted', async () => {
    const { org } = await start();
    const connection = await (world as PromiseWorld).connect();
    const fault = org.faults.add({ kind: 'create', times: Number.POSITIVE_INFINITY, action: 'hang', handled: true });
    const controller = new AbortController();
    const running = run(connection, 'create', accounts(5), {}, { signal: controller.signal });
    await fault.reached(5);

    controller.abort();

    const outcome = await running;
    expect(count(outcome, 'unknown')).toBe(5);
    expectHonest(outcome, (world as PromiseWorld).accountsNamed('Promise'));
  });
});

describe('a query', () => {
  test('costs one request a page, beside one login, one version list and one describe', async () => {
    const { org } = await start({ accounts: 1000, pageSize: 250 });
    const connection = await (world as PromiseWorld).connect({ url: org.url });

    const outcome = await run(connection, 'query', undefined, { fields: ['Id', 'Name'] });

    expect(outcome.outputs).toHaveLength(1000);
    expect(org.requests.counts()).toEqual({ login: 1, versions: 1, describe: 1, query: 1, nextPage: 3 });
  });

  test('gives every row once, wherever a page is cut', async () => {
    const { org } = await start({ accounts: 60, pageSize: 20 });
    const connection = await (world as PromiseWorld).connect();
    await run(connection, 'query', undefined, { fields: ['Id'] });
    const faults: string[] = [];

    for (let atByte = 0; atByte < 2_000; atByte += 97) {
      for (const framing of ['chunked', 'content-length'] as const) {
        org.faults.add({ kind: 'nextPage', action: 'cut', atByte, framing });
        const { outputs, summary } = await run(connection, 'query', undefined, { fields: ['Id'] });
        const ids = new Set(
          outputs.map((output) => output.type === 'output' && /<Id>(\w+)<\/Id>/.exec(String(output.body))?.[1]),
        );
        const isWhole = summary.complete && ids.size === 60 && outputs.length === 60;
        const isTold = !summary.complete && ids.size === outputs.length;
        if (!isWhole && !isTold)
          faults.push(`${framing} at ${atByte}: ${outputs.length} outputs, complete ${summary.complete}`);
      }
    }

    expect(faults).toEqual([]);
  }, 60_000);
});

describe('secrets', () => {
  test('are in no event, finding, log or error, whatever fails', async () => {
    const { org, logged } = await start();
    const seen: unknown[] = [];
    for (const action of [
      { action: 'lose' },
      { action: 'garbage' },
      { action: 'error', status: 400, errorCode: 'INVALID_FIELD', message: `echo ${org.password}${org.securityToken}` },
    ] as const) {
      for (const kind of ['login', 'create', 'describe'] as const) {
        const connection = await (world as PromiseWorld).connect();
        const fault = org.faults.add({ kind, ...action });
        seen.push(await run(connection, 'create', accounts(2)), await connection.test());
        org.faults.remove(fault);
        await connection.close();
      }
    }
    const connection = await (world as PromiseWorld).connect();
    await run(connection, 'create', accounts(2));

    const all = JSON.stringify(seen) + logged.join('\n');
    for (const secret of [org.password, org.securityToken, `${org.organizationId.slice(0, 15)}!`]) {
      for (const form of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
        secret.replace('&', '&amp;').replace('<', '&lt;'),
      ]) {
        expect(all).not.toContain(form);
      }
    }
    expect(logged.length).toBeGreaterThan(10);
  });
});
