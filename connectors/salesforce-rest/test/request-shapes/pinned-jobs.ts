import type { Json } from '@connector-runtime/core';
import type { DocumentInput } from '@connector-runtime/runtime';
import type { Ran } from '../running-org.js';
import {
  BASE,
  CSV,
  csvBack,
  csvSent,
  JSON_TYPE,
  jsonBack,
  jsonBothWays,
  type PinnedService,
  type SeenRequest,
} from './pinned-service.js';

export const JOB = '7505f00000abcdeAAA';
export const INGEST = `${BASE}/jobs/ingest/${JOB}`;
export const QUERY = `${BASE}/jobs/query/${JOB}`;
/** Properties that choose Bulk API 2.0 and wait little. */
export const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10 };
/** What of a job's settings is the same in all that documents are made into. */
export const FORM = '"contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF"';

/** What the service tells of the job. */
export const told = (state: string, more: object = {}): string =>
  JSON.stringify({ id: JOB, state, object: 'Account', ...more });

/** The CSVs of an ingest job's results. */
export interface Sets {
  readonly succeeded?: string;
  readonly failed?: string;
  readonly unprocessed?: string;
}

export function answerUpload(service: PinnedService): void {
  service.answer('POST', `${BASE}/jobs/ingest`, 200, told('Open'), JSON_TYPE);
  service.answer('PUT', `${INGEST}/batches`, 201, '', {});
}

export function answerStatus(service: PinnedService, path: string, state: string, more: object = {}): void {
  service.answer('GET', path, 200, told(state, more), JSON_TYPE);
}

export function answerSets(service: PinnedService, { succeeded = '', failed = '', unprocessed = '' }: Sets): void {
  service.answer('GET', `${INGEST}/successfulResults`, 200, succeeded, CSV);
  service.answer('GET', `${INGEST}/failedResults`, 200, failed, CSV);
  service.answer('GET', `${INGEST}/unprocessedrecords`, 200, unprocessed, CSV);
}

/** Answers all requests of an ingest job that ends in this state. */
export function answerIngest(service: PinnedService, sets: Sets, state = 'JobComplete'): void {
  answerUpload(service);
  service.answer('PATCH', INGEST, 200, told('UploadComplete'), JSON_TYPE);
  answerStatus(service, INGEST, state, { numberRecordsProcessed: 2 });
  answerSets(service, sets);
}

/** Answers the abort of a job, and its removal. */
export function answerDiscard(service: PinnedService, path: string): void {
  service.answer('PATCH', path, 200, told('Aborted'), JSON_TYPE);
  service.answer('DELETE', path, 204, '', {});
}

/** Runs CSV Bulk after login, and after a describe where `object` is given. */
export function runCsvBulk(service: PinnedService, properties: object, documents: DocumentInput[]): Promise<Ran> {
  service.answerLogin();
  if ('object' in properties) service.answerDescribe();
  return service.runAfterLogin('csvBulk', { pollInitialMs: 10, ...properties } as Json, documents);
}

/** The requests about a job, each whole; `more`: headers that each of them carries besides. */
export function jobCalls(more: object = {}) {
  const call = (method: string, path: string, headers: object, body = ''): SeenRequest => ({
    method,
    path,
    headers: { ...headers, ...more } as Record<string, string>,
    body,
  });
  return {
    create: (settings: string) => call('POST', `${BASE}/jobs/ingest`, jsonBothWays, settings),
    createQuery: (settings: string) => call('POST', `${BASE}/jobs/query`, jsonBothWays, settings),
    upload: (csv: string, path = `${INGEST}/batches`) => call('PUT', path, csvSent, csv),
    close: call('PATCH', INGEST, jsonBothWays, '{"state":"UploadComplete"}'),
    status: (path: string) => call('GET', path, jsonBack),
    sets: ['successfulResults', 'failedResults', 'unprocessedrecords'].map((set) =>
      call('GET', `${INGEST}/${set}`, csvBack),
    ),
    page: (parameters: string) => call('GET', `${QUERY}/results${parameters}`, csvBack),
    abort: (path: string) => call('PATCH', path, jsonBothWays, '{"state":"Aborted"}'),
    delete: (path: string) => call('DELETE', path, jsonBack),
  };
}
