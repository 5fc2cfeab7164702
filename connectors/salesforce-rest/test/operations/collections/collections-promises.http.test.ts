import type { FaultSpec } from '@connector-runtime/salesforce-org';
import { accounts, count, PromiseWorld, run } from '../../promise-world.js';
import {
  always,
  COMPOSITE,
  documentsFor,
  FORMATS,
  KIND,
  propertiesOf,
  VERBS,
  write,
  writtenIn,
} from './collections-writes.js';

let world: PromiseWorld;
beforeEach(async () => {
  world = await PromiseWorld.start();
});
afterEach(() => world.stop());

describe('an answer that was lost after all was applied', () => {
  test('of a create makes its 10 documents unknown, and nothing is sent twice', async () => {
    world.org.faults.add({ kind: 'createCollection', nth: 2, action: 'lose' });

    const { outcome, times } = await write(world, 'create', 30);

    expect([count(outcome, 'success'), count(outcome, 'unknown')]).toEqual([20, 10]);
    expect([...times.values()]).toEqual(Array.from({ length: 30 }, () => 1));
    expect(world.org.requests.count('createCollection')).toBe(3);
  });

  test.each(['update', 'upsert', 'delete'] as const)('of an %s has it sent again, and all succeed', async (verb) => {
    world.org.faults.add({ kind: KIND[verb], nth: 2, action: 'lose' });

    const { outcome } = await write(world, verb, 30);

    expect(count(outcome, 'success')).toBe(30);
    expect(world.org.requests.count(KIND[verb])).toBe(4);
  });

  test('of a delete under all or none counts as done, for all is gone', async () => {
    world.org.faults.add({ kind: 'deleteCollection', action: 'lose' });

    const { outcome, times } = await write(world, 'delete', 10, { allOrNone: true });

    expect(count(outcome, 'success')).toBe(10);
    expect([...times.values()]).toEqual(Array.from({ length: 10 }, () => 1));
  });

  test.each(['update', 'upsert'] as const)('of an %s is unknown where updates are not to be repeated', async (verb) => {
    world.org.faults.add({ kind: KIND[verb], action: 'lose' });
    const { documents } = documentsFor(world, verb, 10);

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
    expect(writtenIn(world)).toHaveLength(1);
  });

  test('of an upsert by Id is unknown where a record has none, for it would be made twice', async () => {
    world.org.faults.add({ kind: 'upsertCollection', action: 'lose' });

    const outcome = await run(await world.connect(), 'upsert', accounts(2), {
      ...COMPOSITE,
      externalIdFieldName: 'Id',
    });

    expect(count(outcome, 'unknown')).toBe(2);
    expect(writtenIn(world)).toHaveLength(2);
  });
});

test('a record that was gone before a delete is refused, not taken for done', async () => {
  const { documents } = documentsFor(world, 'delete', 2);
  const connection = await world.connect();
  await run(connection, 'delete', documents.slice(0, 1), propertiesOf('delete'));

  const outcome = await run(connection, 'delete', documents, propertiesOf('delete'));

  expect(outcome.statuses).toEqual({ d1: 'applicationError', d2: 'success' });
});

describe('an answer with', () => {
  const spoilt = ['dropResult', 'repeatResult'] as const;
  const cases = VERBS.flatMap((verb) =>
    spoilt.flatMap((action) => FORMATS.map((payloadFormat) => [action, verb, payloadFormat] as const)),
  );

  test.each(cases)('a %s to a %s in %s claims nothing that it cannot know', async (action, verb, payloadFormat) => {
    world.org.faults.add({ kind: KIND[verb], action, at: 4 } as FaultSpec);

    const { outcome } = await write(world, verb, 10, { payloadFormat });

    const isToldById = verb === 'update' || verb === 'delete';
    expect([count(outcome, 'success'), count(outcome, 'unknown')]).toEqual(isToldById ? [9, 1] : [0, 10]);
    expect(outcome.statuses['d5']).toBe('unknown');
    expect(outcome.results.find(({ status }) => status === 'unknown')?.error).toMatchObject({
      category: 'protocol',
      code: 'ANSWER_UNEXPECTED',
      effect: 'unknown',
    });
  });

  test.each(
    (['update', 'delete'] as const).flatMap((verb) => FORMATS.map((payloadFormat) => [verb, payloadFormat] as const)),
  )('permuted results to a %s in %s is told by its ids', async (verb, payloadFormat) => {
    const { org } = world;
    org.faults.add({ kind: KIND[verb], action: 'permuteResults', at: -1 });

    const { outcome } = await write(world, verb, 10, { payloadFormat });

    expect(count(outcome, 'success')).toBe(10);
    const told = outcome.results.map(({ body }) => /001\w{15}/.exec(String(body))?.[0]);
    expect(told).toEqual(writtenIn(world).map(({ id }) => id));
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

    const { outcome } = await write(world, 'create', 2);

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

    const { outcome } = await write(world, 'create', 1);

    expect(count(outcome, 'unknown')).toBe(1);
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
  expect(writtenIn(world).map(({ fields }) => fields['Name'])).toEqual(['first', 'second', 'third']);
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
  expect(writtenIn(world)).toHaveLength(count(outcome, 'success'));
});

test('costs one request for 200 documents, beside one login and one describe', async () => {
  const outcome = await run(await world.connect(), 'create', accounts(1000), COMPOSITE);

  expect(count(outcome, 'success')).toBe(1000);
  expect(world.org.requests.counts()).toEqual({ login: 1, describe: 1, createCollection: 5 });
});
