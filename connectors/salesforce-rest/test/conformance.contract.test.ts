import { conformance } from '@connector-runtime/conformance-tests';
import { subject } from './conformance-subject.js';

describe('the conformance suite', () => {
  const suite = conformance(subject);

  for (const check of suite) {
    test(`${check.id} ${check.title}`, () => check.run(), 180_000);
  }

  test('gives the verdict conformant', async () => {
    const { verdict } = await suite.run();

    expect(verdict).toMatch(
      /^salesforce-rest 0\.1\.0 — contract \^1\.0 — full: conformant \(\d+ passed, \d+ not declared\)$/,
    );
  });
});
