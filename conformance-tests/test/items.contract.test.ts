import { CHECKS, conformance } from '@connector-runtime/conformance-tests';
import { itemsPlugin, withDescriptor } from '../mutants/mutant.js';
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

test('batches of two are tried with two documents', async () => {
  const batch = { maxDocuments: 2, atomic: 'option' } as const;
  const create = itemsPlugin.manifest.operations.find(({ id }) => id === 'create');
  const { plugin } = withDescriptor('create', {
    batch,
    variants: (create?.variants ?? []).map((variant) => ({ ...variant, batch: { ...batch, atomic: 'always' } })),
  });

  const { checks } = await conformance(itemsSubject(plugin), { only: ['BAT-03'] }).run();

  expect(checks).toMatchObject([{ id: 'BAT-03', outcome: 'pass' }]);
});
