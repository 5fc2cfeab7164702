import type { Json, Status } from '@connector-runtime/core';
import type { FaultSpec, RequestKind } from '@connector-runtime/salesforce-org';
import { accounts, type Outcome, PromiseWorld, run } from '../../promise-world.js';

let world: PromiseWorld;
beforeEach(async () => {
  world = await PromiseWorld.start();
});
afterEach(() => world.stop());

const VERBS = ['create', 'update', 'upsert', 'delete'] as const;
type Verb = (typeof VERBS)[number];
const KIND: Readonly<Record<Verb, RequestKind>> = {
  create: 'createCollection',
  update: 'updateCollection',
  upsert: 'upsertCollection',
  delete: 'deleteCollection',
};
const COMPOSITE = { operationApi: 'COMPOSITEAPI' } as const;
const always = { times: Number.POSITIVE_INFINITY } as const;
const count = (outcome: Outcome, status: Status) => outcome.summary.counts[status];
/** What requests wrote; what a test put in itself is not counted. */
const written = () => world.org.ledger.entries.filter(({ request }) => request > 0);

/** Documents `d1` … for a verb; `keys` gives what the ledger knows each document's record by. A record with nothing below it can be deleted. */
function documentsFor(verb: Verb, howMany: number) {
  const isNew = verb === 'create' || verb === 'upsert';
  const records = accounts(isNew ? 0 : howMany).map(({ id }) => ({ Id: world.org.insert('Account', { Name: id }) }));
  const documents = accounts(howMany).map(({ id, body }, index) => {
    const key = verb === 'upsert' ? `<External_Id__c>key ${id}</External_Id__c>` : `<Id>${records[index]?.Id}</Id>`;
    return { id, body: verb === 'create' ? body : body.replace('<Name>', `${key}<Name>`) };
  });
  const keys = new Map(
    documents.map(({ id }, index) => [
      id,
      verb === 'create' ? `Promise ${id}` : verb === 'upsert' ? `External_Id__c=key ${id}` : String(records[index]?.Id),
    ]),
  );
  return { documents, keys };
}

/** How often each document's record was written. */
function timesWritten(verb: Verb, keys: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const seen = written()
    .filter(({ cascadeOf }) => cascadeOf === undefined)
    .map(({ id, key, fields }) => (verb === 'create' ? fields['Name'] : verb === 'upsert' ? key : id));
  return new Map([...keys].map(([id, key]) => [id, seen.filter((one) => one === key).length]));
}

/** No claim that the ledger contradicts. */
function expectHonest(outcome: Outcome, times: ReadonlyMap<string, number>): void {
  for (const [id, status] of Object.entries(outcome.statuses)) {
    if (status === 'success') expect([id, times.get(id)]).not.toEqual([id, 0]);
    else if (status !== 'unknown') expect([id, times.get(id)]).toEqual([id, 0]);
  }
}

const propertiesOf = (verb: Verb, more: Readonly<Record<string, Json>> = {}) => ({
  ...COMPOSITE,
  batchCount: 10,
  ...(verb === 'upsert' ? { externalIdFieldName: 'External_Id__c' } : {}),
  ...more,
});

async function write(verb: Verb, howMany: number, more: Readonly<Record<string, Json>> = {}, concurrent = 5) {
  const { documents, keys } = documentsFor(verb, howMany);
  const outcome = await run(await world.connect({ concurrent }), verb, documents, propertiesOf(verb, more));
  const times = timesWritten(verb, keys);
  expect(Object.keys(outcome.statuses)).toHaveLength(howMany);
  expectHonest(outcome, times);
  return { outcome, times };
}

