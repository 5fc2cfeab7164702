import { CHECKS } from '@connector-runtime/conformance-tests';
import { goldenCards, holdMutant } from '../mutants/hold-mutant.js';
import { MUTANTS } from '../mutants/index.js';
import { checkIdOf } from '../mutants/mutant.js';

const LIMIT_MS = 300_000;

describe('the map of checks and mutants', () => {
  test('has a mutant for each check, and a check for each mutant', () => {
    expect(new Set(Object.keys(MUTANTS).map(checkIdOf))).toEqual(new Set(CHECKS.map(({ id }) => id)));
  });

  test.each(Object.keys(MUTANTS))(
    'M-%s fails its own check, and the card says why',
    async (id) => {
      const { failed, card } = await holdMutant(id, 'own');

      expect(failed).toEqual([checkIdOf(id)]);
      expect(card).toEqual(goldenCards()[id]);
    },
    LIMIT_MS,
  );
});
