import type { Json, Status } from '@connector-runtime/core';
import type { ExecutionOptions } from '@connector-runtime/runtime';
import type { RequestKind } from '@connector-runtime/salesforce-org';
import { PassingClock } from './passing-clock.js';
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

/** The manifest's, and something for a busy machine. */
const STOP_WITHIN_MS = 2_000 + 1_000;
const OPERATIONS = ['create', 'update', 'upsert', 'delete', 'query'] as const;
type OperationId = (typeof OPERATIONS)[number];

const PROPERTIES: Readonly<Record<OperationId, Record<string, Json>>> = {
  create: {},
  update: {},
  upsert: { externalIdFieldName: 'External_Id__c' },
  delete: {},
  query: { fields: ['Id', 'Contacts/records/Id'] },
};

/** What requests wrote; what the test itself put in is not counted. */
const written = () => (world as PromiseWorld).org.ledger.entries.filter(({ request }) => request > 0);

/** Eight documents for an operation; a query takes none. */
function documentsFor(operation: OperationId) {
  if (operation === 'query') return undefined;
  const records = (world as PromiseWorld).org.records('Account');
  return accounts(8).map(({ id, body }, index) => ({
    id,
    body: body.replace(
      '<Name>',
      `${operation === 'update' || operation === 'delete' ? `<Id>${records[index]?.['Id']}</Id>` : ''}<Name>`,
    ),
    ...(operation === 'upsert' ? { properties: { externalIdValue: `key ${id}` } } : {}),
  }));
}