describe('an answer that was lost after all was applied', () => {
  test('of a create makes its 10 documents unknown, and nothing is sent twice', async () => {
    world.org.faults.add({ kind: 'createCollection', nth: 2, action: 'lose' });

    const { outcome, times } = await write('create', 30);

    expect([count(outcome, 'success'), count(outcome, 'unknown')]).toEqual([20, 10]);
    expect([...times.values()]).toEqual(Array.from({ length: 30 }, () => 1));
    expect(world.org.requests.count('createCollection')).toBe(3);
  });

  test.each(['update', 'upsert', 'delete'] as const)('of an %s has it sent again, and all succeed', async (verb) => {
    world.org.faults.add({ kind: KIND[verb], nth: 2, action: 'lose' });

    const { outcome } = await write(verb, 30);

    expect(count(outcome, 'success')).toBe(30);
    expect(world.org.requests.count(KIND[verb])).toBe(4);
  });

  test('of a delete under all or none counts as done, for all is gone', async () => {
    world.org.faults.add({ kind: 'deleteCollection', action: 'lose' });

    const { outcome, times } = await write('delete', 10, { allOrNone: true });

    expect(count(outcome, 'success')).toBe(10);
    expect([...times.values()]).toEqual(Array.from({ length: 10 }, () => 1));
  });

  test.each(['update', 'upsert'] as const)('of an %s is unknown where updates are not to be repeated', async (verb) => {
    world.org.faults.add({ kind: KIND[verb], action: 'lose' });
    const { documents } = documentsFor(verb, 10);

    const outcome = await run(await world.connect({ repeatUpdates: false }), verb, documents, propertiesOf(verb));

    expect(count(outcome, 'unknown')).toBe(10);
    expect(world.org.requests.count(KIND[verb])).toBe(1);
  });

  test('of an upsert by a field that is not unique is unknown, and sent once', async () => {
    world.org.faults.add({ kind: 'upsertCollection', action: 'lose' });
    const documents = [{ id: 'd1', body: '<r><Legacy_Code__c>new</Legacy_Code__c></r>' }];
    const properties = { ...COMPOSITE, externalIdFieldName: 'Legacy_Code__c' };

    const outcome = await run(await world.connect(), 'upsert', documents, properties, {}, 'Invoice__c');

    expect(outcome.statuses).toEqual({ d1: 'unknown' });
    expect(written()).toHaveLength(1);
  });

  test('of an upsert by Id is unknown where a record has none, for it would be made twice', async () => {
    world.org.faults.add({ kind: 'upsertCollection', action: 'lose' });

    const outcome = await run(await world.connect(), 'upsert', accounts(2), {
      ...COMPOSITE,
      externalIdFieldName: 'Id',
    });

    expect(count(outcome, 'unknown')).toBe(2);
    expect(written()).toHaveLength(2);
  });
});

test('a record that was gone before a delete is refused, not taken for done', async () => {
  const { documents } = documentsFor('delete', 2);
  const connection = await world.connect();
  await run(connection, 'delete', documents.slice(0, 1), propertiesOf('delete'));

  const outcome = await run(connection, 'delete', documents, propertiesOf('delete'));

  expect(outcome.statuses).toEqual({ d1: 'applicationError', d2: 'success' });
});

describe('an answer with', () => {
  const spoilt = ['dropResult', 'repeatResult'] as const;
  const cases = VERBS.flatMap((verb) => spoilt.map((action) => [action, verb] as const));

  test.each(cases)('a %s to a %s claims nothing that it cannot know', async (action, verb) => {
    world.org.faults.add({ kind: KIND[verb], action, at: 4 } as FaultSpec);

    const { outcome } = await write(verb, 10);

    const isToldById = verb === 'update' || verb === 'delete';
    expect([count(outcome, 'success'), count(outcome, 'unknown')]).toEqual(isToldById ? [9, 1] : [0, 10]);
    expect(outcome.statuses['d5']).toBe('unknown');
    expect(outcome.results.find(({ status }) => status === 'unknown')?.error).toMatchObject({
      category: 'protocol',
      code: 'ANSWER_UNEXPECTED',
      effect: 'unknown',
    });
  });

  test.each(['update', 'delete'] as const)('permuted results to a %s is told by its ids', async (verb) => {
    world.org.faults.add({ kind: KIND[verb], action: 'permuteResults', at: -1 });

    const { outcome } = await write(verb, 10);

    expect(count(outcome, 'success')).toBe(10);
  });

  test('one id for two new records is believed of neither', async () => {
    const result = '<result><id>001000000000001AAA</id><success>true</success></result>';
    world.org.faults.add({
      kind: 'createCollection',
      action: 'answer',
      status: 200,
      contentType: 'application/xml',
      body: `<results>${result}${result}</results>`,
    });

    const { outcome } = await write('create', 2);

    expect(count(outcome, 'unknown')).toBe(2);
  });

  test.each([
    ['a page for people', 'text/html', '<html><body>hello</body></html>'],
    ['half an answer', 'application/xml', '<results><result><id>0010'],
    [
      'neither success nor failure',
      'application/xml',
      '<results><result><id>001000000000001AAA</id></result></results>',
    ],
  ])('%s makes a create unknown', async (_what, contentType, body) => {
    world.org.faults.add({ kind: 'createCollection', action: 'answer', status: 200, contentType, body });

    const { outcome } = await write('create', 1);

    expect(count(outcome, 'unknown')).toBe(1);
  });
});

