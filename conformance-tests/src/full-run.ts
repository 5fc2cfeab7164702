import type { RuntimeConnection } from '@connector-runtime/runtime';
import { giveRowsToRead } from './rows-to-read.js';
import { documentsOf } from './samples.js';
import type { RunOutcome, Trial } from './trial.js';
import { requestOf, type TriedOperation, typed } from './tried-operation.js';

const ROLES = ['input', 'output'] as const;
/** Of a list or a level of fields; one that does not end is another check's affair. */
const MOST_BROWSED = 100;

/** A part of a full run that is over. */
export interface DoneStep {
  /** `browsing`, as a failure card says it. */
  readonly did: string;
  /** What was worked on; absent for the test of the connection. */
  readonly operation?: TriedOperation;
  /** Of an execution. */
  readonly outcome?: RunOutcome;
}

/**
 * All that a plugin can do, over one connection: its test, and for each operation object types, a schema for each direction, fields where they are lazy,
 * a run, over rows where it reads, and a reconciliation where it has one. What the parts come to is for others to judge: `onStep` is told.
 */
export async function fullRun(
  trial: Trial,
  connection: RuntimeConnection,
  onStep: (step: DoneStep) => void | Promise<void> = () => undefined,
): Promise<void> {
  await connection.test();
  await onStep({ did: 'testing the connection' });
  for (const operation of trial.operations()) {
    for (const look of browsing(trial, connection, operation)) {
      await look().catch(() => undefined);
      await onStep({ did: 'browsing', operation });
    }
    await giveRowsToRead(trial, operation);
    const documents = documentsOf(operation.fixture.good(2));
    const outcome = await trial.run(connection, operation, documents);
    await onStep({ did: 'two documents', operation, outcome });
    if (!operation.descriptor.reconciles) continue;
    const receipts = new Map(outcome.results.flatMap(({ inputs, receipt }) => inputs.map((id) => [id, receipt])));
    const asked = documents.map((document) => {
      const receipt = receipts.get(document.id ?? '');
      return receipt === undefined ? document : { ...document, receipt };
    });
    const settled = await trial.outcomeOf(connection.reconcile(requestOf(operation), asked));
    await onStep({ did: 'reconciling two documents', operation, outcome: settled });
  }
}

/** What there is to browse for an operation: its object types, its own as input and as output, each in one format, and the first level of its fields. */
export function browsing(
  trial: Trial,
  connection: RuntimeConnection,
  operation: TriedOperation,
): readonly (() => Promise<unknown>)[] {
  const { browse } = trial.plugin.manifest;
  if (browse === undefined || !typed(trial).some(({ key }) => key === operation.key)) return [];
  const { id, fixture } = operation;
  const { objectType = '', properties } = fixture;
  const descriptions = ROLES.map((role, index) => () => {
    const format = browse.schemas[index % browse.schemas.length];
    return connection.describe({ operation: id, objectType, role, properties, ...(format && { format }) });
  });
  return [
    () => lookAt(connection.objectTypes({ operation: id })),
    ...descriptions,
    ...(browse.lazyFields ? [() => lookAt(connection.fields({ operation: id, objectType, path: [] }))] : []),
  ];
}

async function lookAt(list: AsyncIterable<unknown>): Promise<void> {
  let seen = 0;
  for await (const _ of list) {
    seen += 1;
    if (seen === MOST_BROWSED) return;
  }
}
