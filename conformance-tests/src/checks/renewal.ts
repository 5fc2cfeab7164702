import type { RuntimeConnection } from '@connector-runtime/runtime';
import { carriesSecret, inHeaders } from '../carried-secret.js';
import type { Check } from '../check.js';
import { expectThat, NotApplicable, SubjectError, Unproven } from '../findings.js';
import { secretsOf } from '../fixture-secrets.js';
import { fullRun } from '../full-run.js';
import type { CarriedRequest } from '../lent/traffic.js';
import { documentsOf } from '../samples.js';
import { KeepingStore } from '../seen-credentials.js';
import type { Fixture, SeenRequest } from '../subject.js';
import type { Trial } from '../trial.js';
import { oneOfEachEffect, type TriedOperation } from '../tried-operation.js';

/** As many as meet one expired session, of an operation that batches as of others. */
const REQUESTS = 20;
const MOST_DOCUMENTS = 1_000;
/** A run goes on for so many rounds of as many requests as may be under way at once; with batches, for no more documents than this. */
const ROUNDS = 3;
const MOST_WITHIN = 200;

export const RENEWAL: readonly Check[] = [
  {
    id: 'AUT-01',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'A session that expires is renewed once',
    rule: 'After an expiry between two runs, and within a read, the session is renewed once; after these, and after one within a write, every document ends as without, applied once.',
    cause:
      'a refused token ends the run, or is renewed only at its start; or logins go unseen, and the fixture should say `isLogin`',
    async run(trial) {
      await expectSession(trial);
      for (const operation of trial.readsLast()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const connection = await own.connect();
        const isRead = tried.descriptor.effect === 'read';
        if (isRead) await own.seedPages(tried, 1);
        const clean = await own.run(connection, tried, documentsOf(tried.fixture.good(1)));
        const logins = await loginCount(own);
        const sent = (await own.requests()).length;
        await own.need('expireSession')();
        const after = await own.run(connection, tried, documentsOf(tried.fixture.good(1)));
        const did = 'a document, an expiry of the session, another document';
        const renewals = (await loginCount(own)) - logins;
        if (renewals === 0 && after.summary.counts.success === 1 && isTakenAtOnce(own, sent))
          throw new SubjectError(
            'after `expireSession` the service goes on to take the session: it must refuse the next request as expired',
          );
        expectThat(
          after.summary.counts.success === 1,
          'success',
          after.results[0]?.error ?? after.summary,
          did,
          tried.key,
        );
        expectThat(
          after.outputs.length === clean.outputs.length,
          `${clean.outputs.length} outputs`,
          after.outputs.length,
          did,
          tried.key,
        );
        expectThat(renewals === 1, 'one renewal', renewals, did, tried.key);
        if (isRead) await expireWithinRead(own, connection, tried, clean.outputs.length);
        else await expireWithinWrite(own, connection, tried);
      }
    },
  },
  {
    id: 'AUT-02',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Many requests that meet an expired session renew it once',
    rule: 'Where requests that run side by side meet one expired session, it is renewed once.',
    cause: 'each request renews for itself',
    async run(trial) {
      await expectSession(trial);
      for (const operation of trial.operations()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const connection = await own.connect();
        await connection.test();
        const logins = await loginCount(own);
        await own.need('expireSession')();
        const count = Math.min(MOST_DOCUMENTS, REQUESTS * (tried.descriptor.batch?.maxDocuments ?? 1));
        await own.run(connection, tried, documentsOf(tried.fixture.good(count)));
        const renewals = (await loginCount(own)) - logins;
        const did = `${count} documents after an expiry of the session`;
        expectThat(renewals <= 1, 'one renewal', renewals, did, tried.key);
      }
    },
  },
  {
    id: 'AUT-03',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Refused credentials are not sent again',
    rule: 'A wrong credential is sent once; one that is refused when the session is renewed, once more; so is one whose new sessions are refused too.',
    cause: 'a login that is tried again, and locks the account',
    async run(trial) {
      const { wrongCredential } = trial.fixture.connections;
      if (wrongCredential === undefined) throw new NotApplicable('the fixture has no secrets');
      const wrong = await trial.connect({ properties: wrongCredential });
      await wrong.test();
      await wrong.test();
      const logins = await loginCount(trial);
      expectThat(logins <= 1, 'one login', logins, 'testing a connection with a wrong credential twice');
      if (await hasNoSessions(trial)) return;
      await expireSession(trial);
      await expectSoundLogins(trial);
      for (const [name, refuse] of REFUSALS) {
        const own = await trial.again();
        const [operation] = own.operations();
        if (operation === undefined) return;
        const connection = await own.connect();
        await connection.test();
        const before = await loginCount(own);
        await refuse(own);
        await own.run(connection, operation, documentsOf(operation.fixture.good(10)));
        const again = (await loginCount(own)) - before;
        expectThat(again <= 1, 'one more login', again, `ten documents after an expiry, where ${name}`, operation.key);
      }
    },
  },
  {
    id: 'AUT-04',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'A renewed credential is stored before it is used',
    rule: 'Where credentials are kept, a new one is in the store before the next request, and another process that finds the old one refused takes the new one from there.',
    cause: 'a rotated token that is kept in memory only',
    async run(trial) {
      await expectSession(trial);
      let requestsAtPut = 0;
      const store = new KeepingStore(() => {
        requestsAtPut = trial.traffic.requests.length;
      });
      const [operation] = trial.operations();
      if (operation === undefined) return;
      const options = { id: 'shared', credentialStore: store };
      const first = await trial.connect(options);
      const second = await trial.connect(options);
      for (const connection of [first, second]) await connection.test();
      if (store.texts.length === 0) throw new NotApplicable('the plugin keeps no credentials');
      await trial.need('expireSession')();
      const puts = store.texts.length;
      const before = (await trial.requests()).length;
      const did = 'an expiry of a session that two processes share';
      const one = await trial.run(first, operation, documentsOf(operation.fixture.good(1)));
      if (one.summary.counts.success !== 1) throw new Unproven('a run after an expiry does not succeed; see AUT-01');
      expectThat(
        store.texts.length > puts,
        'the new credential in the store',
        'nothing was put there',
        did,
        operation.key,
      );
      const used = usesBefore(trial, await trial.requests(), before, requestsAtPut);
      expectThat(
        used === 0,
        'the new credential in the store before it is used',
        `${used} requests before`,
        did,
        operation.key,
      );
      const logins = await loginCount(trial);
      const two = await trial.run(second, operation, documentsOf(operation.fixture.good(1)));
      expectThat(
        two.summary.counts.success === 1,
        'success in the second',
        two.results[0]?.error ?? two.summary.error,
        did,
        operation.key,
      );
      const renewals = (await loginCount(trial)) - logins;
      expectThat(renewals === 0, 'no renewal in the second', renewals, did, operation.key);
    },
  },
];

