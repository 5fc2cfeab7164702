import { ConnectorError, type Json } from '@connector-runtime/core';

/** What a host keeps of a checkpoint: the operation's own state, and which documents were settled by then (by ordinal, from 0). */
export interface Checkpoint {
  readonly operation: string;
  readonly settled: { readonly before: number; readonly beyond: readonly number[] };
  readonly state: Json;
}

/** The JSON that a host stores, and gives back as `resumeFrom`. */
export function writeCheckpoint(operation: string, settled: Json, state: Json): Json {
  return { version: 1, operation, settled, state };
}

/** Throws `CHECKPOINT_INVALID` (`config`): a checkpoint that is damaged or another operation's never becomes a silent new start. */
export function readCheckpoint(operation: string, value: Json): Checkpoint {
  const record = value as {
    version?: unknown;
    operation?: unknown;
    settled?: Checkpoint['settled'];
    state?: Json;
  } | null;
  const before = record?.settled?.before;
  const beyond = record?.settled?.beyond;
  const isOne =
    record?.version === 1 && Number.isInteger(before) && Array.isArray(beyond) && record.state !== undefined;
  if (!isOne) throw invalid('is damaged or was written by another version');
  if (record.operation !== operation)
    throw invalid(`belongs to operation ${String(record.operation)}, not to ${operation}`);
  return record as Checkpoint;
}

function invalid(why: string): ConnectorError {
  return new ConnectorError({
    category: 'config',
    code: 'CHECKPOINT_INVALID',
    message: `the checkpoint ${why}`,
    effect: 'none',
    retryable: false,
  });
}
