import { isDeepStrictEqual } from 'node:util';
import type { ResultEvent } from '@connector-runtime/core';
import type { Documents, RuntimeConnection } from '@connector-runtime/runtime';
import type { Check } from '../check.js';
import { expectThat } from '../findings.js';
import { ServiceGate } from '../lent/service-gate.js';
import type { Fault } from '../lent/traffic.js';
import { documentOf, documentsOf } from '../samples.js';
import { streamed } from '../sources.js';
import type { SeenRequest } from '../subject.js';
import type { Trial } from '../trial.js';
import { requestOf, type TriedOperation } from '../tried-operation.js';

/** Requests for one document and one service that is away, at the most. */
const MOST_ATTEMPTS = 10;

/** What leaves open whether a write was applied. Not 503: of some services it says that nothing was begun. */
const LOSSES: readonly (readonly [told: string, fault: Fault])[] = [
  ['was lost', { kind: 'lose' }],
  ['broke off', { kind: 'cut', at: 0 }],
  ['never came', { kind: 'hang' }],
  ['was 500', { kind: 'status', status: 500 }],
];

export const REPEATS: readonly Check[] = [
  {
    id: 'IDM-01',
    level: 'MUST',
    profile: 'full',
    needs: ['unsafe repeat'],
    title: 'What may not be sent twice is not',
    rule: 'A write that may not be repeated and whose answer is lost, breaks off, never comes or is a 500 is never sent again; its documents end unknown, but where a part of the answer, the 500, or the service that is asked afterwards says what became of them.',
    cause: 'a POST that is tried again after a reset, a time limit or an error of the service',
    async run(trial) {
      for (const operation of writesThat(trial, 'unsafe')) {
        for (const [told, fault] of LOSSES) {
          if (trial.hasOwnSockets && !ServiceGate.takes(fault)) continue;
          const { tried, results, writes, times, hasAsked } = await oneLost(trial, operation, fault);
          const did = `the answer to the write ${told}`;
          expectThat(writes.length === 1, 'sent once', `${writes.length} times`, did, tried.key);
          // Who asks the service afterwards may know that it was applied, once.
          expectThat(
            fault.kind === 'cut' ||
              fault.kind === 'status' ||
              results.every(({ status }) => status === 'unknown' || (status === 'success' && times === 1 && hasAsked)),
            'unknown',
            results.map(({ status }) => status),
            did,
            tried.key,
          );
        }
      }
    },
  },
  {
    id: 'IDM-02',
    level: 'SHOULD',
    profile: 'full',
    needs: ['safe repeat'],
    title: 'What may be sent twice is',
    rule: 'A write that may be repeated, be it only with a key, and whose answer is lost once is sent again, and ends success; a create is applied once.',
    cause: 'giving up at the first loss',
    async run(trial) {
      for (const operation of writesThat(trial, 'safe')) {
        const { tried, results, writes, times } = await oneLost(trial, operation, { kind: 'lose' });
        const did = 'the answer to the write was lost once';
        expectThat(
          results.every(({ status }) => status === 'success'),
          'success',
          results.map(({ status, error }) => error?.code ?? status),
          did,
          tried.key,
        );
        expectThat(hasRepeat(writes), 'a write that is sent again', places(writes), did, tried.key);
        // A record that is changed or deleted twice is as it should be; one that is created twice is not.
        if (tried.descriptor.effect === 'create')
          expectThat(times === 1, 'applied once', `${times} times`, did, tried.key);
      }
    },
  },
  {
    id: 'IDM-03',
    level: 'MUST',
    profile: 'full',
    needs: ['write'],
    title: 'What was never sent is not unknown',
    rule: 'Where every connection is refused, documents of a write end failure or notAttempted, never unknown.',
    cause: 'every error of the network is called unknown',
    async run(trial) {
      for (const operation of trial.writes()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const connection = await own.connect();
        await connection.test();
        await own.fault({ kind: 'refuse' }, { from: 1 });
        const { results } = await own.run(connection, tried, documentsOf(tried.fixture.good(3)));
        const wrong = results
          .filter(({ status }) => status !== 'failure' && status !== 'notAttempted')
          .map(({ status }) => status);
        expectThat(wrong.length === 0, 'failure or notAttempted', wrong, 'every connection refused', tried.key);
      }
    },
  },
  {
    id: 'IDM-04',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'A busy service is spared',
    rule: `Where every answer is 503, or whatever says "busy" there, at most ${MOST_ATTEMPTS} requests are sent for a document; the pauses between them grow, and differ by the seed.`,
    cause: 'a hundred quick attempts',
    async run(trial) {
      for (const operation of trial.operations()) {
        const gaps: number[][] = [];
        const did = `one document, every answer ${trial.hasOwnSockets ? 'a refusal' : '503'}`;
        for (const seed of [1, 2, 3, 4, 5, 6]) {
          const { trial: own, operation: tried } = await trial.forOperation(operation, trial.seed + seed);
          const connection = await own.connect();
          await connection.test();
          const before = (await own.requests()).length;
          await own.fault(own.busy, { from: 1 });
          await own.run(connection, tried, documentsOf(tried.fixture.good(1)));
          const times = (await own.requests()).slice(before).map(({ atEpochMs }) => atEpochMs);
          expectThat(times.length <= MOST_ATTEMPTS, `at most ${MOST_ATTEMPTS} requests`, times.length, did, tried.key);
          gaps.push(times.slice(1).map((time, index) => time - (times[index] ?? 0)));
        }
        if (gaps.every((own) => own.length < 2)) continue;
        const sumOf = (at: number) => gaps.reduce((sum, own) => sum + (own.at(at) ?? 0), 0);
        expectThat(sumOf(-1) > sumOf(0), 'pauses that grow', gaps, `${did}, with six seeds`, operation.key);
        expectThat(
          gaps.slice(1).some((own) => !isDeepStrictEqual(own, gaps[0])),
          'pauses that differ by the seed',
          gaps,
          `${did}, with six seeds`,
          operation.key,
        );
      }
    },
  },
  {
    id: 'IDM-05',
    level: 'MUST',
    profile: 'full',
    needs: ['write'],
    title: 'A body that is gone is not sent again',
    rule: 'A streamed document whose request breaks is sent again only whole, never empty or in part.',
    cause: 'a stream that was read to its end by the first attempt',
    async run(trial) {
      for (const operation of trial.writes()) {
        // Which of several writes carries the document only the plugin knows.
        const positions = await trial.writePositions(operation, (fixture) => fixture.good(1));
        for (const at of positions) await loseStreamed(trial, operation, at);
      }
    },
  },
  {
    id: 'IDM-06',
    level: 'MUST',
    profile: 'full',
    needs: ['reconciles'],
    title: 'Reconciling tells what the ledger says',
    rule: 'After a lost answer and after a refused connection, reconcile says success of what the service has applied, and of nothing else. Where the service is away as it is asked, what was applied is called unknown or success.',
    cause:
      'reconcile that believes what it finds in the receipt, or takes an error of the service for "it is not there"',
    async run(trial) {
      for (const operation of trial.operations().filter(({ descriptor }) => descriptor.reconciles)) {
        for (const kind of ['lose', 'refuse'] as const) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const connection = await own.connect();
          await connection.test();
          await own.fault({ kind }, kind === 'lose' ? 1 : { from: 1 });
          const documents = documentsOf(tried.fixture.good(3));
          const { results } = await own.run(connection, tried, documents);
          own.traffic.clearFaults();
          const receipts = new Map(
            results.flatMap(({ inputs, receipt }) => inputs.map((id) => [id, receipt] as const)),
          );
          const asked = documents.map((document) => {
            const receipt = receipts.get(document.id ?? '');
            return receipt === undefined ? document : { ...document, receipt };
          });
          const settled = await own.outcomeOf(connection.reconcile(requestOf(tried), asked));
          const applied = await own.ledger();
          const lies = settled.results.filter(({ inputs, status }) =>
            inputs.some((id) => (status === 'success') !== applied.has(id)),
          );
          expectThat(
            lies.length === 0,
            'success exactly of what is in the ledger',
            lies.map(shown),
            `reconciling after fault ${kind}`,
            tried.key,
          );
          if (kind === 'lose') await reconcileWhileAway(own, connection, tried, asked);
        }
      }
    },
  },
];

