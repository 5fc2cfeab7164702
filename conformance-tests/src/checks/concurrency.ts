import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import type { Check } from '../check.js';
import { expectThat, SubjectError } from '../findings.js';
import { secretsOf } from '../fixture-secrets.js';
import { expectSameGiven, givenByFixture } from '../given-by-fixture.js';
import type { SentRequest } from '../lent/lent-transport.js';
import { seededRandom } from '../lent/seeded-random.js';
import { documentCount, giveRowsToRead } from '../rows-to-read.js';
import { dataOf, documentsOf } from '../samples.js';
import { CREDENTIAL_HEADER } from '../seen-credentials.js';
import type { LedgerEntry, Sample } from '../subject.js';
import type { Trial } from '../trial.js';
import { oneOfEachEffect, type TriedOperation } from '../tried-operation.js';

const MANY = 20;
/** Of an execution beside another. */
const DOCUMENTS = 12;
/** Of one run, however many a batch takes. */
const MOST_DOCUMENTS = 5_000;
/** At the first of two services; the other has as many again. */
const ROWS = 15;
const TWO_CONNECTIONS = 'two connections, to two services';

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
        const isSame = isDeepStrictEqual(together.came, apart.came);
        if (!isSame) expectSameGiven(apart.given, together.given, operation.key);
        expectThat(
          isSame,
          'what they come to one after the other',
          together.came,
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
    rule: 'Two connections of one runtime to two services work for one operation of each kind of effect: what each is given reaches its own service and no other, it reads its own rows only, and no credential reaches both.',
    cause: 'a token that is kept under the user name only, or a client in a variable of its module',
    async run(trial) {
      const other = await trial.again(trial.seed + 1);
      const runtime = trial.runtime();
      const sides = [
        { world: trial, foreign: other, connection: await trial.connect({ runtime }) },
        {
          world: other,
          foreign: trial,
          connection: await trial.connect({ runtime, properties: other.fixture.connections.valid }),
        },
      ] as const;
      // Reads first: of some services, what is written is read too.
      const operations = oneOfEachEffect(trial);
      for (const { connection } of sides) {
        const findings = await connection.test();
        const isFine = findings.every(({ ok }) => ok);
        // Where it fails, a shared credential is why.
        if (!isFine) await expectNoneShared(trial, other, operations);
        expectThat(isFine, 'both tests ok', findings, TWO_CONNECTIONS);
      }
      for (const { key } of operations) {
        for (const [index, side] of sides.entries()) {
          const tried = side.world.operation(key);
          if (tried.descriptor.effect === 'read') await expectOwnRows(trial, side, tried, ROWS * (index + 1));
          else await expectOwnEntries(trial, side, tried);
        }
      }
      await expectNoneShared(trial, other, operations);
    },
  },
];

/** One of the two connections: the world that it belongs to, and the one that it does not. */
interface Side {
  readonly world: Trial;
  readonly foreign: Trial;
  readonly connection: RuntimeConnection;
}

async function expectNoneShared(trial: Trial, other: Trial, operations: readonly TriedOperation[]): Promise<void> {
  const shared = trial.hasOwnSockets
    ? [...(await secretsSeenBy(other, trial)), ...(await secretsSeenBy(trial, other))]
    : await credentialsAtBoth(trial, operations);
  expectThat(
    shared.length === 0,
    'no credential at both services',
    `${shared.length} credentials at both`,
    TWO_CONNECTIONS,
  );
}

/** As many as a connection that is alone reads of so many, and no other rows; that it reads them all is another check's affair. */
async function expectOwnRows(trial: Trial, { world, connection }: Side, tried: TriedOperation, rows: number) {
  if (world.fixture.seedRows === undefined || tried.fixture.looksUp === true) return;
  const { trial: lone, operation } = await trial.forOperation(tried);
  await lone.seedRows(operation, rows);
  const lonely = await lone.connect();
  await lonely.test();
  const alone = await lone.run(lonely, operation, documentsOf(operation.fixture.good(1)));
  const known = new Set<string | undefined>(await world.seedRows(tried, rows));
  // A plugin may have put rows there by itself.
  for (const output of alone.outputs) known.add(operation.fixture.keyOf(output));
  const { outputs } = await trial.run(connection, tried, documentsOf(tried.fixture.good(1)));
  expectThat(
    outputs.length === alone.outputs.length && outputs.every((output) => known.has(tried.fixture.keyOf(output))),
    `${alone.outputs.length} rows of its own service`,
    `${outputs.length} rows`,
    TWO_CONNECTIONS,
    tried.key,
  );
}