describe('an execution that is ended while the service hangs', () => {
  interface Step {
    readonly at: RequestKind;
    readonly of: OperationId;
    readonly connect?: 'versions' | 'token';
    readonly properties?: Record<string, Json>;
    readonly pageSize?: number;
  }
  const steps: readonly (readonly [string, Step])[] = [
    ['login', { at: 'login', of: 'create' }],
    ['version list', { at: 'versions', of: 'create', connect: 'versions' }],
    ['token request', { at: 'token', of: 'create', connect: 'token' }],
    ['describe', { at: 'describe', of: 'create' }],
    ['create', { at: 'create', of: 'create' }],
    ['update', { at: 'update', of: 'update' }],
    ['update with read-back', { at: 'batch', of: 'update', properties: { returnUpdatedRecord: true } }],
    ['upsert', { at: 'upsert', of: 'upsert' }],
    ['delete', { at: 'delete', of: 'delete' }],
    ['first page', { at: 'query', of: 'query' }],
    ['next page', { at: 'nextPage', of: 'query', pageSize: 50, properties: { fields: ['Id'] } }],
    ['page of child records', { at: 'nextPage', of: 'query' }],
  ];
  const WRITES: readonly RequestKind[] = ['create', 'update', 'batch', 'upsert', 'delete'];

  const begin = async (step: Step, options: ExecutionOptions, clock = new PassingClock()) => {
    const { at: kind, of: operation } = step;
    const { org } = await start({ pageSize: step.pageSize ?? 2_000, childPageSize: 1 }, { clock });
    const AccountId = org.records('Account')[0]?.['Id'];
    for (const LastName of ['a', 'b', 'c']) org.insert('Contact', { LastName, AccountId });
    const begun = world as PromiseWorld;
    const url = step.connect === 'versions' ? { url: org.url } : {};
    const connection = await (step.connect === 'token' ? begun.connectByOAuth() : begun.connect(url));
    const fault = org.faults.add({ kind, times: Number.POSITIVE_INFINITY, action: 'hang' });
    const documents = documentsFor(operation);
    const properties = { ...PROPERTIES[operation], ...step.properties };
    return { fault, documents, running: run(connection, operation, documents, properties, options) };
  };

  test.each(steps)('at the %s is cancelled in time, with one result a document', async (_what, step) => {
    const controller = new AbortController();
    const isWrite = WRITES.includes(step.at);
    const { fault, documents, running } = await begin(step, { signal: controller.signal });
    await fault.reached(isWrite ? 5 : 1);
    const startedMs = performance.now();

    controller.abort();
    const outcome = await running;

    expect(performance.now() - startedMs).toBeLessThan(STOP_WITHIN_MS);
    expect(Object.keys(outcome.statuses)).toHaveLength(documents?.length ?? 1);
    expect(count(outcome, 'unknown')).toBe(isWrite ? 5 : 0);
    expect(count(outcome, 'notAttempted')).toBe(isWrite ? 3 : (documents?.length ?? 1));
    expect(outcome.summary).toMatchObject({ complete: false, error: { code: 'CANCELLED' } });
    expect(written()).toEqual([]);
  });

  test.each(steps)('at the %s ends by its deadline', async (_what, step) => {
    const clock = new PassingClock();
    const { fault, documents, running } = await begin(step, { deadlineMs: 10_000 }, clock);
    await fault.reached();
    const startedMs = performance.now();

    clock.pass(10_000);
    const outcome = await running;

    expect(performance.now() - startedMs).toBeLessThan(STOP_WITHIN_MS);
    expect(Object.keys(outcome.statuses)).toHaveLength(documents?.length ?? 1);
    expect(count(outcome, 'success')).toBe(0);
    expect(outcome.summary).toMatchObject({ complete: false, error: { category: 'timeout', code: 'DEADLINE' } });
    expect(written()).toEqual([]);
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

describe('an execution that is ended while a document does not come to its end', () => {
  /** A document, and the moment in which its end is waited for. */
  function endless() {
    let tell: () => void = () => undefined;
    const isWaitedFor = new Promise<void>((resolve) => {
      tell = resolve;
    });
    async function* body() {
      yield Buffer.from('<records><Id>001000000000001</Id>');
      tell();
      await new Promise(() => undefined);
    }
    return { body: body(), isWaitedFor };
  }
  const filter = { field: 'Name', operator: 'EQUALS', value: { $property: 'Name' } };

  test.each(OPERATIONS.flatMap((operation) => [[operation, 'cancel'] as const, [operation, 'deadline'] as const]))(
    'sends nothing of it: %s, %s',
    async (operation, how) => {
      const clock = new PassingClock();
      const { org } = await start({}, { clock });
      const connection = await (world as PromiseWorld).connect();
      const properties = { ...PROPERTIES[operation], ...(operation === 'query' ? { filter } : {}) };
      await run(connection, 'query', undefined, { fields: ['Id'] });
      const controller = new AbortController();
      const options = how === 'cancel' ? { signal: controller.signal } : { deadlineMs: 10_000 };
      const before = org.requests.total;
      const { body, isWaitedFor } = endless();

      const running = run(connection, operation, [{ id: 'endless', body }], properties, options);
      await isWaitedFor;
      if (how === 'cancel') controller.abort();
      else clock.pass(10_000);
      const outcome = await running;

      expect(outcome.statuses).toEqual({ endless: 'notAttempted' });
      expect(outcome.summary.error?.code).toBe(how === 'cancel' ? 'CANCELLED' : 'DEADLINE');
      expect(org.requests.total - before).toBeLessThanOrEqual(2);
    },
  );
});

describe('a query', () => {
  test('costs one request a page, beside one login, one version list and one describe', async () => {
    const { org } = await start({ accounts: 1000, pageSize: 250 });
    const connection = await (world as PromiseWorld).connect({ url: org.url });

    const outcome = await run(connection, 'query', undefined, { fields: ['Id', 'Name'] });

    expect(outcome.outputs).toHaveLength(1000);
    expect(org.requests.counts()).toEqual({ login: 1, versions: 1, describe: 1, query: 1, nextPage: 3 });
  });
});

describe('secrets', () => {
  test('are in no event, finding, log or error, whatever fails', async () => {
    const { org, logged } = await start();
    const begun = world as PromiseWorld;
    const refresh = { grantType: 'refreshToken', refreshToken: org.refreshToken };
    const ways = [
      { connect: () => begun.connect(), own: [org.password + org.securityToken] },
      { connect: () => begun.connectByOAuth(), own: [org.clientSecret] },
      { connect: () => begun.connectByOAuth(refresh), own: [org.clientSecret, org.refreshToken] },
    ];
    const seen: unknown[] = [];
    for (const { connect, own } of ways) {
      for (const action of [
        { action: 'lose' },
        { action: 'garbage' },
        { action: 'error', status: 400, errorCode: 'INVALID_FIELD', message: `echo ${own.join(' and ')}` },
      ] as const) {
        for (const kind of ['login', 'token', 'create', 'describe'] as const) {
          const connection = await connect();
          const fault = org.faults.add({ kind, ...action });
          seen.push(await run(connection, 'create', accounts(2)), await connection.test());
          org.faults.remove(fault);
          await connection.close();
        }
      }
      seen.push(await run(await connect(), 'create', accounts(2)));
    }

    const all = JSON.stringify(seen) + logged.join('\n');
    const secrets = [org.password, org.securityToken, org.clientSecret, org.refreshToken];
    for (const secret of [...secrets, `${org.organizationId.slice(0, 15)}!`]) {
      for (const form of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
        secret.replace('&', '&amp;').replace('<', '&lt;'),
      ]) {
        if (all.includes(form)) throw new Error(`a form of ${secret} is at ${all.indexOf(form)}`);
      }
    }
    expect(logged.length).toBeGreaterThan(10);
  });
});
