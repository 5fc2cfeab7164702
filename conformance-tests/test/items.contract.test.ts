import { CHECKS, conformance } from '@connector-runtime/conformance-tests';
import { goldenCards, holdMutant } from '../mutants/hold-mutant.js';
import { MUTANTS } from '../mutants/index.js';
import { checkIdOf } from '../mutants/mutant.js';
import { itemsSubject } from '../reference/items/items-subject.js';

const LIMIT_MS = 120_000;

describe('the items plugin', () => {
  const suite = conformance(itemsSubject());

  for (const check of suite) test(`${check.id} ${check.title}`, () => check.run(), LIMIT_MS);

  test('is conformant, with nothing left out', async () => {
    const { verdict } = await suite.run();

    expect(verdict).toBe(`items 1.2.0 — contract ^1.0 — full: conformant (${CHECKS.length} passed, 0 not declared)`);
  });
});

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

describe('a subject', () => {
  test('without an operation that the manifest names is in error, and the plugin has not failed', async () => {
    const subject = itemsSubject();
    const lacking = {
      ...subject,
      start: async (options: { readonly seed: number }) => {
        const fixture = await subject.start(options);
        const { read: _, ...operations } = fixture.operations;
        return { ...fixture, operations };
      },
    };

    const { checks } = await conformance(lacking, { only: ['BAS-01'] }).run();

    expect(checks).toMatchObject([{ outcome: 'blocked', reason: 'by MAN-03' }]);
    const [{ checks: owner }] = [await conformance(lacking, { only: ['MAN-03'] }).run()];
    expect(owner).toMatchObject([
      { outcome: 'error', reason: expect.stringContaining('add it to Fixture.operations') },
    ]);
  });
});
