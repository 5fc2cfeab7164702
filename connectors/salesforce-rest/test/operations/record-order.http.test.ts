import type { Json } from '@connector-runtime/core';
import type { DocumentInput } from '@connector-runtime/runtime';
import type { RequestKind } from '@connector-runtime/salesforce-org';
import { PassingClock } from '../passing-clock.js';
import { type RunningOrg, run, runOrg } from '../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg({}, { clock: new PassingClock(() => 0) });
});
afterEach(() => world.stop());

type Properties = Readonly<Record<string, Json>>;

const withId = (id: string, phone: string): DocumentInput => ({
  body: `<records><Id>${id}</Id><Phone>${phone}</Phone></records>`,
});
const withKey = (key: string, phone: string): DocumentInput => ({
  body: `<records><Phone>${phone}</Phone></records>`,
  properties: { externalIdValue: key },
});
const UPSERT = { externalIdFieldName: 'External_Id__c' };

type Way = readonly [
  name: string,
  kind: RequestKind,
  operation: string,
  properties: Properties,
  document: (key: string, phone: string) => DocumentInput,
  /** The same record, its key written otherwise. */
  same: (key: string) => string,
];
const UPDATE: Way = ['an update', 'update', 'update', {}, withId, (id) => id.slice(0, 15)];
const WAYS: readonly Way[] = [
  UPDATE,
  ['an update with read-back', 'batch', 'update', { returnUpdatedRecord: true }, withId, (id) => id.slice(0, 15)],
  ['an upsert', 'upsert', 'upsert', UPSERT, withKey, (key) => key.toLowerCase()],
];

/** Two records, each by its id or its external id. */
const twoRecords = (by: 'id' | 'key'): [string, string] => {
  const [one, two] = ['KEY-1', 'KEY-2'].map((key) => {
    const id = world.org.insert('Account', { Name: key, External_Id__c: key });
    return by === 'id' ? id : key;
  });
  return [one as string, two as string];
};
const phones = () =>
  world.org.ledger.entries.flatMap(({ request, fields }) => (request > 0 ? [fields['Phone'] as Json] : []));

describe.each(WAYS)('%s', (_name, kind, operation, properties, document, same) => {
  const by = operation === 'upsert' ? 'key' : 'id';
  const request = { operation, objectType: 'Account', properties };

  test('of a record waits for the one before it, and holds up no other record', async () => {
    const [one, other] = twoRecords(by);
    const connection = await world.connect();
    const first = world.org.faults.add({ kind, action: 'hold', where: ({ body }) => body?.includes('old') === true });
    const beside = world.org.faults.add({ kind, action: 'hold', where: ({ body }) => body?.includes('else') === true });

    const running = run(connection, request, [
      document(one, 'old'),
      document(same(one), 'new'),
      document(other, 'else'),
    ]);
    await Promise.all([first.reached(), beside.reached()]);
    const sent = world.org.requests.count(kind);
    beside.release();
    first.release();
    const { results } = await running;

    expect(sent).toBe(2);
    expect(results.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
    expect(phones().filter((phone) => phone !== 'else')).toEqual(['old', 'new']);
  });

  test('that goes again goes before the next one of its record', async () => {
    const [one] = twoRecords(by);
    world.org.locks.add({ times: 1 });

    const { results } = await run(await world.connect(), request, [document(one, 'old'), document(one, 'new')]);

    expect(results.map(({ status }) => status)).toEqual(['success', 'success']);
    expect(phones()).toEqual(['old', 'new']);
    expect(world.org.requests.count(kind)).toBe(3);
  });
});

test('a record is known by a document that comes slowly, too', async () => {
  const [id] = twoRecords('id');
  const [, , operation, properties, document] = UPDATE;
  let opened: () => void = () => undefined;
  const isOpened = new Promise<void>((resolve) => {
    opened = resolve;
  });
  let finish: () => void = () => undefined;
  const isFinished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  async function* slowly() {
    opened();
    await isFinished;
    yield Buffer.from(document(id, 'old').body as string);
  }
  async function* documents() {
    yield { body: slowly() };
    yield document(id, 'new');
    await isOpened;
    finish();
  }

  const { results } = await run(await world.connect(), { operation, objectType: 'Account', properties }, documents());

  expect(results.map(({ status }) => status)).toEqual(['success', 'success']);
  expect(phones()).toEqual(['old', 'new']);
});

test('a delete waits for the one before it, which is the one that deletes', async () => {
  const [id, other] = twoRecords('id');
  const connection = await world.connect();
  const first = world.org.faults.add({ kind: 'delete', action: 'hold', path: id });
  const beside = world.org.faults.add({ kind: 'delete', action: 'hold', path: other });

  const running = run(connection, { operation: 'delete', objectType: 'Account', properties: {} }, [
    withId(id, ''),
    withId(id.slice(0, 15), ''),
    withId(other, ''),
  ]);
  await Promise.all([first.reached(), beside.reached()]);
  const sent = world.org.requests.count('delete');
  beside.release();
  first.release();
  const { results } = await running;

  expect(sent).toBe(2);
  expect(results.map(({ code }) => code)).toEqual(['204', 'ENTITY_IS_DELETED', '204']);
});

test('documents without a key go at once', async () => {
  const connection = await world.connect();
  const held = world.org.faults.add({ kind: 'create', action: 'hold', times: 3 });

  const running = run(
    connection,
    { operation: 'upsert', objectType: 'Account', properties: UPSERT },
    ['a', 'b', 'c'].map((name) => ({ body: `<records><Name>${name}</Name></records>` })),
  );
  await held.reached(3);
  held.release();

  expect((await running).summary.counts.success).toBe(3);
});
