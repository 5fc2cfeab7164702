import { isDeepStrictEqual } from 'node:util';
import type { Check } from '../check.js';
import { expectThat, Unproven } from '../findings.js';
import { seededRandom } from '../lent/seeded-random.js';
import { ServiceGate } from '../lent/service-gate.js';
import { documentCount, giveRowsToRead } from '../rows-to-read.js';
import { documentOf, documentsOf } from '../samples.js';
import type { Sample } from '../subject.js';
import type { Trial } from '../trial.js';
import type { TriedOperation } from '../tried-operation.js';
import {
  AWAY,
  FURTHER_LOSSES,
  LOST,
  LOST_DOCUMENTS,
  loseOne,
  meetTrouble,
  NOTHING_SAID,
  SHORT_REFUSALS,
  SHORT_TROUBLES,
} from '../troubled-runs.js';

/** Requests of one run whose answers are lost in turn. */
const FIRST_LOSSES = 4;
const LAST_LOSSES = 2;
const DOCUMENTS = 12;
/** Statuses that are no success, and not errors to every client. */
const NOT_APPLIED = [302, 400, 403, 409, 413];
/** What a run does at a later request, it mostly does at any. */
const REFUSED_FROM_AT_MOST = 6;
/** Of several batches no more are tried. */
const LARGEST_BATCH = 1_000;

