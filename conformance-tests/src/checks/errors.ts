import type { ErrorInfo } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import type { Check } from '../check.js';
import { expectThat, textOfAny } from '../findings.js';
import type { Fault } from '../lent/traffic.js';
import { documentsOf } from '../samples.js';
import type { RunOutcome, Trial } from '../trial.js';
import { classOf, oneOfEachEffect, requestOf, type TriedOperation } from '../tried-operation.js';

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;
const MAX_MESSAGE_CHARACTERS = 500;
const MAX_ERROR_BYTES = 16 * 1024;
const MANY = 1_000;
/** Between the dates of two attempts, and how many there are. */
const LATER_MS = 60_000;
const MOST_DATES = 20;

/** What a fault must be called; more than one where only the plugin knows. */
const CATEGORIES: readonly (readonly [name: string, fault: Fault, ...categories: readonly string[]])[] = [
  ['400', { kind: 'status', status: 400 }, 'validation', 'protocol'],
  ['401', { kind: 'status', status: 401 }, 'auth'],
  ['403', { kind: 'status', status: 403 }, 'permission', 'auth', 'quota'],
  ['404', { kind: 'status', status: 404 }, 'notFound', 'config'],
  ['409', { kind: 'status', status: 409 }, 'conflict'],
  ['413', { kind: 'status', status: 413 }, 'tooLarge'],
  ['429', { kind: 'status', status: 429 }, 'rateLimit', 'quota'],
  ['500', { kind: 'status', status: 500 }, 'unavailable'],
  ['503', { kind: 'status', status: 503 }, 'unavailable'],
  ['a refused connection', { kind: 'refuse' }, 'unavailable'],
  ['an unknown host', { kind: 'refuse', code: 'ENOTFOUND' }, 'unavailable'],
  ['an expired certificate', { kind: 'refuse', code: 'CERT_HAS_EXPIRED' }, 'config'],
];

/** Stands in every answer that is none of the service's. */
const MARK = 'zanzibar';

/** Answers of success that hold nothing of the service's. */
const GARBAGE: readonly (readonly [name: string, contentType: string, body: string])[] = [
  ['a page of HTML', 'text/html', `<!DOCTYPE html><html><body>${MARK}: sign in to continue</body></html>`],
  ['JSON that is cut', 'application/json', `{"items":[{"key":"${MARK}`],
  ['another media type', 'image/png', `\u0089PNG ${MARK}`],
];

