import { FAST } from './operations/bulk/bulk-world.js';
import { PromiseWorld, run } from './promise-world.js';

let world: PromiseWorld;
beforeAll(async () => {
  world = await PromiseWorld.start();
});
afterAll(() => world.stop());

const APIS = {
  RESTAPI: {},
  COMPOSITEAPI: { operationApi: 'COMPOSITEAPI', batchCount: 10 },
  'BulkAPI2.0': FAST,
} as const;
/** Changes the last letter of an id of 18 characters, which tells only the case of the others. */
const withWrongSum = (id: string) => `${id.slice(0, 17)}${id.endsWith('A') ? 'B' : 'A'}`;

describe.each(Object.entries(APIS))('over %s', (_api, properties) => {
  test.each(['update', 'delete'])(
    'an id of an %s is taken in its two forms, and refused alone in others',
    async (operation) => {
      const ids = [1, 2, 3, 4].map((number) => world.org.insert('Account', { Name: `Odd ${number}` }));
      const [long = '', short = '', cut = '', wrong = ''] = ids;
      const written = { long, short: short.slice(0, 15), cut: cut.slice(0, 17), wrong: withWrongSum(wrong) };
      const before = world.org.ledger.entries.length;

      const { statuses, results } = await run(
        await world.connect(),
        operation,
        Object.entries(written).map(([id, sent]) => ({ id, body: `<r><Id>${sent}</Id><Name>New</Name></r>` })),
        properties,
      );

      expect(statuses).toEqual({
        long: 'success',
        short: 'success',
        cut: 'applicationError',
        wrong: 'applicationError',
      });
      for (const { error } of results)
        if (error !== undefined) expect(error).toMatchObject({ effect: 'none', retryable: false });
      const touched = world.org.ledger.entries.slice(before).map(({ id }) => id);
      expect(new Set(touched)).toEqual(new Set([long, short]));
    },
  );
});
