import { carriesSecret } from '../carried-secret.js';
import type { Check } from '../check.js';
import { expectThat, NotApplicable, SubjectError } from '../findings.js';
import { secretsOf } from '../fixture-secrets.js';
import type { Trial } from '../trial.js';

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
      if (isAccepted(trial, secretsOf(trial.fixture, wrongCredential)))
        throw new SubjectError(
          'the service takes connections.wrongCredential: it was sent, and every request answered with success; change it, or have the service refuse it',
        );
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
      const answered = answeredRequest(trial);
      if (answered !== undefined)
        throw new SubjectError(
          `connections.unreachable reaches a service, which answers ${answered.method} ${answered.path.split('?')[0]}: give it an address where nobody listens; or the plugin asks elsewhere than the configuration says`,
        );
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

/** Was one of these sent, and nothing refused? Of a plugin with sockets of its own nobody knows. */
function isAccepted(trial: Trial, secrets: readonly string[]): boolean {
  const isSent = trial.sent.some((request) => secrets.some((secret) => carriesSecret(request, secret)));
  return isSent && trial.sent.every(({ status = 0 }) => status >= 200 && status < 300);
}

/** The first request, where each was answered: a service that gives out sessions may be elsewhere, and be there. */
function answeredRequest({ hasOwnSockets, sent, traffic }: Trial) {
  const isAnswered = hasOwnSockets || sent.every(({ status }) => status !== undefined);
  return isAnswered ? traffic.requests[0] : undefined;
}