export const ERRORS: readonly Check[] = [
  {
    id: 'ERR-01',
    level: 'MUST',
    profile: 'full',
    needs: ['http'],
    title: 'Each trouble has its category',
    rule: 'Statuses 400, 401, 403, 404, 409, 413, 429, 500 and 503, a refused connection, an unknown host and an expired certificate end in the categories of the contract, and the status of the service is kept.',
    cause: 'everything is called internal',
    async run(trial) {
      for (const operation of oneOfEachEffect(trial)) {
        for (const [name, fault, ...allowed] of CATEGORIES) {
          const error = errorOf((await faulty(trial, operation, fault)).outcome);
          const did = `every answer ${name}`;
          expectThat(
            error !== undefined && allowed.includes(error.category),
            `category ${allowed.join(' or ')}`,
            error ?? 'no error',
            did,
            operation.key,
          );
          if (fault.kind === 'status')
            expectThat(
              error.service?.httpStatus === fault.status,
              `httpStatus ${fault.status} kept`,
              error,
              did,
              operation.key,
            );
        }
      }
    },
  },
  {
    id: 'ERR-02',
    level: 'MUST',
    profile: 'full',
    needs: ['http'],
    title: 'What is no answer of the service is not believed',
    rule: 'HTML, cut JSON and another media type with status 200 end in category protocol or unavailable, and never success; neither the body nor an error of a parser is shown.',
    cause: 'the error of JSON.parse leaks, or the body is not looked at',
    async run(trial) {
      for (const operation of await oneOfEachClass(trial)) {
        for (const [name, contentType, body] of GARBAGE) {
          const fault: Fault = { kind: 'status', status: 200, headers: { 'content-type': contentType }, body };
          const { outcome } = await faulty(trial, operation, fault);
          const error = errorOf(outcome);
          const did = `every answer 200 with ${name}`;
          expectThat(outcome.summary.counts.success === 0, 'no success', outcome.summary.counts, did, operation.key);
          expectThat(
            error?.category === 'protocol' || error?.category === 'unavailable',
            'category protocol or unavailable',
            error ?? 'no error',
            did,
            operation.key,
          );
          expectThat(
            !/SyntaxError|Unexpected (?:token|end)|<html|in JSON at/i.test(error.message),
            'a message in its own words',
            error.message,
            did,
            operation.key,
          );
          const reported = [...outcome.results, outcome.summary].map((part) => JSON.stringify(part));
          const quoting = reported.find((part) => part.includes(MARK));
          expectThat(quoting === undefined, 'nothing of the body', quoting, did, operation.key);
        }
      }
    },
  },
  {
    id: 'ERR-03',
    level: 'MUST',
    profile: 'full',
    needs: ['http'],
    title: 'Retry-After is understood',
    rule: 'Given as seconds and as a date, the next request comes no earlier, and an error that remains says retryAfterMs.',
    cause: 'seconds are taken for milliseconds',
    async run(trial) {
      for (const operation of readAndWrites(trial)) {
        for (const form of ['seconds', 'date'] as const) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const connection = await own.connect();
          await connection.test();
          const before = own.sent.length;
          // A date has whole seconds. Each attempt is given a later one: what remains to it is never nothing.
          const firstEpochMs = Math.ceil(own.clock.now() / 1_000) * 1_000 + 7_000;
          const epochMsOf = (attempt: number) => firstEpochMs + (attempt - 1) * LATER_MS;
          const busy = (value: string): Fault => ({ kind: 'status', status: 429, headers: { 'retry-after': value } });
          if (form === 'seconds') await own.fault(busy('7'), { from: 1 });
          else
            for (let attempt = 1; attempt <= MOST_DATES; attempt += 1)
              await own.fault(busy(new Date(epochMsOf(attempt)).toUTCString()), attempt);
          const error = errorOf(await own.run(connection, tried, documentsOf(tried.fixture.good(1))));
          const attempts = own.sent.slice(before);
          const [first, next] = attempts;
          const did = `every answer 429 with Retry-After as ${form}`;
          if (first !== undefined && next !== undefined)
            expectThat(
              next.atEpochMs - first.atEpochMs >= 7_000,
              'the next request 7 s later',
              `${next.atEpochMs - first.atEpochMs} ms`,
              did,
              tried.key,
            );
          const last = attempts.at(-1);
          const remainingMs = form === 'seconds' ? 7_000 : epochMsOf(attempts.length) - (last?.atEpochMs ?? 0);
          expectThat(
            error?.retryAfterMs === remainingMs,
            `retryAfterMs ${remainingMs}`,
            error ?? 'no error',
            did,
            tried.key,
          );
        }
      }
    },
  },
  {
    id: 'ERR-04',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'What concerns every document ends the run',
    rule: `Where the session is refused at the first request of ${MANY} documents, at most maxInFlight + 2 more are sent.`,
    cause: 'the run goes on through all documents',
    async run(trial) {
      for (const operation of readAndWrites(trial)) {
        const { own, tried, sent } = trial.hasOwnSockets
          ? await shutOut(trial, operation, MANY)
          : await faulty(trial, operation, { kind: 'status', status: 401 }, MANY);
        const most = Math.max(1, Math.ceil(tried.descriptor.limits.maxInFlight)) + 2;
        expectThat(
          sent - 1 <= most,
          `at most ${most} more requests`,
          sent - 1,
          `${MANY} documents, ${trial.hasOwnSockets ? 'the session ended and the credentials refused' : 'every answer 401'}`,
          own.operation(tried.key).key,
        );
      }
    },
  },
  {
    id: 'ERR-05',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Errors are fit to be read and counted',
    rule: `Codes have the form of the contract and are the same in two runs; messages have at most ${MAX_MESSAGE_CHARACTERS} characters, no stack and no markup; an error as JSON has at most 16 KB.`,
    cause: 'a time or an id in the code, or the body of an answer in the message',
    async run(trial) {
      for (const operation of oneOfEachEffect(trial)) {
        const codes: string[][] = [];
        for (let time = 0; time < 2; time += 1) {
          const errors = [
            ...(await refusals(trial, operation)),
            ...(trial.hasOwnSockets ? await losses(trial, operation) : await htmlErrors(trial, operation)),
          ];
          for (const error of errors) expectReadable(error, operation);
          codes.push(errors.map(({ code }) => code).sort());
        }
        expectThat(
          String(codes[0]) === String(codes[1]),
          'the same codes twice',
          codes,
          `refused documents and ${trial.hasOwnSockets ? 'broken connections' : 'pages of HTML'}, in two runs`,
          operation.key,
        );
      }
      // Without it only what is wrong with the service was seen, and nothing that is wrong with a document.
      if (trial.writes().length > 0) trial.withMember('bad', oneOfEachEffect(trial));
    },
  },
  {
    id: 'ERR-06',
    level: 'MUST',
    profile: 'core',
    needs: [],
    afterAll: true,
    title: 'No error is left to the process',
    rule: 'Through all checks, runs with refused, lost and hanging requests, and reconciling while the service is away, there is no unhandled rejection and no uncaught exception.',
    cause: 'a promise that nobody waits for',
    async run(trial) {
      for (const operation of trial.operations()) {
        for (const kind of ['refuse', 'lose', 'hang'] as const) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const connection = await own.connect();
          await own.fault({ kind }, { from: 2 });
          const controller = new AbortController();
          const running = own.run(connection, tried, documentsOf(tried.fixture.good(3)), { signal: controller.signal });
          if (kind === 'hang') await Promise.race([running, own.until(async () => (await own.requests()).length >= 2)]);
          controller.abort();
          await running;
          await connection.close();
          await own.settle();
        }
      }
      for (const operation of trial.operations().filter(({ descriptor }) => descriptor.reconciles)) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const connection = await own.connect();
        await connection.test();
        await own.fault(own.busy, { from: 1 });
        await own.outcomeOf(connection.reconcile(requestOf(tried), documentsOf(tried.fixture.good(3))));
        await own.settle();
      }
      const unhandled = trial.unhandled().map(textOfAny);
      expectThat(
        unhandled.length === 0,
        'none',
        unhandled.slice(0, 3),
        'runs with refused, lost and hanging requests, reconciling while the service is away, and all other checks',
      );
    },
  },
];