/** What was applied is asked for while the service is away: nobody may be told to send it again. */
async function reconcileWhileAway(
  trial: Trial,
  connection: RuntimeConnection,
  operation: TriedOperation,
  asked: Documents,
): Promise<void> {
  const did = `reconciling after fault lose, ${trial.hasOwnSockets ? 'every connection refused' : 'every answer 503'}`;
  await trial.fault(trial.busy, { from: 1 });
  const { results } = await trial.outcomeOf(connection.reconcile(requestOf(operation), asked));
  const applied = await trial.ledger();
  const lies = results.filter(
    ({ inputs, status }) => inputs.some((id) => applied.has(id)) && status !== 'success' && status !== 'unknown',
  );
  expectThat(lies.length === 0, 'success or unknown of what is in the ledger', lies.map(shown), did, operation.key);
}

function writesThat(trial: Trial, repeat: 'unsafe' | 'safe'): readonly TriedOperation[] {
  return trial.writes().filter(({ descriptor }) => (descriptor.repeat === 'unsafe') === (repeat === 'unsafe'));
}

/** A run of one document whose first write meets the fault. */
async function oneLost(trial: Trial, operation: TriedOperation, fault: Fault) {
  const [at] = await trial.writePositions(operation, (fixture) => fixture.good(1));
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  await own.fault(fault, at ?? 1);
  if (fault.kind === 'hang') own.clock.passLimits();
  const connection = await own.connect();
  const samples = tried.fixture.good(1);
  const { results } = await own.run(connection, tried, documentsOf(samples));
  const requests = await own.requests();
  const writes = requests.filter((request) => tried.fixture.isWrite(request));
  const last = requests.at(-1);
  const hasAsked = last !== undefined && !tried.fixture.isWrite(last);
  const ledger = await own.ledger();
  const times = samples.reduce((sum, { key }) => sum + (ledger.get(key)?.times ?? 0), 0);
  return { tried, results, writes, times, hasAsked };
}

