import { count, PromiseWorld, run } from '../../promise-world.js';
import {
  documentsFor,
  expectHonest,
  FORMATS,
  type Format,
  KIND,
  propertiesOf,
  recordIn,
  timesWritten,
  type Verb,
  write,
  writtenIn,
} from './collections-writes.js';

let world: PromiseWorld;
beforeEach(async () => {
  world = await PromiseWorld.start();
});
afterEach(() => world.stop());

describe('all or none', () => {
  const withBad = (verb: Verb, format: Format = 'xml') => {
    const { documents, keys } = documentsFor(world, verb, 10, format);
    const bad = documents.map(({ id, body }) => ({ id, body: body.replace('Promise d5', 'x'.repeat(256)) }));
    return { documents: bad, keys };
  };

  test.each(
    (['create', 'update', 'upsert'] as const).flatMap((verb) => FORMATS.map((format) => [verb, format] as const)),
  )('of a %s with one bad record applies nothing, in %s', async (verb, payloadFormat) => {
    const { documents, keys } = withBad(verb, payloadFormat);

    const properties = propertiesOf(verb, { allOrNone: true, payloadFormat });
    const outcome = await run(await world.connect(), verb, documents, properties);

    expect(writtenIn(world)).toEqual([]);
    expectHonest(outcome, timesWritten(world, verb, keys));
    expect(count(outcome, 'applicationError')).toBe(10);
    const codes = outcome.results.map(({ code }) => code);
    expect(codes.filter((code) => code === 'ALL_OR_NONE_OPERATION_ROLLED_BACK')).toHaveLength(9);
    expect(codes[4]).toBe('STRING_TOO_LONG');
    expect(world.org.requests.count(KIND[verb])).toBe(1);
  });

  test.each(FORMATS)('of a delete with one bad id deletes nothing, in %s', async (payloadFormat) => {
    const { documents } = documentsFor(world, 'delete', 10, payloadFormat);
    const missing = { id: 'd11', body: recordIn(payloadFormat, { Id: '001Lo0000009999' }) };

    const outcome = await run(
      await world.connect(),
      'delete',
      [...documents, missing],
      propertiesOf('delete', { allOrNone: true, batchCount: 11, payloadFormat }),
    );

    expect(writtenIn(world)).toEqual([]);
    expect(count(outcome, 'applicationError')).toBe(11);
  });

  test('without it the other records are written', async () => {
    const { documents } = withBad('create');

    const outcome = await run(await world.connect(), 'create', documents, propertiesOf('create'));

    expect([count(outcome, 'success'), count(outcome, 'applicationError')]).toEqual([9, 1]);
    expect(writtenIn(world)).toHaveLength(9);
  });

  test('with a locked row the whole set goes again, and is written once', async () => {
    world.org.locks.add({ nth: 4 });

    const { outcome, times } = await write(world, 'create', 10, { allOrNone: true });

    expect(count(outcome, 'success')).toBe(10);
    expect([...times.values()]).toEqual(Array.from({ length: 10 }, () => 1));
    expect(world.org.requests.count('createCollection')).toBe(2);
  });

  test('with a locked row and a bad record nothing goes again', async () => {
    world.org.locks.add({ nth: 1 });
    const { documents } = withBad('create');

    const outcome = await run(await world.connect(), 'create', documents, propertiesOf('create', { allOrNone: true }));

    expect(count(outcome, 'applicationError')).toBe(10);
    expect(writtenIn(world)).toEqual([]);
    expect(world.org.requests.count('createCollection')).toBe(1);
  });
});