/** Did the service take every request from this one on? Of a plugin with sockets of its own nobody knows. */
function isTakenAtOnce(trial: Trial, from: number): boolean {
  return !trial.hasOwnSockets && trial.sent.slice(from).every(({ status = 0 }) => status > 0 && status < 400);
}

/** A read of two pages whose session expires when its first row is there; where one answer held all, nothing is left to renew it for. */
async function expireWithinRead(
  trial: Trial,
  connection: RuntimeConnection,
  operation: TriedOperation,
  rows: number,
): Promise<void> {
  const logins = await loginCount(trial);
  const execution = trial.execute(connection, operation, documentsOf(operation.fixture.good(1)));
  let outputs = 0;
  for await (const { type } of execution) {
    if (type !== 'output') continue;
    if (outputs === 0) await trial.need('expireSession')();
    outputs += 1;
  }
  const { counts, error } = await execution.summary;
  const did = 'an expiry of the session after the first row of two pages';
  expectThat(counts.success === 1, 'success', error ?? counts, did, operation.key);
  expectThat(outputs === rows, `${rows} outputs`, outputs, did, operation.key);
  const renewals = (await loginCount(trial)) - logins;
  expectThat(renewals <= 1, 'one renewal', renewals, did, operation.key);
}

/** A run of several requests, one after another, whose session expires when its first result is there; where one request takes all documents, nothing is left to renew it for. How often requests that run side by side renew it is AUT-02's affair. */
async function expireWithinWrite(trial: Trial, connection: RuntimeConnection, operation: TriedOperation) {
  const { batch, limits } = operation.descriptor;
  const count = Math.min(
    Math.max(ROUNDS * limits.maxInFlight, MOST_WITHIN),
    ROUNDS * limits.maxInFlight * (batch?.maxDocuments ?? 1),
  );
  const before = await trial.ledger();
  const samples = operation.fixture.good(count);
  const execution = trial.execute(connection, operation, documentsOf(samples));
  let results = 0;
  for await (const { type } of execution) {
    if (type !== 'result') continue;
    if (results === 0) await trial.need('expireSession')();
    results += 1;
  }
  const { counts, error } = await execution.summary;
  const did = `an expiry of the session after the first result of ${count} documents`;
  expectThat(counts.success === count, `${count} success`, error ?? counts, did, operation.key);
  const after = await trial.ledger();
  const twice = samples.filter(({ key }) => (after.get(key)?.times ?? 0) - (before.get(key)?.times ?? 0) > 1);
  expectThat(
    twice.length === 0,
    'no document applied twice',
    twice.map(({ key }) => key),
    did,
    operation.key,
  );
}

