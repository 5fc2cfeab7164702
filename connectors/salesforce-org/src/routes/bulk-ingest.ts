import { jobJson } from '../bulk/bulk-job.js';
import type { IngestJob, ResultSet } from '../bulk/ingest-job.js';
import { applyRow } from '../bulk/ingest-row.js';
import { invalidJob, JobBody } from '../bulk/job-settings.js';
import { type Answer, CONTENT_TYPES } from '../exchange.js';
import { parseJson } from '../formats/record-input.js';
import type { Org } from '../org.js';
import { refusal } from '../service-error.js';
import type { Field } from '../store/object-type.js';
import type { Table } from '../store/table.js';
import type { DataRequest, Route } from './route.js';

const OPERATIONS = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const;
export const CSV = 'text/csv; charset=UTF-8';

/** Ingest jobs. Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest". */
export const INGEST_ROUTES: readonly Route[] = [
  {
    pattern: 'jobs/ingest',
    methods: { GET: { kind: 'jobList', run: listJobs }, POST: { kind: 'jobCreate', run: createJob } },
  },
  {
    pattern: 'jobs/ingest/:job',
    methods: {
      GET: { kind: 'jobStatus', run: readJob },
      PATCH: { kind: 'jobChange', run: changeJob },
      DELETE: { kind: 'jobDelete', run: deleteJob },
    },
  },
  { pattern: 'jobs/ingest/:job/batches', methods: { PUT: { kind: 'jobUpload', run: uploadData } } },
  ...(['successfulResults', 'failedResults', 'unprocessedrecords'] as const).map(
    (set): Route => ({
      pattern: `jobs/ingest/:job/${set}`,
      methods: { GET: { kind: 'jobResults', run: (org, request) => readResults(org, request, set) } },
    }),
  ),
];

/** An answer with the JSON of a job. */
export function jobAnswer(members: Record<string, unknown>): Answer {
  return { status: 200, contentType: CONTENT_TYPES.json, body: jobJson(members) };
}

/** The one state that a change of a job names. */
export function stateAsked<State extends string>({ body }: DataRequest, states: readonly State[]): State {
  const state = new JobBody(parseJson(body), ['state']).required('state');
  const known = states.find((one) => one === state);
  if (known === undefined) throw invalidJob(`state must be one of ${states.join(', ')}, got ${state}`);
  return known;
}

/** The object type of a job, by its name in any case. */
export function tableOfJob(org: Org, name: string): Table {
  const table = org.store.tableNamed(name);
  if (table === undefined) throw refusal(400, 'INVALIDENTITY', `${name} is not supported by the Bulk API`);
  return table;
}

/** Results are read with the version that the job was created with. */
export function checkJobVersion(version: number, request: DataRequest): void {
  if (version === request.version) return;
  throw refusal(409, 'INVALIDVERSION', `The job was created with API version ${version.toFixed(1)}`);
}

function jobOf(org: Org, { params }: DataRequest): IngestJob {
  return org.bulkJobs.ingest(params['job']);
}

function listJobs(org: Org, { query }: DataRequest): Answer {
  const jobType = query.get('jobType');
  const jobs = jobType === null || jobType === 'V2Ingest' ? org.bulkJobs.all('ingest') : [];
  const records = jobs.map((job) => (job.kind === 'ingest' ? jobJson(job.described('made')) : ''));
  return {
    status: 200,
    contentType: CONTENT_TYPES.json,
    body: `{"done":true,"records":[${records.join(',')}],"nextRecordsUrl":null}`,
  };
}

function createJob(org: Org, request: DataRequest): Answer {
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
  const job = org.bulkJobs.addIngest({
    operation,
    object: table.type.name,
    version: request.version,
    userId: org.userId,
    nowMs: org.settings.now(),
    csv: body.csv(),
    assignmentRuleId: body.text('assignmentRuleId'),
    store: org.store,
    table,
    key,
    apply: (fields, closedBy) => applyRow({ org, table, operation, key }, fields, closedBy),
  });
  return jobAnswer(job.described('made'));
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

function uploadData(org: Org, request: DataRequest): Answer {
  const type = request.headers['content-type'] ?? '';
  if (!/^\s*text\/csv\b/i.test(type))
    throw refusal(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `Content-Type header specified in HTTP request is not supported: ${type}`,
    );
  jobOf(org, request).upload(request.body);
  return { status: 201 };
}

function changeJob(org: Org, request: DataRequest): Answer {
  const job = jobOf(org, request);
  if (stateAsked(request, ['UploadComplete', 'Aborted']) === 'Aborted') job.abort();
  else job.close(request.sequence);
  return jobAnswer(job.described('changed'));
}

async function readJob(org: Org, request: DataRequest): Promise<Answer> {
  const job = jobOf(org, request);
  await job.poll();
  return jobAnswer(job.described('asked'));
}

function deleteJob(org: Org, request: DataRequest): Answer {
  jobOf(org, request).delete();
  return { status: 204 };
}

function readResults(org: Org, request: DataRequest, set: ResultSet): Answer {
  const job = jobOf(org, request);
  checkJobVersion(job.start.version, request);
  if (!job.isEnded) throw refusal(400, 'INVALIDJOBSTATE', `Results of a job in state ${job.state} cannot be read`);
  return { status: 200, contentType: CSV, pieces: job.results(set) };
}
