import type { Json } from '@connector-runtime/core';
import { protocolError } from '../../transport/refusals.js';

/** What the service tells of a job. Source: Bulk API 2.0 Developer Guide, "Get Information About an Ingest Job". */
export interface JobStatus {
  readonly id: string;
  /** `Open`, `UploadComplete`, `InProgress`, `Aborted`, `JobComplete`, `Failed`, or a word that is not known yet. */
  readonly state: string;
  /** Where the data goes, while the job is open. */
  readonly contentUrl: string | undefined;
  /** Rows processed, those that failed included; `undefined` where it does not say. It may lag behind what was applied. */
  readonly processed: number | undefined;
  readonly errorMessage: string;
  /** Object type that it is about, as the service spells it; empty where it does not say. */
  readonly object: string;
  /** What it does, in the service's words; empty where it does not say. */
  readonly operation: string;
}

const ENDED = new Set(['JobComplete', 'Failed', 'Aborted']);

export function hasEnded({ state }: JobStatus): boolean {
  return ENDED.has(state);
}

/** Reads an answer about a job. `id`: of the job that was asked for. */
export function parseJobStatus(answer: Json, effect: 'none' | 'unknown', id?: string): JobStatus {
  const job = typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? answer : {};
  const text = (name: string): string => {
    const value = (job as Readonly<Record<string, Json>>)[name];
    return typeof value === 'string' ? value : '';
  };
  const processed = (job as Readonly<Record<string, Json>>)['numberRecordsProcessed'];
  const told = text('id');
  if (!/^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/.test(told) || text('state') === '')
    throw protocolError('ANSWER_UNEXPECTED', 'the service answered without the id and state of a job', effect);
  if (id !== undefined && told.slice(0, 15) !== id.slice(0, 15))
    throw protocolError('ANSWER_UNEXPECTED', `the service was asked for job ${id} and answered with another`, effect);
  return {
    id: told,
    state: text('state'),
    contentUrl: text('contentUrl') || undefined,
    processed: typeof processed === 'number' && Number.isSafeInteger(processed) ? processed : undefined,
    errorMessage: text('errorMessage'),
    object: text('object'),
    operation: text('operation'),
  };
}
