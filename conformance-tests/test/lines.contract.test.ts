import { CHECKS, type CheckReport, conformance, type Subject } from '@connector-runtime/conformance-tests';
import { linesSubject } from '../reference/lines/lines-subject.js';
import { without } from './without.js';

const LIMIT_MS = 120_000;
/** What a plugin over HTTP has, or what this one does not declare. */
const SKIPPED = [
  ...['ERR-01', 'ERR-02', 'ERR-03', 'HOS-04', 'SEC-02', 'UNI-02'],
  ...['AUT-04', 'BAT-03', 'CFG-07', 'SCH-04'],
];

describe('the lines plugin', () => {
  const suite = conformance(linesSubject());

  for (const check of suite) test(`${check.id} ${check.title}`, () => check.run(), LIMIT_MS);

  test('is conformant, with nothing unproven', async () => {
    const { verdict, checks } = await suite.run();

    const passed = CHECKS.length - SKIPPED.length;
    expect(verdict).toBe(
      `lines 2.0.0 — contract ^1.0 — full: conformant (${passed} passed, ${SKIPPED.length} not declared)`,
    );
    expect(idsOf(checks, 'skip')).toEqual([...SKIPPED].sort());
  });
});

describe('a service of a plugin with sockets of its own', () => {
  test('that takes no gate proves nothing of requests and faults', async () => {
    const subject = linesSubject();
    const start: Subject['start'] = async (options) => without(await subject.start(options), 'useGate');
    const { checks, verdict } = await conformance(
      { ...subject, start },
      {
        only: ['BAS-01', 'ACC-04', 'CAN-02', 'IDM-01', 'TIM-02', 'LIF-03'],
      },
    ).run();

    expect(verdict).toContain('6 of 99 checks, passed, 5 MUST unproven: ');
    expect(idsOf(checks, 'pass')).toEqual(['BAS-01']);
    expect(checks.filter(({ outcome }) => outcome === 'unproven')).toHaveLength(5);
    for (const { outcome, reason } of checks)
      if (outcome === 'unproven') expect(reason).toBe('add `useGate` to the fixture');
  });
});

function idsOf(checks: readonly CheckReport[], outcome: CheckReport['outcome']): readonly string[] {
  return checks
    .filter((check) => check.outcome === outcome)
    .map(({ id }) => id)
    .sort();
}