export const ACCOUNTING: readonly Check[] = [
  {
    id: 'ACC-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Every document gets a result',
    rule: 'With 0, 1, 2 and 1000 documents (a read: 0, 1 and 2), and with a full batch and one more, the operation itself gives each document a result; without faults each is success, of a write in the ledger too, and the run ends without an error.',
    cause: 'the last, partly filled batch is forgotten, or what was counted runs over',
    async run(trial) {
      for (const operation of trial.operations()) {
        const connection = await trial.connect();
        for (const count of countsFor(operation)) {
          const { results, summary } = await trial.run(
            connection,
            operation,
            documentsOf(operation.fixture.good(count)),
          );
          const missing = results
            .filter((result) => result.error?.code === 'RESULT_MISSING')
            .flatMap((result) => result.inputs);
          expectThat(
            missing.length === 0,
            'a result for each document',
            `none for ${missing.slice(0, 5).join(', ')} (${missing.length} in all)`,
            `${operation.key} with ${count} documents`,
          );
          // Of none, OPS-04 tells whether the run completes.
          if (count === 0) continue;
          const { counts, error } = summary;
          expectThat(
            error === undefined && counts.success === count,
            `${count} success and no error`,
            error === undefined ? counts : `${counts.success} success, then ${error.code}: ${error.message}`,
            `${operation.key} with ${count} documents`,
          );
          if (operation.descriptor.effect === 'read') continue;
          const applied = await trial.ledger();
          const lies = results.flatMap(({ inputs }) => inputs.filter((key) => !applied.has(key)));
          expectThat(
            lies.length === 0,
            'in the ledger whatever is success',
            `${lies.slice(0, 5).join(', ')} not there (${lies.length} in all)`,
            `${operation.key} with ${count} documents`,
          );
        }
        await connection.close();
      }
    },
  },
  {
    id: 'ACC-02',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A result is final',
    rule: 'No document gets a second result or an output after its result, and no result names a document that was never taken: results are told by the ids that the host gave.',
    cause: 'a result is given when a request ends and again when the batch ends, or is named by a key of the service',
    async run(trial) {
      for (const operation of trial.operations()) {
        await giveRowsToRead(trial, operation);
        const count = documentCount(operation, 25);
        const connection = await trial.connect();
        // A host's ids are seldom the keys that the service knows.
        const documents = documentsOf(operation.fixture.good(count)).map((document, index) => ({
          ...document,
          id: `host-${index + 1}`,
        }));
        const { summary } = await trial.run(connection, operation, documents);
        const { error } = summary;
        const isBreach = error?.code === 'RESULT_NOT_OPEN' || error?.code === 'OUTPUT_NOT_OPEN';
        expectThat(
          !isBreach,
          'one final result for each document',
          error?.message ?? '',
          `${operation.key} with ${count} documents`,
        );
        await connection.close();
      }
    },
  },
  {
    id: 'ACC-03',
    level: 'MUST',
    profile: 'core',
    needs: ['write'],
    title: 'Success means applied',
    rule: `What is reported as success is in the ledger, also where the service refuses items inside an answer of success; nothing is success where, over HTTP, every request is answered by ${NOT_APPLIED.join(', ')} and nothing is applied. Each of two documents about one record that is success is applied: of an update or upsert two that differ, of a create that may not be repeated the same one.`,
    cause:
      'the status of the answer is looked at, not what it says of each item; or a status that is no success is not',
    async run(trial) {
      for (const operation of trial.writes()) {
        if (!trial.hasOwnSockets) await expectNoneApplied(trial, operation);
        await expectBothApplied(trial, operation);
      }
      for (const operation of trial.withMember('bad', trial.writes())) {
        const count = Math.min(operation.descriptor.batch?.maxDocuments ?? DOCUMENTS, DOCUMENTS);
        const samples = [...operation.member(count), ...operation.fixture.good(count)];
        const before = await trial.ledger();
        const connection = await trial.connect();
        const { results } = await trial.run(connection, operation, documentsOf(samples));
        const after = await trial.ledger();
        const isApplied = (key: string) => (after.get(key)?.times ?? 0) > (before.get(key)?.times ?? 0);
        const lies = results
          .filter(({ status }) => status === 'success')
          .flatMap(({ inputs }) => inputs.filter((key) => !isApplied(key)));
        const did = `${count} documents that the service refuses, then ${count} good ones`;
        expectThat(
          lies.length === 0,
          'success only for what is in the ledger',
          `success for ${lies.join(', ')}`,
          did,
          operation.key,
        );
      }
    },
  },
  {
    id: 'ACC-04',
    level: 'MUST',
    profile: 'core',
    needs: ['write'],
    title: 'A lost answer is never reported as "not applied"',
    rule: 'When the answer to a write is lost, breaks off, never comes, is JSON of something else, or 408, 500, 502, 504 or 524 though the service has applied it, failure, applicationError and notAttempted are given only to documents that the service has not applied, and success to no others, also where a batch that was not applied is answered by an empty list; where a write may not be repeated, or a create only with its key, none is applied twice.',
    cause: 'a transport error is taken for "not sent" without looking at its effect',
    async run(trial) {
      for (const operation of trial.writes()) {
        const positions = await trial.writePositions(operation, (fixture) => fixture.good(LOST_DOCUMENTS));
        // The steps of one document, and what comes in the end; those between are like them.
        const tried = new Set([...positions.slice(0, FIRST_LOSSES), ...positions.slice(-LAST_LOSSES)]);
        for (const at of tried) await loseOne(trial, operation, at, LOST);
        for (const at of positions.slice(0, 1))
          for (const loss of namesEach(operation) ? [...FURTHER_LOSSES, NOTHING_SAID] : FURTHER_LOSSES)
            if (!trial.hasOwnSockets || ServiceGate.takes(loss.fault)) await loseOne(trial, operation, at, loss);
      }
    },
  },
  {
    id: 'ACC-05',
    level: 'MUST',
    profile: 'core',
    needs: ['write'],
    title: 'One bad document spoils no other',
    rule: 'Of 20 good documents and a bad one, where batches are not atomic, 20 end success and the bad one applicationError with the code of the service.',
    cause: 'the whole batch fails, or the whole run',
    async run(trial) {
      let coded = 0;
      for (const operation of trial.withMember('bad', separateWrites(trial))) {
        const [bad] = operation.member(1);
        if (bad === undefined) continue;
        if (bad.expectCode !== undefined) coded += 1;
        const connection = await trial.connect();
        const { results, summary } = await trial.run(
          connection,
          operation,
          documentsOf([...operation.fixture.good(20), bad]),
        );
        const own = results.find(({ inputs }) => inputs.includes(bad.key));
        const did = '20 good documents and a bad one';
        expectThat(
          own?.status === 'applicationError',
          'applicationError for the bad one',
          own?.status,
          did,
          operation.key,
        );
        expectThat(
          bad.expectCode === undefined || own?.code === bad.expectCode,
          `its code ${bad.expectCode}`,
          own?.code,
          did,
          operation.key,
        );
        expectThat(summary.counts.success === 20, '20 success', summary.counts, did, operation.key);
      }
      if (coded === 0) throw new Unproven('add `expectCode`, the code of its result, to the samples of `bad`');
    },
  },
  {
    id: 'ACC-06',
    level: 'MUST',
    profile: 'core',
    needs: ['write'],
    title: 'Each result belongs to its document',
    rule: 'With bad documents at random places each document has its own result: the good ones success, the bad ones applicationError.',
    cause: 'the place of a result in the answer shifts after an item that was refused',
    async run(trial) {
      const random = seededRandom(trial.seed);
      for (const operation of trial.withMember('bad', separateWrites(trial))) {
        const bad = operation.member(5);
        const samples: Sample[] = [...operation.fixture.good(15)];
        for (const sample of bad) samples.splice(Math.floor(random() * samples.length), 0, sample);
        const connection = await trial.connect();
        const { results } = await trial.run(connection, operation, documentsOf(samples));
        const isBad = new Set(bad.map(({ key }) => key));
        const wrong = results.filter(({ inputs, status }) =>
          inputs.some((id) => status !== (isBad.has(id) ? 'applicationError' : 'success')),
        );
        const shown = wrong.map(({ inputs, status }) => `${inputs.join(',')} ${status}`).join('; ');
        expectThat(
          wrong.length === 0,
          'success for the good ones, applicationError for the bad ones',
          shown,
          '5 bad documents at random places among 15 good ones',
          operation.key,
        );
        const strange = results.filter(
          (result) =>
            operation.fixture.keyOf(result) !== undefined &&
            !result.inputs.includes(operation.fixture.keyOf(result) ?? ''),
        );
        expectThat(
          strange.length === 0,
          'results that speak of their own documents',
          strange.map(({ inputs }) => inputs),
          'pairing results by key',
          operation.key,
        );
      }
    },
  },
  {
    id: 'ACC-07',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A service that goes away leaves no document open',
    rule: `Refused from the k-th request on, for k from 1 to ${REFUSED_FROM_AT_MOST}, the operation itself gives every document that it took a result, or throws. Of a read that meets this, or of one document an answer that breaks off, or ${SHORT_REFUSALS} refusals or answers of 500 after which all is well, success means that every row was given; no row is given twice.`,
    cause:
      'an error that is swallowed: the operation returns as if it were done; or a read takes it for the end, or begins again',
    async run(trial) {
      for (const operation of trial.readsLast()) {
        let hasGivenRows = false;
        for (let k = 1; k <= REFUSED_FROM_AT_MOST; k += 1) {
          const { sent, rows } = await meetTrouble(trial, operation, k, AWAY);
          if (sent < k) break;
          // The first request behind a page: what a read does there, it does behind any.
          if (rows > 0 && !hasGivenRows)
            for (const trouble of SHORT_TROUBLES)
              if (!trial.hasOwnSockets || ServiceGate.takes(trouble.fault))
                await meetTrouble(trial, operation, k, trouble);
          hasGivenRows ||= rows > 0;
        }
      }
    },
  },
  {
    id: 'ACC-08',
    level: 'MUST',
    profile: 'core',
    needs: ['write'],
    title: 'Unknown is said only where it is so',
    rule: 'Without faults no document ends unknown; with a lost answer at most the documents of that request.',
    cause: 'after a lost answer everything is called unknown',
    async run(trial) {
      for (const operation of trial.writes()) {
        const connection = await trial.connect();
        const count = countOver(operation, 2, 30);
        const clean = await trial.run(connection, operation, documentsOf(operation.fixture.good(count)));
        expectThat(
          clean.summary.counts.unknown === 0,
          'no document unknown',
          clean.summary.counts,
          `${count} documents without faults`,
          operation.key,
        );
        const [, second] = await trial.writePositions(operation, (fixture) => fixture.good(count));
        if (second === undefined) continue;
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const samples = tried.fixture.good(count);
        await own.fault({ kind: 'lose' }, second);
        const outcome = await own.run(await own.connect(), tried, documentsOf(samples));
        const lost = (await own.requests())[second - 1];
        const most =
          lost === undefined ? 0 : (tried.fixture.itemsIn?.(lost) ?? tried.descriptor.batch?.maxDocuments ?? 1);
        const { unknown } = outcome.summary.counts;
        expectThat(
          unknown <= most,
          `at most ${most} unknown`,
          unknown,
          `${count} documents, the answer to the second write lost`,
          tried.key,
        );
      }
    },
  },
  {
    id: 'ACC-09',
    level: 'MUST',
    profile: 'core',
    needs: ['input order'],
    title: 'Results come in the order that was declared',
    rule: 'Where `order` is input, results come in the order of the documents, however the answers are delayed.',
    cause: 'results that are given as the answers arrive',
    async run(trial) {
      for (const operation of trial.operations().filter(({ descriptor }) => descriptor.order === 'input')) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const connection = await own.connect();
        await connection.test();
        const random = seededRandom(trial.seed);
        for (let k = 1; k <= 24; k += 1) await own.fault({ kind: 'delay', ms: Math.floor(random() * 5_000) }, k);
        const count = countOver(tried, 4, 24);
        const documents = documentsOf(tried.fixture.good(count));
        const { results } = await own.run(connection, tried, documents);
        const given = results.flatMap(({ inputs }) => inputs);
        const wanted = documents.map(({ id }) => id);
        expectThat(
          isDeepStrictEqual(given, wanted),
          'the order of the documents',
          given.join(' '),
          `${count} documents, each answer delayed by another time`,
          tried.key,
        );
      }
    },
  },
];