/** A run of one streamed document, the answer to this request lost. */
async function loseStreamed(trial: Trial, operation: TriedOperation, at: number): Promise<void> {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  await own.fault({ kind: 'lose' }, at);
  const connection = await own.connect();
  const documents = tried.fixture.good(1).map((sample) => ({ ...documentOf(sample), body: streamed(sample.body) }));
  await own.run(connection, tried, documents);
  const writes = (await own.requests()).filter((request) => tried.fixture.isWrite(request));
  // A document may take several writes, one after another: what is sent again goes to the same place.
  const places = new Map<string, string[]>();
  for (const { method, path, body } of writes) {
    const place = `${method} ${path}`;
    places.set(place, [...(places.get(place) ?? []), Buffer.from(body).toString()]);
  }
  for (const bodies of places.values())
    expectThat(
      bodies.every((body) => body === bodies[0]),
      'the same body each time',
      bodies.map((body) => `${body.length} characters`),
      `a streamed document, the answer to request ${at}, a write, lost`,
      tried.key,
    );
}

/** A document may take several writes, one after another, each to a place of its own. */
function places(writes: readonly SeenRequest[]): readonly string[] {
  return writes.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
}

function hasRepeat(writes: readonly SeenRequest[]): boolean {
  return new Set(places(writes)).size < writes.length;
}

function shown({ inputs, status }: ResultEvent): string {
  return `${inputs.join(',')} ${status}`;
}