describe('all or none', () => {
  const withBad = (verb: Verb) => {
    const { documents, keys } = documentsFor(verb, 10);
    const bad = documents.map((document) =>
      document.id === 'd5'
        ? { ...document, body: document.body.replace(/<Name>.*<\/Name>/, `<Name>${'x'.repeat(256)}</Name>`) }
        : document,
    );
    return { documents: bad, keys };
  };

  test.each(['create', 'update', 'upsert'] as const)('of a %s with one bad record applies nothing', async (verb) => {
    const { documents, keys } = withBad(verb);

    const outcome = await run(await world.connect(), verb, documents, propertiesOf(verb, { allOrNone: true }));

    expect(written()).toEqual([]);
    expectHonest(outcome, timesWritten(verb, keys));
    expect(count(outcome, 'applicationError')).toBe(10);
    const codes = outcome.results.map(({ code }) => code);
    expect(codes.filter((code) => code === 'ALL_OR_NONE_OPERATION_ROLLED_BACK')).toHaveLength(9);
    expect(codes[4]).toBe('STRING_TOO_LONG');
    expect(world.org.requests.count(KIND[verb])).toBe(1);
  });

  test('of a delete with one bad id deletes nothing', async () => {
    const { documents } = documentsFor('delete', 10);
    const missing = { id: 'd11', body: '<records><Id>001Lo0000009999</Id></records>' };

    const outcome = await run(
      await world.connect(),
      'delete',
      [...documents, missing],
      propertiesOf('delete', { allOrNone: true, batchCount: 11 }),
    );

    expect(written()).toEqual([]);
    expect(count(outcome, 'applicationError')).toBe(11);
  });

  test('without it the other records are written', async () => {
    const { documents } = withBad('create');

    const outcome = await run(await world.connect(), 'create', documents, propertiesOf('create'));

    expect([count(outcome, 'success'), count(outcome, 'applicationError')]).toEqual([9, 1]);
    expect(written()).toHaveLength(9);
  });

  test('with a locked row the whole set goes again, and is written once', async () => {
    world.org.locks.add({ nth: 4 });

    const { outcome, times } = await write('create', 10, { allOrNone: true });

    expect(count(outcome, 'success')).toBe(10);
    expect([...times.values()]).toEqual(Array.from({ length: 10 }, () => 1));
    expect(world.org.requests.count('createCollection')).toBe(2);
  });

  test('with a locked row and a bad record nothing goes again', async () => {
    world.org.locks.add({ nth: 1 });
    const { documents } = withBad('create');

    const outcome = await run(await world.connect(), 'create', documents, propertiesOf('create', { allOrNone: true }));

    expect(count(outcome, 'applicationError')).toBe(10);
    expect(written()).toEqual([]);
    expect(world.org.requests.count('createCollection')).toBe(1);
  });
});

describe('rows that are locked', () => {
  test.each(VERBS)('of a %s go again alone, and are written once', async (verb) => {
    for (const nth of [2, 5]) world.org.locks.add({ nth });

    const { outcome, times } = await write(verb, 10);

    expect(count(outcome, 'success')).toBe(10);
    expect([...times.values()]).toEqual(Array.from({ length: 10 }, () => 1));
    expect(outcome.results.map(({ inputs }) => inputs[0])).toEqual([...times.keys()]);
    expect(world.org.requests.count(KIND[verb])).toBe(2);
  });

  test('go again before what comes later for the same record', async () => {
    const [id, ...others] = [1, 2, 3].map((number) => world.org.insert('Account', { Name: `Own ${number}` }));
    world.org.locks.add({ id: id as string });
    const update = (Id: string | undefined, name: string) => ({
      body: `<records type="Account"><Id>${Id}</Id><Name>${name}</Name></records>`,
    });
    const connection = await world.connect();

    const outcome = await run(
      connection,
      'update',
      [update(id, 'first'), update(others[0], 'x'), update(id, 'last'), update(others[1], 'y')],
      { operationApi: 'COMPOSITEAPI', batchCount: 2 },
    );

    expect(count(outcome, 'success')).toBe(4);
    expect(world.org.record(id as string)?.['Name']).toBe('last');
  });

  test('for good are refused after a few attempts, and not written', async () => {
    world.org.locks.add(always);

    const { outcome } = await write('create', 10);

    expect(count(outcome, 'applicationError')).toBe(10);
    expect(outcome.results[0]).toMatchObject({
      code: 'UNABLE_TO_LOCK_ROW',
      error: { retryable: true, effect: 'none' },
    });
    expect(world.org.requests.count('createCollection')).toBeLessThanOrEqual(3);
  });
});