async function expectOwnEntries(trial: Trial, { world, foreign, connection }: Side, tried: TriedOperation) {
  const samples = tried.fixture.good(3);
  const before = await world.ledger();
  const strays = (await foreign.fixture.ledger()).length;
  await trial.run(connection, tried, documentsOf(samples));
  const after = await world.ledger();
  const lost = samples.filter(({ key }) => (after.get(key)?.times ?? 0) <= (before.get(key)?.times ?? 0));
  expectThat(
    lost.length === 0,
    'every document applied by its own service',
    `${lost.length} of ${samples.length} not`,
    TWO_CONNECTIONS,
    tried.key,
  );
  const strayed = (await foreign.fixture.ledger()).length - strays;
  expectThat(strayed === 0, 'nothing applied by the other service', `${strayed} entries`, TWO_CONNECTIONS, tried.key);
}

/** How the documents of two executions ended, and what the service applied; and what was given. */
async function twice(trial: Trial, operation: TriedOperation, atOnce: boolean) {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const connection = await own.connect();
  await connection.test();
  const random = seededRandom(trial.seed);
  for (let k = 1; k <= 40; k += 1) await own.fault({ kind: 'delay', ms: Math.floor(random() * 1_000) }, k);
  const before = (await own.fixture.ledger()).length;
  const rows = await giveRowsToRead(own, tried);
  const count = documentCount(tried, DOCUMENTS);
  const samples = tried.fixture.good(2 * count);
  const runs = [samples.slice(0, count), samples.slice(count)].map(
    (half) => () => own.run(connection, tried, documentsOf(half)),
  );
  const outcomes = [];
  if (atOnce) outcomes.push(...(await Promise.all(runs.map((run) => run()))));
  else for (const run of runs) outcomes.push(await run());
  const statuses = outcomes
    .flatMap(({ results }) => results.flatMap(({ inputs, status }) => inputs.map((id) => `${id} ${status}`)))
    .sort();
  const applied = (await own.fixture.ledger())
    .slice(before)
    .map((entry) => shownEntry(entry, samples))
    .sort();
  const outputs = outcomes.map(({ outputs }) =>
    outputs.map((output) => `${output.inputs.join()} ${tried.fixture.keyOf(output) ?? ''}`).sort(),
  );
  return { came: { statuses, outputs, applied }, given: givenByFixture(own, tried, samples, rows) };
}

/** With the fields that its document gave: others may be the service's own, as the number of a record. */
function shownEntry({ key, action, times, data }: LedgerEntry, samples: readonly Sample[]): string {
  const sample = samples.find((one) => one.key === key);
  const names = Object.keys((sample === undefined ? undefined : dataOf(sample)) ?? {});
  const fields = data as Readonly<Record<string, Json>>;
  return `${key} ${action} ${times} ${JSON.stringify(names.map((name) => fields[name]))}`;
}

/** Secrets of the trial's connection that requests to the other's service show. */
async function secretsSeenBy(other: Trial, trial: Trial): Promise<readonly string[]> {
  const foreign = new Set(secretsOf(other.fixture));
  const texts = (await other.requests()).map(({ path, body }) => `${path}\n${Buffer.from(body).toString()}`);
  return secretsOf(trial.fixture).filter(
    (secret) => !foreign.has(secret) && texts.some((text) => text.includes(secret)),
  );
}

/**
 * Credentials that went to the first service and to another. What a third service takes as well, whose tokens are its own, is none, but a word that every request says;
 * where that is the login itself, the services cannot be told apart: throws a `SubjectError`.
 */
async function credentialsAtBoth(trial: Trial, operations: readonly TriedOperation[]): Promise<readonly string[]> {
  const [home] = trial.sent;
  const own = valuesIn(trial.sent.filter(({ url }) => url.origin === home?.url.origin));
  const foreign = valuesIn(trial.sent.filter(({ url }) => url.origin !== home?.url.origin));
  const shared = [...own].filter(([value]) => foreign.has(value));
  if (shared.length === 0) return [];
  const third = await trial.again(trial.seed + 2);
  const connection = await third.connect();
  await connection.test();
  for (const { key } of operations) {
    const tried = third.operation(key);
    await third.run(connection, tried, documentsOf(tried.fixture.good(1)));
  }
  const taken = valuesIn(third.sent.filter(({ status = 500 }) => status < 400));
  for (const [value, name] of shared)
    if (taken.has(value) && /authorization|cookie/i.test(name))
      throw new SubjectError(
        `the services of different seeds take the same credential (header \`${name}\`): give each its own, by the seed of \`start\``,
      );
  return shared.flatMap(([value]) => (taken.has(value) ? [] : [value]));
}

/** Of headers named like credentials, by value: the header's name. */
function valuesIn(requests: readonly SentRequest[]): ReadonlyMap<string, string> {
  const headers = requests.flatMap((request) => Object.entries(request.headers));
  return new Map(headers.filter(([name]) => CREDENTIAL_HEADER.test(name)).map(([name, value]) => [value, name]));
}