/** A document that is answered in the service's place. */
async function expectNoneApplied(trial: Trial, operation: TriedOperation): Promise<void> {
  const connection = await trial.connect();
  await connection.test();
  for (const status of NOT_APPLIED) {
    await trial.fault({ kind: 'status', status }, 'all');
    const { summary } = await trial.run(connection, operation, documentsOf(operation.fixture.good(1)));
    trial.traffic.clearFaults();
    const did = `a document, every request answered by ${status} and not applied`;
    expectThat(summary.counts.success === 0, 'no success', summary.counts, did, operation.key);
  }
  await connection.close();
}

/** Two documents about one record. */
async function expectBothApplied(trial: Trial, operation: TriedOperation): Promise<void> {
  const [first, second] = operation.fixture.good(2);
  const other = first && second && aboutSameRecord(operation, first, second);
  if (first === undefined || other === undefined) return;
  const timesNow = async () => (await trial.fixture.ledger()).reduce((sum, { times }) => sum + times, 0);
  const before = await timesNow();
  const connection = await trial.connect();
  const documents = [documentOf(first), { ...documentOf(other), id: `${first.key}-again` }];
  const { summary } = await trial.run(connection, operation, documents);
  await connection.close();
  const applied = (await timesNow()) - before;
  expectThat(
    summary.counts.success <= applied,
    'as many applied as are success',
    `${summary.counts.success} success, ${applied} applied`,
    'two documents about one record',
    operation.key,
  );
}

