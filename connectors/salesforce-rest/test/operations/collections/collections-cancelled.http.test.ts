import { count, PromiseWorld, run } from '../../promise-world.js';
import { always, documentsFor, expectHonest, KIND, propertiesOf, timesWritten, VERBS } from './collections-writes.js';

let world: PromiseWorld;
beforeEach(async () => {
  world = await PromiseWorld.start();
});
afterEach(() => world.stop());

describe('cancelled while the service hangs', () => {
  test.each(VERBS)('a %s ends in time, with one result a document', async (verb) => {
    const controller = new AbortController();
    const fault = world.org.faults.add({ kind: KIND[verb], ...always, action: 'hang', handled: true });
    const { documents, keys } = documentsFor(world, verb, 100);
    const running = run(await world.connect({ concurrent: 3 }), verb, documents, propertiesOf(verb), {
      signal: controller.signal,
    });
    await fault.reached(3);
    const startedMs = performance.now();

    controller.abort();
    const outcome = await running;

    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expect([count(outcome, 'unknown'), count(outcome, 'notAttempted')]).toEqual([30, 70]);
    expectHonest(outcome, timesWritten(world, verb, keys));
  });

  test('what waits for a record under way was never sent', async () => {
    const controller = new AbortController();
    const fault = world.org.faults.add({ kind: 'updateCollection', ...always, action: 'hang' });
    const [first] = documentsFor(world, 'update', 1).documents;
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