/** The operations, and of their variants those that are made of another class: each class has its own code for an answer. */
async function oneOfEachClass(trial: Trial): Promise<readonly TriedOperation[]> {
  const classes = new Map<unknown, TriedOperation>();
  for (const operation of trial.operations()) {
    const type = await classOf(trial.plugin, operation);
    if (!classes.has(type)) classes.set(type, operation);
  }
  return [...classes.values()];
}

/** The first read and the first two writes: what holds for one of them holds for its kind. */
function readAndWrites(trial: Trial): readonly TriedOperation[] {
  return [...trial.reads().slice(0, 1), ...trial.writes().slice(0, 2)];
}

interface FaultyRun {
  readonly own: Trial;
  readonly tried: TriedOperation;
  readonly outcome: RunOutcome;
  /** Requests of the run. */
  readonly sent: number;
}

/** A run of an open connection whose every request meets the fault. */
async function faulty(trial: Trial, operation: TriedOperation, fault: Fault, documents = 1): Promise<FaultyRun> {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const connection = await own.connect();
  await connection.test();
  await own.fault(fault, { from: 1 });
  return ranOn(own, connection, tried, documents);
}

/** A run of an open connection whose session has ended, and whose credentials are refused by now. */
async function shutOut(trial: Trial, operation: TriedOperation, documents: number): Promise<FaultyRun> {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const expireSession = own.need('expireSession');
  const connection = await own.connect();
  await connection.test();
  own.fixture.acceptCredentials(
    Object.fromEntries(own.fixture.secrets.map((pointer) => [pointer, 'another credential'])),
  );
  await expireSession();
  return ranOn(own, connection, tried, documents);
}

async function ranOn(
  own: Trial,
  connection: RuntimeConnection,
  tried: TriedOperation,
  documents: number,
): Promise<FaultyRun> {
  const before = (await own.requests()).length;
  const outcome = await own.run(connection, tried, documentsOf(tried.fixture.good(documents)));
  return { own, tried, outcome, sent: (await own.requests()).length - before };
}

function errorOf({ results, summary }: RunOutcome): ErrorInfo | undefined {
  return results.find(({ error }) => error !== undefined)?.error ?? summary.error;
}

async function refusals(trial: Trial, operation: TriedOperation): Promise<readonly ErrorInfo[]> {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const samples = tried.fixture.bad?.(3) ?? [];
  if (samples.length === 0) return [];
  const { results } = await own.run(await own.connect(), tried, documentsOf(samples));
  return results.flatMap(({ error }) => (error === undefined ? [] : [error]));
}

async function losses(trial: Trial, operation: TriedOperation): Promise<readonly ErrorInfo[]> {
  const errors: ErrorInfo[] = [];
  for (const fault of [{ kind: 'refuse' }, { kind: 'lose' }, { kind: 'cut', at: 3 }] as const) {
    const error = errorOf((await faulty(trial, operation, fault)).outcome);
    if (error !== undefined) errors.push(error);
  }
  return errors;
}

async function htmlErrors(trial: Trial, operation: TriedOperation): Promise<readonly ErrorInfo[]> {
  const errors: ErrorInfo[] = [];
  for (const status of [400, 500]) {
    const body = `<html><head><title>Error</title></head><body>${'<p>Something went wrong here.</p>'.repeat(2_000)}</body></html>`;
    const error = errorOf(
      (await faulty(trial, operation, { kind: 'status', status, headers: { 'content-type': 'text/html' }, body }))
        .outcome,
    );
    if (error !== undefined) errors.push(error);
  }
  return errors;
}

function expectReadable(error: ErrorInfo, { key }: TriedOperation): void {
  const did = 'an error';
  expectThat(CODE.test(error.code), 'a code of capitals, digits and underscores', error.code, did, key);
  expectThat(
    error.message.length <= MAX_MESSAGE_CHARACTERS,
    `a message of at most ${MAX_MESSAGE_CHARACTERS} characters`,
    `${error.message.length}: ${error.message.slice(0, 100)}`,
    did,
    key,
  );
  expectThat(!/\s+at \S.*:\d+:\d+/.test(error.message), 'a message without a stack', error.message, did, key);
  expectThat(
    !/<\/?(?:html|body|head|p|div|script)\b/i.test(error.message),
    'a message without markup',
    error.message.slice(0, 200),
    did,
    key,
  );
  expectThat(
    JSON.stringify(error).length <= MAX_ERROR_BYTES,
    'at most 16 KB as JSON',
    JSON.stringify(error).length,
    did,
    key,
  );
}
