import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { account, op, sentTo, statuses, writtenIn } from './collections-writes.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const odd = '<records><Name>x</Name><NumberOfEmployees>many</NumberOfEmployees></records>';
/** So many documents, of which those at these places hold a value that the service cannot read. */
const documents = (count: number, ...places: readonly number[]) =>
  bodies(...Array.from({ length: count }, (_, place) => (places.includes(place) ? odd : account(`a${place}`))));
const names = () => writtenIn(world).map(({ fields }) => fields['Name']);
const sizes = () => sentTo(world).map(({ body }) => (body ?? '').split('<records ').length - 1);

describe('a collection with a value that the service cannot read', () => {
  test('goes again in halves until that is alone: the others are written once, each with its own result', async () => {
    const { results } = await run(await world.connect(), op('create'), documents(8, 5));

    expect(results.map(({ inputs }) => inputs[0])).toEqual(documents(8).map((_, place) => `doc-${place + 1}`));
    expect(statuses(results)).toEqual(
      Array.from({ length: 8 }, (_, place) => (place === 5 ? 'applicationError' : 'success')),
    );
    for (const [place, { message, body }] of results.entries())
      if (place === 5) {
        expect(message).not.toContain('as a whole');
      } else {
        const id = /<id>(\w+)<\/id>/.exec(String(body))?.[1] ?? '';
        expect(world.org.record(id)?.['Name']).toBe(`a${place}`);
      }
    expect(names()).toEqual([0, 1, 2, 3, 4, 6, 7].map((place) => `a${place}`));
    expect(sizes()).toEqual([8, 4, 4, 2, 1, 1, 2]);
  });

  test('or with several: each of them is told, and all others are written', async () => {
    const { summary } = await run(await world.connect(), op('create'), documents(200, 0, 77, 199));

    expect(summary.counts).toMatchObject({ success: 197, applicationError: 3 });
    expect(new Set(names()).size).toBe(197);
    expect(names()).toHaveLength(197);
  });

  test('is divided as far as the budget of repeats goes; what is left is refused with the request that it was in', async () => {
    await world.stop();
    world = await runOrg({}, { limits: { repeatsPerMinute: 3 } });

    const { results } = await run(await world.connect(), op('create'), documents(8, 0));

    expect(sizes()).toEqual([8, 4, 2, 1]);
    expect(statuses(results)).toEqual(Array<string>(8).fill('applicationError'));
    expect(results[0]?.message).not.toContain('as a whole');
    expect(results[1]?.message).toContain('the request with 2 documents was refused as a whole');
    expect(results[2]?.message).toContain('the request with 4 documents was refused as a whole');
    expect(results[4]?.message).toContain('the request with 8 documents was refused as a whole');
    expect(names()).toEqual([]);
  });

  test('is not divided under all or none', async () => {
    const { summary } = await run(await world.connect(), op('create', { allOrNone: true }), documents(4, 1));

    expect(summary.counts).toMatchObject({ applicationError: 4 });
    expect(sizes()).toEqual([4]);
  });

  test('is not divided for a refusal of another kind', async () => {
    const no = { action: 'error', status: 400, errorCode: 'INVALID_TYPE', message: 'no' } as const;
    world.org.faults.add({ kind: 'createCollection', ...no });

    const { summary } = await run(await world.connect(), op('create'), documents(4));

    expect(summary.counts).toMatchObject({ applicationError: 4 });
    expect(sizes()).toEqual([4]);
  });

  test('whose half is lost keeps what is known of the other', async () => {
    world.org.faults.add({ kind: 'createCollection', nth: 2, action: 'lose' });

    const { results } = await run(await world.connect(), op('create'), documents(4, 3));

    expect(statuses(results)).toEqual(['unknown', 'unknown', 'success', 'applicationError']);
    expect(names()).toEqual(['a0', 'a1', 'a2']);
  });

  test('sends nothing more when the calls of the day are used up meanwhile', async () => {
    world.org.faults.add({
      kind: 'createCollection',
      nth: 2,
      action: 'error',
      status: 403,
      errorCode: 'REQUEST_LIMIT_EXCEEDED',
      message: 'TotalRequests Limit exceeded.',
    });

    const { results } = await run(await world.connect(), op('create'), documents(4, 3));

    expect(statuses(results)).toEqual(['failure', 'failure', 'failure', 'failure']);
    expect(results.map(({ error }) => error?.effect)).toEqual(['none', 'none', 'none', 'none']);
    expect(sizes()).toHaveLength(2);
  });
});