/** How a service refuses a session, and what would renew it. */
const REFUSALS: readonly (readonly [name: string, refuse: (own: Trial) => Promise<void>])[] = [
  [
    'the credentials are refused by now',
    async (own) => {
      const others = own.fixture.secrets.map((pointer) => [pointer, 'another credential']);
      own.fixture.acceptCredentials(Object.fromEntries(others));
      await own.need('expireSession')();
    },
  ],
  [
    'logins succeed and every session is refused',
    async (own) => {
      await own.need('expireSession')();
      if (own.hasOwnSockets) return;
      const isLogin = loginsOf(own.fixture, own.sent);
      own.traffic.addFault({ kind: 'status', status: 401 }, (request) => !isLogin(request));
    },
  ],
];

/** Without a session there is nothing to renew; with one, the fixture must let it expire. */
async function expectSession(trial: Trial): Promise<void> {
  if (await hasNoSessions(trial)) throw new NotApplicable('every request proves itself: there is no session');
  await expireSession(trial);
  await expectSoundLogins(trial);
}

/** Without the member, what is missing is one of two. */
async function expireSession(trial: Trial): Promise<void> {
  if (trial.fixture.expireSession === undefined)
    throw new Unproven(
      'add `expireSession` to the fixture; or `hasSessions: false`, where each request proves itself and nothing expires',
    );
  await trial.fixture.expireSession();
}

/** Throws a `SubjectError` where `isLogin` names none of the requests of a run in which all is well, or every one. */
async function expectSoundLogins(trial: Trial): Promise<void> {
  if (trial.fixture.isLogin === undefined) return;
  const own = await trial.again();
  const connection = await own.connect();
  await connection.test();
  const [operation] = oneOfEachEffect(own).slice(-1);
  if (operation === undefined) return;
  const { summary } = await own.run(connection, operation, documentsOf(operation.fixture.good(1)));
  const requests = await own.requests();
  const named = requests.filter(loginsOf(own.fixture, requests)).length;
  if (summary.counts.success === 1 && requests.length > 1 && (named === 0 || named === requests.length))
    throw new SubjectError(
      `\`isLogin\` of the fixture names ${named === 0 ? 'none' : 'all'} of the ${requests.length} requests of a test and a run of ${operation.key}: it must name those for a session; leave it out where these carry a secret`,
    );
}

/** The fixture says so, or what is sent shows it. */
async function hasNoSessions(trial: Trial): Promise<boolean> {
  const { fixture } = trial;
  return fixture.hasSessions === false || (fixture.expireSession === undefined && (await isStateless(trial)));
}

/** Does every request carry a secret of the configuration, as it is or by HTTP Basic? Seen in a run of everything, in a world of its own. */
async function isStateless(trial: Trial): Promise<boolean> {
  const own = await trial.again();
  if (own.hasOwnSockets) return false;
  const secrets = secretsOf(own.fixture);
  await fullRun(own, await own.connect());
  return own.sent.every((request) => secrets.some((secret) => inHeaders(request, secret)));
}

async function loginCount(trial: Trial): Promise<number> {
  const requests = await trial.requests();
  return requests.filter(loginsOf(trial.fixture, requests)).length;
}

type Kind = Pick<SeenRequest, 'method' | 'path'>;

/** Which requests log in: those that the fixture names; else those like the first that carries a secret, or like the first of all. */
function loginsOf(fixture: Fixture, requests: readonly CarriedRequest[]): (request: Kind) => boolean {
  if (fixture.isLogin !== undefined) return (request) => fixture.isLogin?.(request) === true;
  const { valid, wrongCredential } = fixture.connections;
  const secrets = [valid, wrongCredential ?? valid].flatMap((properties) => secretsOf(fixture, properties));
  const login = requests.find((request) => secrets.some((secret) => carriesSecret(request, secret))) ?? requests[0];
  return (request) => login !== undefined && isLike(login, request);
}

function isLike(login: Kind, { method, path }: Kind): boolean {
  return method === login.method && path.split('?')[0] === login.path.split('?')[0];
}

/** How often the request that met the expiry, at `from`, was sent again between the login that followed it and the end given. */
function usesBefore(trial: Trial, requests: readonly CarriedRequest[], from: number, end: number): number {
  const refused = requests[from];
  const isLogin = loginsOf(trial.fixture, requests);
  const renewal = requests.findIndex((request, index) => index > from && isLogin(request));
  if (refused === undefined || renewal < 0) return 0;
  return requests.slice(renewal + 1, end).filter((request) => isLike(refused, request)).length;
}
