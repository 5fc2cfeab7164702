import type { Check } from '../check.js';
import { expectThat, NotApplicable } from '../findings.js';

/** Longer than any test of a connection should take, by the lent clock. */
const DEADLINE_MS = 5 * 60_000;

export const CONNECTION_TEST: readonly Check[] = [
  {
    id: 'TST-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A wrong credential is a finding',
    rule: 'Testing a connection with a wrong credential gives a finding that is not ok, category auth, and rejects with nothing.',
    cause: 'an error of the login that is thrown as it came, or named internal',
    async run(trial) {
      const { wrongCredential } = trial.fixture.connections;
      if (wrongCredential === undefined) throw new NotApplicable('the fixture has no secrets');
      const connection = await trial.connect({ properties: wrongCredential });
      const findings = await connection.test();
      const seen = findings.find(({ ok }) => !ok);
      expectThat(
        seen?.error?.category === 'auth',
        'a finding that is not ok, category auth',
        findings,
        'testing a connection with a wrong credential',
      );
    },
  },
  {
    id: 'TST-02',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A service that cannot be reached is a finding',
    rule: 'Testing a connection to an address where nothing answers gives a finding that is not ok, category unavailable, before the deadline.',
    cause: 'a test that looks at the configuration only',
    async run(trial) {
      const connection = await trial.connect({ properties: trial.fixture.connections.unreachable });
      const findings = await connection.test({ deadlineMs: DEADLINE_MS });
      const seen = findings.find(({ ok }) => !ok);
      expectThat(
        seen?.error?.category === 'unavailable',
        'a finding that is not ok, category unavailable',
        findings,
        'testing a connection to an address where nothing answers',
      );
    },
  },
];