test('no document reaches out of its own record, whatever stands behind it', async () => {
  const bodies = [
    '<records><Name>first</Name></records><?pi </x?>',
    '<Account><Name>second</Name></Account>',
    '<Account><!-- ?><records type="Account"><Name>smuggled</Name></records><records type="Account"><?x --><?y ?><Name>third</Name></Account>',
  ];

  const connection = await world.connect();
  const outcome = await run(
    connection,
    'create',
    bodies.map((body, index) => ({ id: `d${index}`, body })),
    propertiesOf('create'),
  );

  expect(count(outcome, 'success')).toBe(3);
  expect(written().map(({ fields }) => fields['Name'])).toEqual(['first', 'second', 'third']);
});

test('rows that are locked go again within the budget of the connection, with all that its requests send again', async () => {
  await world.stop();
  world = await PromiseWorld.start({}, { limits: { repeatsPerMinute: 3 } });
  world.org.locks.add(always);
  world.org.faults.add({
    kind: 'createCollection',
    action: 'error',
    status: 400,
    errorCode: 'UNABLE_TO_LOCK_ROW',
    message: 'locked',
  });

  const { outcome } = await write('create', 100);

  expect(count(outcome, 'applicationError')).toBe(100);
  expect(world.org.requests.count('createCollection')).toBe(10 + 3);
});

test('50 requests that meet one expired session renew it once, and write nothing twice', async () => {
  const connection = await world.connect({ concurrent: 25 });
  await run(connection, 'create', accounts(1, 'Warm'), propertiesOf('create'));
  world.org.expireSessions();

  const outcomes = await Promise.all(
    ['One', 'Two'].map((name) => run(connection, 'create', accounts(250, name), propertiesOf('create'))),
  );

  expect(outcomes.map((outcome) => count(outcome, 'success'))).toEqual([250, 250]);
  expect(world.org.requests.count('login')).toBe(2);
  const names = [...world.accountsNamed('One'), ...world.accountsNamed('Two')];
  expect([names.length, new Set(names).size]).toEqual([500, 500]);
});

test.each([
  ['', 0],
  [' also where a group has a malformed document', 5],
])('the daily limit in the middle of a run ends new work at once%s', async (_what, malformed) => {
  world.org.faults.add({
    kind: 'createCollection',
    nth: 4,
    ...always,
    action: 'error',
    status: 403,
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
    message: 'TotalRequests Limit exceeded.',
  });
  const documents = accounts(1000).map((document, index) =>
    malformed > 0 && index % 10 === malformed ? { ...document, body: '<records>' } : document,
  );

  const outcome = await run(await world.connect(), 'create', documents, propertiesOf('create'));

  expect(outcome.summary.error).toMatchObject({ category: 'quota' });
  expect(count(outcome, 'success')).toBe(malformed > 0 ? 27 : 30);
  expect(count(outcome, 'notAttempted')).toBeGreaterThan(850);
  expect(count(outcome, 'unknown')).toBe(0);
  expect(world.org.requests.count('createCollection')).toBeLessThanOrEqual(3 + 5 + 2);
  expect(written()).toHaveLength(count(outcome, 'success'));
});

describe('cancelled while the service hangs', () => {
  test.each(VERBS)('a %s ends in time, with one result a document', async (verb) => {
    const controller = new AbortController();
    const fault = world.org.faults.add({ kind: KIND[verb], ...always, action: 'hang', handled: true });
    const { documents, keys } = documentsFor(verb, 100);
    const running = run(await world.connect({ concurrent: 3 }), verb, documents, propertiesOf(verb), {
      signal: controller.signal,
    });
    await fault.reached(3);
    const startedMs = performance.now();

    controller.abort();
    const outcome = await running;

    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expect([count(outcome, 'unknown'), count(outcome, 'notAttempted')]).toEqual([30, 70]);
    expectHonest(outcome, timesWritten(verb, keys));
  });

  test('what waits for a record under way was never sent', async () => {
    const controller = new AbortController();
    const fault = world.org.faults.add({ kind: 'updateCollection', ...always, action: 'hang' });
    const [first] = documentsFor('update', 1).documents;
    const documents = ['d1', 'd2', 'd3'].map((id) => ({ id, body: first?.body ?? '' }));
    const running = run(await world.connect(), 'update', documents, propertiesOf('update'), {
      signal: controller.signal,
    });
    await fault.reached();

    controller.abort();
    const outcome = await running;

    expect(outcome.statuses).toEqual({ d1: 'unknown', d2: 'notAttempted', d3: 'notAttempted' });
    expect(world.org.requests.count('updateCollection')).toBe(1);
  });
});

test('costs one request for 200 documents, beside one login and one describe', async () => {
  const outcome = await run(await world.connect(), 'create', accounts(1000), COMPOSITE);

  expect(count(outcome, 'success')).toBe(1000);
  expect(world.org.requests.counts()).toEqual({ login: 1, describe: 1, createCollection: 5 });
});
