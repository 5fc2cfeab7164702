import { conformance } from '@connector-runtime/conformance-tests';
import { subject } from './conformance-subject.js';

/** Of one check: the longest takes 40 s on a machine of its own, and other suites run beside it. */
const CHECK_MS = 600_000;

describe('the conformance suite', () => {
  const suite = conformance(subject, { limits: { checkMs: CHECK_MS } });

  for (const check of suite) {
    test(`${check.id} ${check.title}`, () => check.run(), CHECK_MS);
  }

  test('gives the verdict conformant', async () => {
    const { verdict } = await suite.run();

    expect(verdict).toMatch(
      /^salesforce-rest 0\.1\.0 — contract \^1\.0 — full: conformant \(\d+ passed, \d+ not declared\)$/,
    );
  });
});
