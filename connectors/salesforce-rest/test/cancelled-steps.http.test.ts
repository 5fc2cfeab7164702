import { errorInfoOf, type Json } from '@connector-runtime/core';
import type { DocumentInput, RuntimeConnection } from '@connector-runtime/runtime';
import type { Fault, FaultSpec, RequestKind, SalesforceOrg } from '@connector-runtime/salesforce-org';
import { type RunningOrg, run, runOrg } from './running-org.js';

let world: RunningOrg;
afterEach(() => world.stop());

/** Where a request is when the run is cancelled. */
const POINTS = [
  ['before it is handled', {}],
  ['after it was handled', { handled: true }],
  ['within its answer', { atByte: 12 }],
] as const;
type Point = (typeof POINTS)[number];

/** Each point of each of these, which begin with their name. */
function at<Rest extends readonly unknown[]>(
  steps: readonly (readonly [string, ...Rest])[],
): readonly (readonly [string, Point[0], Rest, Point[1]])[] {
  return steps.flatMap(([name, ...step]) => POINTS.map(([when, point]) => [name, when, step, point] as const));
}

/** Lets what is under way go on; no time passes that could be too short. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
}

/** Cancels work when a request of it is at a point, and lets the service go on after that; what comes of it, and the requests that were sent then. */
async function cancelled<Result>(
  fault: Fault,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<{ readonly result: Result; readonly later: readonly string[] }> {
  const { org } = world;
  const controller = new AbortController();
  const running = work(controller.signal);
  await fault.holding();
  await settle();
  const sent = org.requests.total;

  controller.abort();
  const result = await running;

  fault.release();
  await settle();
  return { result, later: org.requests.entries.slice(sent).map(({ kind, method }) => `${method} ${kind}`) };
}

/** One after the other, so that one alone is under way. */
const ONE_AT_A_TIME = { concurrent: 1 };
const COLLECTIONS = { operationApi: 'COMPOSITEAPI', batchCount: 1 };
const KEY = { externalIdFieldName: 'External_Id__c' };

/** An operation over REST, and two documents of it. */
interface Work {
  readonly operation: string;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly documents: (org: SalesforceOrg) => DocumentInput[];
}

const record = (fields: string) => `<records type="Account">${fields}</records>`;
const known = (org: SalesforceOrg) => `<Id>${org.insert('Account', { Name: 'known' })}</Id>`;
const twice = (make: (number: number) => string): DocumentInput[] =>
  [1, 2].map((number) => ({ id: `d${number}`, body: make(number) }));
const named = (number: number) => `<Name>Step ${number}</Name>`;
const tree = (number: number) =>
  `<SObjectTreeRequest><records type="Account" referenceId="a">${named(number)}<Contacts><records type="Contact" referenceId="b"><LastName>L</LastName></records></Contacts></records></SObjectTreeRequest>`;
const SOQL = 'SELECT Id, (SELECT Id FROM Contacts) FROM Account';

const creates = { operation: 'create', documents: () => twice((number) => record(named(number))) };
const updates = {
  operation: 'update',
  documents: (org: SalesforceOrg) => twice((number) => record(known(org) + named(number))),
};
const deletes = { operation: 'delete', documents: (org: SalesforceOrg) => twice(() => record(known(org))) };
const upserts = {
  operation: 'upsert',
  properties: { ...KEY },
  documents: () =>
    twice((number) => record(named(number))).map((document, index) => ({
      ...document,
      properties: { externalIdValue: `key ${index}` },
    })),
};
const keyed = {
  operation: 'upsert',
  properties: { ...COLLECTIONS, ...KEY },
  documents: () => twice((number) => record(`<External_Id__c>key ${number}</External_Id__c>${named(number)}`)),
};
const trees = { operation: 'createTree', documents: () => twice(tree) };
const statements = { operation: 'customSoql', documents: () => twice(() => SOQL) };
const queries = {
  operation: 'query',
  properties: { fields: ['Id', 'Contacts/records/Id'] },
  documents: () => twice(() => ''),
};
const many = (work: Work): Work => ({ ...work, properties: { ...COLLECTIONS } });

async function cancelledAt(work: Work, spec: FaultSpec) {
  world = await runOrg({ accounts: 20, pageSize: 5, childPageSize: 1 });
  const { org } = world;
  const AccountId = org.records('Account')[0]?.['Id'];
  for (const LastName of ['a', 'b', 'c']) org.insert('Contact', { LastName, AccountId });
  const connection = await world.connect(ONE_AT_A_TIME);
  const documents = work.documents(org);
  const before = org.ledger.entries.length;
  const { operation, properties = {} } = work;
  const request = { operation, objectType: 'Account', properties: { ...properties } };
  const { result, later } = await cancelled(org.faults.add(spec), (signal) =>
    run(connection, request, documents, { signal }),
  );
  const statuses = result.results.map(({ inputs, status }) => [inputs[0], status]);
  return { statuses, later, summary: result.summary, written: org.ledger.entries.length - before };
}

describe('a write over REST that is cancelled', () => {
  const writes: readonly (readonly [string, RequestKind, Work, number])[] = [
    ['create', 'create', creates, 1],
    ['upsert', 'upsert', upserts, 1],
    ['update with read-back', 'batch', { ...updates, properties: { returnUpdatedRecord: true } }, 1],
    ['create tree', 'tree', trees, 2],
    ['create of many', 'createCollection', many(creates), 1],
    ['update of many', 'updateCollection', many(updates), 1],
    ['upsert of many', 'upsertCollection', keyed, 1],
    ['delete of many', 'deleteCollection', many(deletes), 1],
  ];

  test.each(at(writes))(
    'at the request of %s, %s: nothing more is sent, and nobody says what it did',
    async (_what, _when, [kind, work, records], point) => {
      const { statuses, later, summary, written } = await cancelledAt(work, { kind, action: 'hold', ...point });

      expect(statuses).toEqual([
        ['d1', 'unknown'],
        ['d2', 'notAttempted'],
      ]);
      expect([later, summary.error?.code]).toEqual([[], 'CANCELLED']);
      // A service that lets it wait applies it later.
      expect(written).toBe(records);
    },
  );

  const silent: readonly (readonly [string, RequestKind, Work])[] = [
    ['update', 'update', updates],
    ['delete', 'delete', deletes],
  ];

  // An answer without a body has no middle.
  test.each(at(silent).filter(([, when]) => when !== 'within its answer'))(
    'at the request of %s, %s: nothing more is sent, and nobody says what it did',
    async (...step) => {
      const [, , [kind, work], point] = step;
      const { statuses, later, written } = await cancelledAt(work, { kind, action: 'hold', ...point });

      expect(statuses).toEqual([
        ['d1', 'unknown'],
        ['d2', 'notAttempted'],
      ]);
      expect([later, written]).toEqual([[], 1]);
    },
  );

  const described = [...writes.map(([what, , work]) => [what, work] as const), ['delete', deletes] as const];

  test.each(at(described))(
    'at the describe before %s, %s: nothing was attempted, and nothing more is sent',
    async (_what, _when, [work], point) => {
      const { statuses, later, written } = await cancelledAt(work, { kind: 'describe', action: 'hold', ...point });

      expect(statuses).toEqual([
        ['d1', 'notAttempted'],
        ['d2', 'notAttempted'],
      ]);
      expect([later, written]).toEqual([[], 0]);
    },
  );
});

describe('a read over REST that is cancelled', () => {
  const reads: readonly (readonly [string, Work, FaultSpec])[] = [
    ['query: its describe', queries, { kind: 'describe', action: 'hold' }],
    ...[queries, statements].flatMap((work) =>
      (
        [
          ['its first page', { kind: 'query', action: 'hold' }],
          ['a page of child records', { kind: 'nextPage', nth: 1, action: 'hold' }],
          ['a next page', { kind: 'nextPage', nth: 3, action: 'hold' }],
        ] as const
      ).map(([what, spec]) => [`${work.operation}: ${what}`, work, spec] as const),
    ),
  ];

  const FORMATS = ['xml', 'json'] as const;

  test.each(
    at(reads).flatMap(([what, when, step, point]) =>
      FORMATS.map((payloadFormat) => [what, when, payloadFormat, step, point] as const),
    ),
  )('in %s, %s, in %s: nothing more is sent, and it is not said to be whole', async (...given) => {
    const [, , payloadFormat, [work, spec], point] = given;
    const reading = { ...work, properties: { ...work.properties, payloadFormat } };
    const { statuses, later, summary } = await cancelledAt(reading, { ...spec, ...point } as FaultSpec);

    expect(statuses).toEqual([
      ['d1', 'notAttempted'],
      ['d2', 'notAttempted'],
    ]);
    expect([later, summary.complete, summary.error?.code]).toEqual([[], false, 'CANCELLED']);
  });
});

describe('what asks about the organisation', () => {
  type Question = (connection: RuntimeConnection, signal: AbortSignal) => Promise<unknown>;
  const OF_QUERY = { operation: 'query', objectType: 'Task' } as const;
  const finds: Question = (connection, signal) => connection.test({ signal });
  const types: Question = async (connection, signal) => {
    for await (const _type of connection.objectTypes({ operation: 'query' }, { signal }));
  };
  const schema: Question = (connection, signal) => {
    const properties = { parentsDepth: 2, childrenDepth: 0 };
    return connection.describe({ ...OF_QUERY, role: 'output', format: 'xsd', properties }, { signal });
  };
  const fields: Question = async (connection, signal) => {
    for await (const _field of connection.fields({ ...OF_QUERY, path: ['Who'] }, { signal }));
  };
  const questions: readonly (readonly [string, RequestKind, Question, number?])[] = [
    ['the connection test: its login', 'login', finds],
    ['the connection test: the versions', 'versions', finds],
    ['the connection test: the organisation', 'query', finds],
    ['the connection test: the limits', 'limits', finds],
    ['object types: the login', 'login', types],
    ['object types: the list', 'objects', types],
    ['a schema: the login', 'login', schema],
    ['a schema: its own describe', 'describe', schema],
    ['a schema: the describe of a parent', 'describe', schema, 2],
    ['fields: the object type', 'describe', fields],
    ['fields: a parent', 'describe', fields, 2],
  ];

  test.each(at(questions))('cancelled in %s, %s: nothing more is sent', async (_what, _when, question, point) => {
    const [kind, ask, nth = 1] = question;
    world = await runOrg();
    const connection = await world.connect({ url: world.org.url });

    const { result, later } = await cancelled(
      world.org.faults.add({ kind, nth, action: 'hold', ...point } as FaultSpec),
      (signal) =>
        ask(connection, signal).then(
          () => 'answered',
          (error: unknown) => errorInfoOf(error, 'none').code,
        ),
    );

    expect([result, later]).toEqual(['CANCELLED', []]);
  });
});

describe('a reconciliation that is cancelled', () => {
  const FAST = { pollInitialMs: 10, pollMaxMs: 20 };
  const rows = {
    request: {
      operation: 'create',
      objectType: 'Account',
      properties: { ...FAST, operationApi: 'BulkAPI2.0' } as Json,
    },
    documents: creates.documents(),
  };
  const csv = {
    request: { operation: 'csvBulk', properties: { ...FAST, bulkOperation: 'insert', object: 'Account' } as Json },
    documents: [{ id: 'd1', body: 'Name\nStep 1\n' }],
  };
  const steps = ['jobStatus', 'successfulResults', 'failedResults', 'unprocessedrecords'].map(
    (step) => [step] as const,
  );

  /** What a run leaves for it: each document with its receipt. */
  async function receiptsOf(connection: RuntimeConnection, { request, documents }: typeof rows | typeof csv) {
    const { results } = await run(connection, request, documents);
    const receipts = new Map(results.flatMap(({ inputs, receipt }) => inputs.map((id) => [id, receipt ?? null])));
    return documents.map((document) => ({ ...document, receipt: receipts.get(document.id ?? '') ?? null }));
  }

  test.each(
    at(steps).flatMap(([step, when, , point]) =>
      ([rows, csv] as const).map((given) => [given.request.operation, step, when, point, given] as const),
    ),
  )('of %s at %s, %s: everything stays unknown, and nothing was changed', async (...step) => {
    const [, kind, , point, given] = step;
    world = await runOrg();
    const { org } = world;
    const connection = await world.connect();
    const documents = await receiptsOf(connection, given);
    const jobs = JSON.stringify(org.bulk.jobs);
    const written = org.ledger.entries.length;
    const asked = org.requests.total;
    const match = kind === 'jobStatus' ? { kind: 'jobStatus' } : { path: `/${kind}` };
    const fault = org.faults.add({ ...match, action: 'hold', ...point } as FaultSpec);

    const { result, later } = await cancelled(fault, async (signal) => {
      const statuses: string[] = [];
      const execution = connection.reconcile(given.request, documents, { signal });
      for await (const event of execution) if (event.type === 'result') statuses.push(event.status);
      return statuses;
    });

    expect([result, later]).toEqual([documents.map(() => 'unknown'), []]);
    expect([...new Set(org.requests.entries.slice(asked).map(({ method }) => method))]).toEqual(['GET']);
    expect([JSON.stringify(org.bulk.jobs), org.ledger.entries.length]).toEqual([jobs, written]);
  });
});
