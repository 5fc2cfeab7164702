import type { Check } from '../check.js';
import { expectThat } from '../findings.js';
import { documentsOf, type Outcome, type Trial, type TriedOperation } from '../trial.js';

/** Requests of one run that are lost in turn, at the most. */
const MAX_LOSSES_TRIED = 12;
const DOCUMENTS = 12;

export const ACCOUNTING: readonly Check[] = [
  {
    id: 'ACC-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Every document gets a result',
    rule: 'With 0, 1, 2 and 1000 documents, and with a full batch and one more, the operation itself gives each document a result.',
    cause: 'the last, partly filled batch is forgotten',
    async run(trial) {
      for (const operation of trial.operations()) {
        const connection = await trial.connect();
        const samples = operation.fixture.good(1000);
        for (const count of countsFor(operation)) {
          const { results, summary } = await trial.run(connection, operation, documentsOf(samples.slice(0, count)));
          const missing = results
            .filter((result) => result.error?.code === 'RESULT_MISSING')
            .flatMap((result) => result.inputs);
          const did = `${operation.key} with ${count} documents`;
          expectThat(
            missing.length === 0,
            'a result for each document',
            `none for ${missing.slice(0, 5).join(', ')} (${missing.length} in all)`,
            did,
          );
          const total = Object.values(summary.counts).reduce((sum, n) => sum + n, 0);
          expectThat(total === count, `${count} documents accounted for`, total, did);
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
    rule: 'No document gets a second result or an output after its result, and no result names a document that was never taken.',
    cause: 'a result is given when a request ends and again when the batch ends',
    async run(trial) {
      for (const operation of trial.operations()) {
        const connection = await trial.connect();
        const { summary } = await trial.run(connection, operation, documentsOf(operation.fixture.good(25)));
        const { error } = summary;
        const isBreach = error?.code === 'RESULT_NOT_OPEN' || error?.code === 'OUTPUT_NOT_OPEN';
        expectThat(
          !isBreach,
          'one final result for each document',
          error?.message ?? '',
          `${operation.key} with 25 documents`,
        );
        await connection.close();
      }
    },
  },
  {
    id: 'ACC-04',
    level: 'MUST',
    profile: 'core',
    needs: ['write'],
    title: 'A lost answer is never reported as "not applied"',
    rule: 'When the answer to a write is lost, failure, applicationError and notAttempted are given only to documents that the service has not applied.',
    cause: 'a transport error is taken for "not sent" without looking at its effect',
    async run(trial) {
      for (const operation of trial.writes()) {
        const positions = await trial.writePositions(operation, (fixture) => fixture.good(DOCUMENTS));
        for (const at of positions.slice(0, MAX_LOSSES_TRIED)) await loseOne(trial, operation, at);
      }
    },
  },
];

function countsFor({ descriptor: { batch, effect } }: TriedOperation): readonly number[] {
  const counts = effect === 'read' ? [0, 1, 2] : [0, 1, 2, 1000];
  if (batch === undefined || batch.maxDocuments > 1000) return counts;
  return [...counts, batch.maxDocuments, batch.maxDocuments + 1].filter((count) => count <= 1000);
}

/** A service of its own for each loss: the ledger then holds this run only. */
async function loseOne(trial: Trial, tried: TriedOperation, at: number): Promise<void> {
  const { trial: own, operation } = await trial.forOperation(tried);
  const samples = operation.fixture.good(DOCUMENTS);
  const before = await own.ledger();
  await own.fault({ kind: 'lose' }, at);
  const connection = await own.connect();
  const outcome = await own.run(connection, operation, documentsOf(samples));
  const after = await own.ledger();
  const lies = denied(outcome).filter((key) => (after.get(key)?.times ?? 0) > (before.get(key)?.times ?? 0));
  const did = `${DOCUMENTS} documents; the answer to request ${at}, a write, was lost after the service had applied it`;
  expectThat(
    lies.length === 0,
    'success or unknown for what the service has applied',
    `${lies.join(', ')} said not to be`,
    did,
    operation.key,
  );
}

/** Documents of which the run says that nothing was applied. */
function denied({ results }: Outcome): readonly string[] {
  return results
    .filter(({ status }) => status !== 'success' && status !== 'unknown')
    .flatMap((result) => result.inputs);
}