/** Another document about the first one's record. A service need not count what changes nothing, nor a create whose key it has seen. */
function aboutSameRecord({ descriptor }: TriedOperation, first: Sample, second: Sample): Sample | undefined {
  const { effect, repeat } = descriptor;
  if (effect === 'create') return repeat === 'unsafe' ? first : undefined;
  if (effect !== 'update' && effect !== 'upsert') return undefined;
  const body = Buffer.from(Buffer.from(second.body).toString().replaceAll(second.key, first.key));
  return body.equals(first.body) ? undefined : { ...first, body };
}

/** Writes whose batches are not refused as a whole. */
function separateWrites(trial: Trial): readonly TriedOperation[] {
  return trial.writes().filter(({ descriptor: { batch } }) => batch?.atomic !== 'always');
}

/** Does the answer to a write tell of each of several documents? */
function namesEach({ descriptor: { batch } }: TriedOperation): boolean {
  return batch !== undefined && batch.maxDocuments > 1 && batch.atomic !== 'always';
}

function countsFor({ descriptor: { batch, effect } }: TriedOperation): readonly number[] {
  const counts = effect === 'read' ? [0, 1, 2] : [0, 1, 2, 1000];
  if (batch === undefined || batch.maxDocuments > LARGEST_BATCH) return counts;
  return [...new Set([...counts, batch.maxDocuments, batch.maxDocuments + 1])];
}

/** So many documents, or as many as several batches hold. */
function countOver({ descriptor: { batch } }: TriedOperation, batches: number, atLeast: number): number {
  const largest = batch?.maxDocuments ?? 1;
  return largest > LARGEST_BATCH ? atLeast : Math.max(atLeast, (batches - 1) * largest + 1);
}
