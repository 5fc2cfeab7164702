import { isDeepStrictEqual } from 'node:util';
import type { Check } from '../check.js';
import { expectThat } from '../findings.js';
import { secretsOf } from '../fixture-secrets.js';
import { seededRandom } from '../lent/seeded-random.js';
import { documentCount, giveRowsToRead } from '../rows-to-read.js';
import { documentsOf } from '../samples.js';
import type { Trial } from '../trial.js';
import type { TriedOperation } from '../tried-operation.js';

const MANY = 20;
/** Of an execution beside another. */
const DOCUMENTS = 12;
/** Of one run, however many a batch takes. */
const MOST_DOCUMENTS = 5_000;
const CREDENTIAL_HEADER = /authorization|cookie|token|api-?key|session/i;

export const CONCURRENCY: readonly Check[] = [
  {
    id: 'CON-01',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Executions side by side do not meet',
    rule: 'Two executions at once on one connection, interleaved by delays of the seed, come to what they come to one after the other.',
    cause: 'a buffer on the connection, or in a class that both share',
    async run(trial) {
      for (const operation of trial.operations()) {
        const apart = await twice(trial, operation, false);
        const together = await twice(trial, operation, true);
        expectThat(
          isDeepStrictEqual(together, apart),
          'what they come to one after the other',
          together,
          `two executions of ${documentCount(operation, DOCUMENTS)} documents at once`,
          operation.key,
        );
      }
    },
  },
  {
    id: 'CON-02',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'No more requests at once than declared',
    rule: `Requests in flight are at most maxInFlight, with documents for more of them (at most ${MOST_DOCUMENTS}).`,
    cause: 'Promise.all over the whole input',
    async run(trial) {
      for (const operation of trial.operations()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const { batch, limits } = tried.descriptor;
        const requests = Math.max(batch === undefined ? MANY : 0, Math.ceil(limits.maxInFlight) + 3);
        const documents = Math.min(requests * (batch?.maxDocuments ?? 1), MOST_DOCUMENTS);
        const connection = await own.connect();
        await connection.test();
        own.traffic.mostInFlight = 0;
        await own.fault({ kind: 'delay', ms: 100 }, 'all');
        await own.run(connection, tried, documentsOf(tried.fixture.good(documents)));
        const most = own.traffic.mostInFlight;
        expectThat(
          most <= limits.maxInFlight,
          `at most ${limits.maxInFlight} in flight`,
          most,
          `${documents} documents`,
          tried.key,
        );
      }
    },
  },
  {
    id: 'CON-03',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Connections do not meet',
    rule: 'Two connections of one runtime to two services, with the same user name, never send what belongs to the other.',
    cause: 'a token that is kept under the user name only',
    async run(trial) {
      const other = await trial.again(trial.seed + 1);
      const runtime = trial.runtime();
      const first = await trial.connect({ runtime });
      const second = await trial.connect({ runtime, properties: other.fixture.connections.valid });
      for (const connection of [first, second]) await connection.test();
      const [operation] = trial.writes().length > 0 ? trial.writes() : trial.operations();
      if (operation === undefined) return;
      await trial.run(first, operation, documentsOf(operation.fixture.good(3)));
      const applied = (await trial.fixture.ledger()).length;
      const theirs = other.operation(operation.key);
      // Others than the first has: a service that knows a key already would refuse what strays to it.
      await trial.run(second, theirs, documentsOf(theirs.fixture.good(6).slice(3)));
      const did = 'two connections, to two services';
      const shared = trial.hasOwnSockets
        ? [...(await secretsSeenBy(other, trial)), ...(await secretsSeenBy(trial, other))]
        : credentialsAtBoth(trial);
      expectThat(shared.length === 0, 'no credential at both services', `${shared.length} credentials at both`, did);
      const strays = (await trial.fixture.ledger()).length - applied;
      expectThat(strays === 0, 'nothing for the second applied by the first', `${strays} entries`, did, operation.key);
    },
  },
];

/** How the documents of two executions ended, and what the service applied. */
async function twice(trial: Trial, operation: TriedOperation, atOnce: boolean) {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const connection = await own.connect();
  await connection.test();
  const random = seededRandom(trial.seed);
  for (let k = 1; k <= 40; k += 1) await own.fault({ kind: 'delay', ms: Math.floor(random() * 1_000) }, k);
  const before = (await own.fixture.ledger()).length;
  await giveRowsToRead(own, tried);
  const samples = () => tried.fixture.good(documentCount(tried, DOCUMENTS));
  const runs = [documentsOf(samples()), documentsOf(samples())].map(
    (documents) => () => own.run(connection, tried, documents),
  );
  const outcomes = [];
  if (atOnce) outcomes.push(...(await Promise.all(runs.map((run) => run()))));
  else for (const run of runs) outcomes.push(await run());
  const statuses = outcomes
    .flatMap(({ results }) => results.flatMap(({ inputs, status }) => inputs.map((id) => `${id} ${status}`)))
    .sort();
  const applied = (await own.fixture.ledger())
    .slice(before)
    .map(({ key, times }) => `${key} ${times}`)
    .sort();
  const given = outcomes.map(({ outputs }) =>
    outputs.map((output) => `${output.inputs.join()} ${tried.fixture.keyOf(output) ?? ''}`).sort(),
  );
  return { statuses, outputs: given, applied };
}

/** Secrets of the trial's connection that requests to the other's service show. */
async function secretsSeenBy(other: Trial, trial: Trial): Promise<readonly string[]> {
  const foreign = new Set(secretsOf(other.fixture));
  const texts = (await other.requests()).map(({ path, body }) => `${path}\n${Buffer.from(body).toString()}`);
  return secretsOf(trial.fixture).filter(
    (secret) => !foreign.has(secret) && texts.some((text) => text.includes(secret)),
  );
}

/** Values of headers named like credentials that went to the first service and to another. */
function credentialsAtBoth(trial: Trial): readonly string[] {
  const [home] = trial.sent;
  const own = credentialsOf(trial, (origin) => origin === home?.url.origin);
  const foreign = credentialsOf(trial, (origin) => origin !== home?.url.origin);
  return [...own].filter((value) => foreign.has(value));
}

function credentialsOf(trial: Trial, belongs: (origin: string) => boolean): ReadonlySet<string> {
  const values = trial.sent.filter(({ url }) => belongs(url.origin)).flatMap(({ headers }) => Object.entries(headers));
  return new Set(values.filter(([name]) => CREDENTIAL_HEADER.test(name)).map(([, value]) => value));
}
