import { JobBody } from '../bulk/job-settings.js';
import type { QueryJob } from '../bulk/query-job.js';
import type { Answer } from '../exchange.js';
import { parseJson } from '../formats/record-input.js';
import type { Org } from '../org.js';
import { refusal, type ServiceError } from '../service-error.js';
import { bindQuery } from '../soql/bind.js';
import { parseSoql } from '../soql/parser.js';
import type { SoqlQuery } from '../soql/query.js';
import type { Column } from '../soql/selection.js';
import { CSV, checkJobVersion, jobOf, jobRoutes, stateAsked } from './bulk-job.js';
import type { DataRequest, Route } from './route.js';

/** Query jobs. Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Query". */
export const QUERY_JOB_ROUTES: readonly Route[] = [
  ...jobRoutes('query', { create: createJob, change: abortJob }),
  {
    pattern: 'jobs/query/:job/results',
    methods: { GET: { kind: 'jobResults', parameters: ['locator', 'maxRecords'], run: readResults } },
  },
  {
    pattern: 'jobs/query/:job/resultPages',
    methods: { GET: { kind: 'other', parameters: ['locator'], run: refuseResultPages } },
  },
];

function refuseResultPages(): never {
  throw refusal(
    400,
    'FUNCTIONALITY_NOT_ENABLED',
    'this org has no resultPages: read results page by page, by their Sforce-Locator',
  );
}

function createJob(org: Org, request: DataRequest): QueryJob {
  const body = new JobBody(parseJson(request.body), [
    'operation',
    'query',
    'contentType',
    'lineEnding',
    'columnDelimiter',
  ]);
  body.required('operation');
  const operation = body.choice('operation', ['query', 'queryAll'], 'query');
  const text = body.required('query');
  const query = parseSoql(text);
  refuseFeatures(query);
  const bound = bindQuery(text, query, org.store, org.settings.now());
  if (bound.selection.columns.some(isCompound)) throw notEnabled('compound data');
  return org.bulkJobs.addQuery({
    operation,
    object: bound.selection.table.type.name,
    version: request.version,
    userId: org.userId,
    nowMs: org.settings.now(),
    csv: body.csv(),
    bound,
    store: org.store,
  });
}

/** What the language has and Bulk API does not. Source: Bulk API 2.0 Developer Guide, "SOQL Considerations". */
function refuseFeatures(query: SoqlQuery): void {
  if (query.count || query.select.some((item) => item.kind === 'field' && item.fn !== undefined))
    throw notEnabled('aggregate functions');
  if (query.groupBy.length > 0 || query.having !== undefined) throw notEnabled('GROUP BY');
  if (query.offset !== undefined) throw notEnabled('OFFSET');
  if (query.select.some((item) => item.kind === 'fields' && item.group !== 'STANDARD'))
    throw notEnabled('FIELDS(ALL) and FIELDS(CUSTOM)');
  if (query.select.some(({ kind }) => kind === 'children')) throw notEnabled('nested queries (parent to child)');
}

function isCompound(column: Column): boolean {
  if (column.kind === 'field') return column.field.type === 'address';
  return column.kind === 'parent' && [...column.targets.values()].some((columns) => columns.some(isCompound));
}

function notEnabled(what: string): ServiceError {
  return refusal(400, 'API_ERROR', `Bulk API does not support ${what} in a query`);
}

function abortJob(job: QueryJob, request: DataRequest): void {
  stateAsked(request, ['Aborted']);
  job.abort();
}

/** A page of rows; the locator is where the next one begins, in base 64, or the text `null`. */
function readResults(org: Org, request: DataRequest): Answer {
  const job = jobOf(org, request, 'query');
  checkJobVersion(job, request);
  if (job.state !== 'JobComplete')
    throw refusal(400, 'INVALIDJOBSTATE', `Results of a job in state ${job.state} cannot be read`);
  const locator = request.query.get('locator');
  const offset = locator === null ? 0 : Number(Buffer.from(locator, 'base64').toString('latin1'));
  const asked = request.query.get('maxRecords');
  const rows = Number(asked ?? org.settings.bulkPageSize);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > job.rowCount)
    throw refusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw refusal(400, 'INVALID_INPUT', `maxRecords must be a whole number from 1 on, got ${asked}`);
  const end = Math.min(offset + rows, job.rowCount);
  org.ledger.rowsServed += end - offset;
  return {
    status: 200,
    contentType: CSV,
    pieces: job.page(offset, rows),
    headers: {
      'Sforce-Locator': end < job.rowCount ? Buffer.from(String(end)).toString('base64').replaceAll('=', '') : 'null',
      'Sforce-NumberOfRecords': String(end - offset),
    },
  };
}
