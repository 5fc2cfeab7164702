import type { Check } from '../check.js';
import { runChild, tellOfEnd } from '../child-process.js';
import { plainDocuments } from '../children/plain-document.js';
import { expectThat, SubjectError, Unproven } from '../findings.js';
import { fullRun } from '../full-run.js';
import { documentsOf } from '../samples.js';
import { watchTimers } from '../timer-watch.js';
import type { Trial } from '../trial.js';
import { requestOf, type TriedOperation } from '../tried-operation.js';

const MINUTES = 60;
const MOST_LINGER_MS = 2_000;
/** Then nothing is left to learn. */
const LINGER_LIMIT_MS = 3_000;
const MOST_CHILD_MS = 30_000;
/** Of a check's limit: the child ends first, and tells more. */
const SHARE_OF_CHILD = 0.8;
const ROUNDS = 200;
const REQUESTS = 50_000;
const MOST_GROWTH_BYTES = 5 * 1024 * 1024;

export const LEAKS: readonly Check[] = [
  {
    id: 'LEK-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A closed connection lets the process end',
    rule: 'In a process of its own that connects, runs every operation, once more when the service has ended, and closes, nothing keeps the process: it ends by itself within 2 s.',
    cause: 'an interval or a socket that nobody closes, perhaps where a run fails',
    ownProcess: true,
    async run(trial) {
      const own = await trial.again();
      const runs = own
        .operations()
        .map((operation) => ({ request: requestOf(operation), documents: plainDocuments(operation.fixture.good(2)) }));
      const { entry } = trial.subject;
      const child = await runChild(
        'run-and-close',
        { entry, properties: own.fixture.connections.valid, runs },
        {
          limitMs: Math.min(MOST_CHILD_MS, trial.checkMs * SHARE_OF_CHILD),
          lingerLimitMs: LINGER_LIMIT_MS,
          onRan: () => own.stop(),
        },
      );
      const { lingeredMs, cutOffAfterMs } = child;
      const did = 'connecting, running every operation, also without a service, and closing';
      if (lingeredMs === undefined) tellOfEnd(child, did);
      expectThat(
        lingeredMs <= MOST_LINGER_MS,
        `ended within ${MOST_LINGER_MS} ms`,
        cutOffAfterMs === undefined ? `${Math.round(lingeredMs)} ms` : `still there after ${Math.round(lingeredMs)} ms`,
        did,
      );
      if (cutOffAfterMs !== undefined)
        throw new Unproven(`give a check more than ${trial.checkMs / 1000} s, by \`--limit\` or \`limits.checkMs\``);
    },
  },
  {
    id: 'LEK-02',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'After its end nothing goes on',
    rule: `In ${MINUTES} minutes after runs that the service was too busy for no request with an effect is sent; after close() no request at all, and nothing is logged. Timers that are set by the functions of the global object count, also those that keep no process.`,
    cause: 'a poller that was never stopped, or an outbox for what was called failed',
    async run(trial) {
      const timers = watchTimers();
      const pass = async () => {
        timers.passAll();
        await trial.settle();
        await trial.clock.advance(MINUTES * 60_000);
      };
      try {
        const connection = await trial.connect();
        await fullRun(trial, connection);
        await trial.fault(trial.hasOwnSockets ? trial.busy : { kind: 'status', status: 429 }, { from: 1 });
        for (const operation of trial.operations())
          await trial.run(connection, operation, documentsOf(operation.fixture.good(1)));
        trial.traffic.clearFaults();
        const writes = await writeCount(trial);
        await pass();
        const more = (await writeCount(trial)) - writes;
        expectThat(
          more === 0,
          'no request with an effect',
          `${more} requests`,
          `${MINUTES} minutes after runs that failed`,
        );
        await connection.close();
        const before = { requests: (await trial.requests()).length, logs: trial.log.entries.length };
        await pass();
        const after = { requests: (await trial.requests()).length, logs: trial.log.entries.length };
        const last = trial.log.entries.at(-1)?.message;
        const did = `${MINUTES} minutes after close()`;
        expectThat(
          after.requests === before.requests,
          'no request',
          `${after.requests - before.requests} requests`,
          did,
        );
        expectThat(
          after.logs === before.logs,
          'nothing logged',
          `${after.logs - before.logs} entries, the last: ${last}`,
          did,
        );
      } finally {
        timers.release();
      }
    },
  },
  {
    id: 'LEK-03',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Nothing piles up',
    rule: `Every answer has been read to its end, or cancelled, when its call is over. In a process of its own, ${ROUNDS} rounds of connect, run and close, then one execution of ${REQUESTS} small requests, all answered, leave the heap at most 5 MB larger.`,
    cause: "a listener on the call's signal for each request that stays",
    ownProcess: true,
    async run(trial) {
      await expectBodiesSettled(trial);
      const operation = cheapest(trial);
      const [sample] = operation.fixture.good(1);
      if (sample === undefined) return;
      const input = {
        entry: trial.subject.entry,
        properties: trial.fixture.connections.valid,
        request: requestOf(operation),
        document: plainDocuments([sample])[0],
        rounds: ROUNDS,
        requests: REQUESTS,
      };
      const child = await runChild('pile-up', input, { nodeArgs: ['--expose-gc'] });
      const seen = child.report as
        | { readonly grownBytes: number; readonly given: number; readonly answered: number }
        | undefined;
      if (seen === undefined) tellOfEnd(child, `${ROUNDS} rounds, then ${REQUESTS} requests`);
      expectThat(
        seen.answered === seen.given,
        `each of ${seen.given} documents applied or refused`,
        `${seen.answered} were`,
        `${ROUNDS} rounds, then ${REQUESTS} requests`,
        operation.key,
      );
      expectThat(
        seen.grownBytes <= MOST_GROWTH_BYTES,
        'a heap at most 5 MB larger',
        `${(seen.grownBytes / 1024 / 1024).toFixed(1)} MB`,
        `${ROUNDS} rounds, then ${REQUESTS} requests`,
        operation.key,
      );
    },
  },
];

/** Requests with an effect, so far. */
async function writeCount(trial: Trial): Promise<number> {
  const writes = trial.writes();
  return (await trial.requests()).filter((request) => writes.some(({ fixture }) => fixture.isWrite(request))).length;
}

/** Runs everything once, over the lent transport. */
async function expectBodiesSettled(trial: Trial): Promise<void> {
  const own = await trial.again();
  await fullRun(own, await own.connect(), async ({ did, operation }) => {
    await own.settle();
    const open = own.sent.filter(({ isSettled }) => !isSettled).map(({ method, path }) => `${method} ${path}`);
    expectThat(open.length === 0, 'every answer read to its end, or cancelled', open.join(', '), did, operation?.key);
  });
}

/** A write that may be given one document again and again and deletes nothing, no variant where there is a choice: those put many documents into one request. Else the first operation of the manifest. */
function cheapest(trial: Trial): TriedOperation {
  const operations = trial.operations();
  const again = trial
    .writes()
    .filter(({ descriptor }) => descriptor.repeat === 'safe' && descriptor.effect !== 'delete');
  const found = again.find(({ key, id }) => key === id) ?? again[0] ?? operations[0];
  if (found === undefined) throw new SubjectError('the manifest has no operation');
  return found;
}
