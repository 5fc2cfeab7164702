import type { IngestJob, ResultSet } from '../bulk/ingest-job.js';
import { applyRow } from '../bulk/ingest-row.js';
import { invalidJob, JobBody } from '../bulk/job-settings.js';
import type { Answer } from '../exchange.js';
import { parseJson } from '../formats/record-input.js';
import type { Org } from '../org.js';
import { refusal } from '../service-error.js';
import { canonicalId } from '../store/ids.js';
import type { Field } from '../store/object-type.js';
import type { Table } from '../store/table.js';
import { CSV, checkJobVersion, jobOf, jobRoutes, stateAsked } from './bulk-job.js';
import type { DataRequest, Route } from './route.js';

const OPERATIONS = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const;

/** Ingest jobs. Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest". */
export const INGEST_ROUTES: readonly Route[] = [
  ...jobRoutes('ingest', { create: createJob, change: changeJob }),
  { pattern: 'jobs/ingest/:job/batches', methods: { PUT: { kind: 'jobUpload', run: uploadData } } },
  ...(['successfulResults', 'failedResults', 'unprocessedrecords'] as const).map(
    (set): Route => ({
      pattern: `jobs/ingest/:job/${set}`,
      methods: { GET: { kind: 'jobResults', run: (org, request) => readResults(org, request, set) } },
    }),
  ),
];

/** The object type of a job, by its name in any case. */
function tableOfJob(org: Org, name: string): Table {
  const table = org.store.tableNamed(name);
  if (table === undefined) throw refusal(400, 'INVALIDENTITY', `${name} is not supported by the Bulk API`);
  return table;
}

function createJob(org: Org, request: DataRequest): IngestJob {
  if (/^\s*multipart\//i.test(request.headers['content-type'] ?? ''))
    throw refusal(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'this org makes no job of a multipart request: create it with JSON, then upload its data',
    );
  const body = new JobBody(parseJson(request.body), [
    'object',
    'operation',
    'contentType',
    'externalIdFieldName',
    'lineEnding',
    'columnDelimiter',
    'assignmentRuleId',
  ]);
  const table = tableOfJob(org, body.required('object'));
  body.required('operation');
  const operation = body.choice('operation', OPERATIONS, 'insert');
  const key = keyOf(table, operation, body.text('externalIdFieldName'));
  return org.bulkJobs.addIngest({
    operation,
    object: table.type.name,
    version: request.version,
    userId: org.userId,
    nowMs: org.settings.now(),
    csv: body.csv(),
    assignmentRuleId: assignmentRule(body.text('assignmentRuleId')),
    store: org.store,
    table,
    key,
    apply: (fields, closedBy) => applyRow({ org, table, operation, key }, fields, closedBy),
  });
}

/** The external id field of an upsert; others have none. */
function keyOf(table: Table, operation: string, name: string | undefined): Field | undefined {
  if (operation !== 'upsert') return undefined;
  if (name === undefined) throw invalidJob('externalIdFieldName is required for upsert');
  const field = table.type.field(name);
  if (field !== undefined && (field.externalId === true || field.idLookup === true)) return field;
  throw invalidJob(
    `Field name provided, ${name} does not match an External ID, Salesforce Id, or indexed field for ${table.type.name}`,
  );
}

/** The id of a rule. The yes or no of the header `Sforce-Auto-Assign` is none. */
function assignmentRule(text: string | undefined): string | undefined {
  if (text === undefined || canonicalId(text) !== undefined) return text;
  throw invalidJob(`assignmentRuleId must be the id of an assignment rule, got ${text}`);
}

function uploadData(org: Org, request: DataRequest): Answer {
  const type = request.headers['content-type'] ?? '';
  if (!/^\s*text\/csv\b/i.test(type))
    throw refusal(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `Content-Type header specified in HTTP request is not supported: ${type}`,
    );
  jobOf(org, request, 'ingest').upload(request.body);
  return { status: 201 };
}

function changeJob(job: IngestJob, request: DataRequest): void {
  if (stateAsked(request, ['UploadComplete', 'Aborted']) === 'Aborted') job.abort();
  else job.close(request.sequence);
}

function readResults(org: Org, request: DataRequest, set: ResultSet): Answer {
  const job = jobOf(org, request, 'ingest');
  checkJobVersion(job, request);
  if (!job.isEnded) throw refusal(400, 'INVALIDJOBSTATE', `Results of a job in state ${job.state} cannot be read`);
  return { status: 200, contentType: CSV, pieces: job.results(set) };
}
