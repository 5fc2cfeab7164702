import { count, PromiseWorld, run } from '../../promise-world.js';
import { always, KIND, VERBS, write } from './collections-writes.js';

let world: PromiseWorld;
beforeEach(async () => {
  world = await PromiseWorld.start();
});
afterEach(() => world.stop());

describe('rows that are locked', () => {
  test.each(VERBS)('of a %s go again alone, and are written once', async (verb) => {
    for (const nth of [2, 5]) world.org.locks.add({ nth });

    const { outcome, times } = await write(world, verb, 10);

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

    const { outcome } = await write(world, 'create', 10);

    expect(count(outcome, 'applicationError')).toBe(10);
    expect(outcome.results[0]).toMatchObject({
      code: 'UNABLE_TO_LOCK_ROW',
      error: { retryable: true, effect: 'none' },
    });
    expect(world.org.requests.count('createCollection')).toBeLessThanOrEqual(3);
  });
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

  const { outcome } = await write(world, 'create', 100);

  expect(count(outcome, 'applicationError')).toBe(100);
  expect(world.org.requests.count('createCollection')).toBe(10 + 3);
});
