import { type BulkJob, jobJson } from '../bulk/bulk-job.js';
import type { JobKind, JobOf } from '../bulk/bulk-jobs.js';
import { invalidJob, JobBody } from '../bulk/job-settings.js';
import { type Answer, CONTENT_TYPES } from '../exchange.js';
import { parseJson } from '../formats/record-input.js';
import type { Org } from '../org.js';
import { refusal } from '../service-error.js';
import type { DataRequest, Route } from './route.js';

/** Content type of the results of jobs. */
export const CSV = 'text/csv; charset=UTF-8';

/** What jobs of one kind do in a way of their own. */
interface JobSteps<Job> {
  /** Makes a job of what a request asks for. */
  create(org: Org, request: DataRequest): Job;
  /** Changes the state of a job as a request asks. */
  change(job: Job, request: DataRequest): void;
}

const JOB_TYPES = { ingest: 'V2Ingest', query: 'V2Query' } as const;

/**
 * The resources of jobs of one kind: their list, a new one, and one of them to read, change and delete.
 * Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest" and "Bulk API 2.0 Query".
 */
export function jobRoutes<Kind extends JobKind>(kind: Kind, steps: JobSteps<JobOf<Kind>>): Route[] {
  return [
    {
      pattern: `jobs/${kind}`,
      methods: {
        GET: { kind: 'jobList', parameters: ['jobType'], run: (org, request) => listJobs(org, request, kind) },
        POST: { kind: 'jobCreate', run: (org, request) => jobAnswer(steps.create(org, request).described('made')) },
      },
    },
    {
      pattern: `jobs/${kind}/:job`,
      methods: {
        GET: { kind: 'jobStatus', run: (org, request) => readJob(jobOf(org, request, kind)) },
        PATCH: {
          kind: 'jobChange',
          run: (org, request) => {
            const job = jobOf(org, request, kind);
            steps.change(job, request);
            return jobAnswer(job.described('changed'));
          },
        },
        DELETE: {
          kind: 'jobDelete',
          run: (org, request) => {
            jobOf(org, request, kind).delete();
            return { status: 204 };
          },
        },
      },
    },
  ];
}

/** The job that the path of a request names. Throws 404 `NOT_FOUND`. */
export function jobOf<Kind extends JobKind>(org: Org, { params }: DataRequest, kind: Kind): JobOf<Kind> {
  return org.bulkJobs.job(kind, params['job']);
}

function listJobs(org: Org, { query }: DataRequest, kind: JobKind): Answer {
  const jobType = query.get('jobType');
  const jobs = jobType === null || jobType === JOB_TYPES[kind] ? org.bulkJobs.all(kind) : [];
  const records = jobs.map((job) => jobJson(job.described('made')));
  return {
    status: 200,
    contentType: CONTENT_TYPES.json,
    body: `{"done":true,"records":[${records.join(',')}],"nextRecordsUrl":null}`,
  };
}

async function readJob(job: BulkJob): Promise<Answer> {
  await job.poll();
  return jobAnswer(job.described('asked'));
}

function jobAnswer(members: Record<string, unknown>): Answer {
  return { status: 200, contentType: CONTENT_TYPES.json, body: jobJson(members) };
}

/** The one state that a change of a job names. */
export function stateAsked<State extends string>({ body }: DataRequest, states: readonly State[]): State {
  const state = new JobBody(parseJson(body), ['state']).required('state');
  const known = states.find((one) => one === state);
  if (known === undefined) throw invalidJob(`state must be one of ${states.join(', ')}, got ${state}`);
  return known;
}

/** Results are read with the version that the job was created with. */
export function checkJobVersion({ start: { version } }: BulkJob, request: DataRequest): void {
  if (version === request.version) return;
  throw refusal(409, 'INVALIDVERSION', `The job was created with API version ${version.toFixed(1)}`);
}
