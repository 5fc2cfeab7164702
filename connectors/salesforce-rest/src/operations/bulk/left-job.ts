import { type CheckpointEvent, ConnectorError, type Json } from '@connector-runtime/core';
import type { JobSpec } from './job-spec.js';
import type { JobStatus } from './job-status.js';

/** What a job is to do. */
export type JobAim = Pick<JobSpec, 'object' | 'operation'>;

/** A job that was about to be closed: what another process needs to go on with it. */
export interface LeftJob {
  readonly jobId: string;
  /** The next documents without a result are its rows, in their order. */
  readonly rows: number;
  /** Those of its rows; empty where the documents are whole CSVs. */
  readonly columns: readonly string[];
  /** Of the data that it was made of, where that is one document: SHA-256 in hex. */
  readonly digest?: string;
}

/** A checkpoint holds 64 KB. A job of more columns has none, and cannot be gone on with. */
const MAX_STATE_CHARS = 16_000;

/** Tells of a job before it is closed, which must not be done twice. */
export function checkpointOf({ jobId, rows, columns, digest }: LeftJob): readonly CheckpointEvent[] {
  const state = { jobId, rows, columns, ...(digest !== undefined && { digest }) };
  return JSON.stringify(state).length > MAX_STATE_CHARS ? [] : [{ type: 'checkpoint', state }];
}

/** The job that the checkpoint tells of; `undefined` without one. One of another form is a `config` error. */
export function leftJobOf(state: Json | undefined): LeftJob | undefined {
  if (state === undefined) return undefined;
  const { jobId, rows, columns, digest } = (
    typeof state === 'object' && state !== null ? state : {}
  ) as Partial<LeftJob>;
  const isOne =
    typeof jobId === 'string' &&
    /^[0-9A-Za-z]{15,18}$/.test(jobId) &&
    Number.isSafeInteger(rows) &&
    Array.isArray(columns) &&
    columns.every((column) => typeof column === 'string') &&
    (digest === undefined || typeof digest === 'string');
  if (isOne && rows !== undefined && columns !== undefined)
    return { jobId, rows, columns, ...(digest !== undefined && { digest }) };
  throw unsuitable('the checkpoint tells of no bulk job', 'none');
}

/** The documents are not those of the run that made the checkpoint. Those that were in the job are `unknown`. */
export function otherDocuments({ jobId, rows }: LeftJob, found: number): ConnectorError {
  const message = `the checkpoint is about bulk job ${jobId} with ${rows} rows, and ${found} of the documents can be its rows: give the same documents, in the same order`;
  return unsuitable(message, 'unknown');
}

/** The document is not the one that the job was made of. What that one was is `unknown`. */
export function otherDocument({ jobId }: LeftJob): ConnectorError {
  const message = `the checkpoint is about bulk job ${jobId}, which was made of another document: give the same documents, in the same order`;
  return unsuitable(message, 'unknown');
}

/** Does the job do this, as far as the service says? */
export function doesThis(status: JobStatus, { object, operation }: JobAim): boolean {
  const isSame = (told: string, own: string) => told === '' || told.toLowerCase() === own.toLowerCase();
  return isSame(status.object, object) && isSame(status.operation, operation);
}

/** The job is about another object type, or does something else with it, than this run is to do. What became of its rows is `unknown`. */
export function otherJob(status: JobStatus, { object, operation }: JobAim): ConnectorError {
  const message = `the checkpoint is about bulk job ${status.id}, which does ${status.operation} of ${status.object}, and not ${operation} of ${object}: run the operation that made it`;
  return unsuitable(message, 'unknown');
}

function unsuitable(message: string, effect: 'none' | 'unknown'): ConnectorError {
  return new ConnectorError({ category: 'config', code: 'CHECKPOINT_UNSUITABLE', message, effect, retryable: false });
}
