import type { Json } from '@connector-runtime/core';
import type { ExecutionOptions } from '@connector-runtime/runtime';
import type { RequestKind } from '@connector-runtime/salesforce-org';
import { PassingClock } from './passing-clock.js';
import { accounts, count, expectHonest, type PromiseWorld, run, startWorld, stopWorlds } from './promise-world.js';

let world: PromiseWorld;
afterEach(stopWorlds);

async function start(...options: Parameters<typeof PromiseWorld.start>): Promise<PromiseWorld> {
  world = await startWorld(...options);
  return world;
}

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
const written = () => world.org.ledger.entries.filter(({ request }) => request > 0);

/** Eight documents for an operation; a query takes none. */
function documentsFor(operation: OperationId) {
  if (operation === 'query') return undefined;
  const records = world.org.records('Account');
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
    const begun = world;
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
    const connection = await world.connect();
    const fault = org.faults.add({ kind: 'create', times: Number.POSITIVE_INFINITY, action: 'hang', handled: true });
    const controller = new AbortController();
    const running = run(connection, 'create', accounts(5), {}, { signal: controller.signal });
    await fault.reached(5);

    controller.abort();

    const outcome = await running;
    expect(count(outcome, 'unknown')).toBe(5);
    expectHonest({ outcome, org });
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
      const connection = await world.connect();
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
