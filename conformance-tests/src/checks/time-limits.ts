import type { Check } from '../check.js';
import { expectThat } from '../findings.js';
import { documentsOf } from '../samples.js';

const DEADLINE_MS = 10 * 60_000;
const HOUR_MS = 60 * 60_000;
const SLOW_DEADLINE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;
/** The fault, the deadline that is given, and when the run must be over. */
const SILENCES = [
  ['hang', DAY_MS, HOUR_MS],
  // A byte in ten seconds: each is a wait in real time too, and there may be many operations.
  ['slow body', SLOW_DEADLINE_MS, SLOW_DEADLINE_MS],
] as const;

export const TIME_LIMITS: readonly Check[] = [
  {
    id: 'TIM-01',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'A service that is always busy ends the run by its deadline',
    rule: 'Where every answer is 503, or whatever says "busy" there, the operation ends by itself by the deadline, category unavailable or timeout.',
    cause: 'attempts without end',
    async run(trial) {
      for (const operation of trial.operations()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const { plugin, seen } = own.observe();
        const connection = await own.connect({ plugin });
        await connection.test();
        await own.fault(own.busy, { from: 1 });
        own.clock.passLimits();
        const { results, summary } = await own.run(connection, tried, documentsOf(tried.fixture.good(2)), {
          deadlineMs: DEADLINE_MS,
        });
        const did = `two documents, every answer ${own.hasOwnSockets ? 'a refusal' : '503'}`;
        expectThat(
          seen.runs.every(({ hasEnded }) => hasEnded),
          'the operation has ended by itself',
          'it was given up',
          did,
          tried.key,
        );
        const categories = [...results.map(({ error }) => error?.category), summary.error?.category].filter(
          (category) => category !== undefined,
        );
        const isNamed =
          categories.length > 0 && categories.every((category) => category === 'unavailable' || category === 'timeout');
        expectThat(isNamed, 'category unavailable or timeout', categories, did, tried.key);
      }
    },
  },
  {
    id: 'TIM-02',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'A request without an answer ends by itself',
    rule: 'Where the service accepts and never answers, the run ends by limits of its own within an hour, long before a deadline of a day; over HTTP an answer of one byte in ten seconds ends with the run by its deadline.',
    cause: 'a request whose time limit was switched off',
    async run(trial) {
      for (const operation of trial.operations()) {
        for (const [kind, deadlineMs, mostMs] of SILENCES) {
          if (kind === 'slow body' && trial.hasOwnSockets) continue;
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const connection = await own.connect();
          await connection.test();
          await own.fault({ kind }, { from: 1 });
          own.clock.passLimits();
          const startedMs = own.clock.now();
          await own.run(connection, tried, documentsOf(tried.fixture.good(1)), { deadlineMs });
          const tookMs = own.clock.now() - startedMs;
          const did = kind === 'hang' ? 'a service that never answers' : 'an answer of one byte in ten seconds';
          const most = mostMs + tried.descriptor.limits.stopWithinMs;
          expectThat(tookMs <= most, `ended within ${most} ms`, `${tookMs} ms`, did, tried.key);
        }
      }
    },
  },
  {
    id: 'TIM-03',
    level: 'SHOULD',
    profile: 'full',
    needs: [],
    title: 'A job that never ends is asked for ever more rarely',
    rule: 'Of a remote job that never finishes, at most 100 polls are sent in the first hour, further and further apart.',
    cause: 'a fixed, short interval',
    async run(trial) {
      await trial.need('stallJob')();
      for (const operation of trial.operations()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        await own.need('stallJob')();
        const connection = await own.connect();
        await connection.test();
        const before = (await own.requests()).length;
        own.clock.passLimits();
        const startedMs = own.clock.now();
        await own.run(connection, tried, documentsOf(tried.fixture.good(1)), { deadlineMs: HOUR_MS });
        const sent = (await own.requests()).slice(before);
        const inFirstHour = sent.filter(({ atEpochMs }) => atEpochMs < startedMs + HOUR_MS);
        expectThat(
          inFirstHour.length <= 100,
          'at most 100 requests in the first hour',
          inFirstHour.length,
          'a job that never ends',
          tried.key,
        );
        // After the deadline the job may be aborted and looked at once more, at once.
        const gaps = inFirstHour
          .slice(1)
          .map(({ atEpochMs }, index) => atEpochMs - (inFirstHour[index]?.atEpochMs ?? 0));
        const isGrowing = gaps.length < 6 || (gaps.at(-2) ?? 0) > (gaps[2] ?? 0);
        expectThat(isGrowing, 'polls that grow apart', gaps.slice(0, 8), 'a job that never ends', tried.key);
      }
    },
  },
];
