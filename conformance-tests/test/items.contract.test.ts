import { CHECKS, conformance } from '@connector-runtime/conformance-tests';
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
