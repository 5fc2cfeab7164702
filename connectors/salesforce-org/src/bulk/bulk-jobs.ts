import { notFound } from '../service-error.js';
import { canonicalId, seededId } from '../store/ids.js';
import type { BulkPlan } from './bulk-plan.js';
import { IngestJob, type IngestStart } from './ingest-job.js';
import { QueryJob, type QueryStart } from './query-job.js';

/** A job as tests see it, deleted ones too. */
export interface BulkJobView {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: string;
  readonly isDeleted: boolean;
  readonly operation: string;
  readonly object: string;
}

/** What tests and demos steer of bulk jobs. */
export interface BulkControls {
  /** Holds for the jobs created from now on. */
  plan: BulkPlan;
  /** Every job that there was, oldest first. */
  readonly jobs: readonly BulkJobView[];
  /** Lets the jobs that there are end `JobComplete` at their next status request. */
  release(): void;
}

interface JobKinds {
  readonly ingest: IngestJob;
  readonly query: QueryJob;
}

export type JobKind = keyof JobKinds;
export type JobOf<Kind extends JobKind> = JobKinds[Kind];
type AnyJob = JobOf<JobKind>;

type Given<Start> = Omit<Start, 'id' | 'plan'>;

/** The bulk jobs of an org. */
export class BulkJobs implements BulkControls {
  plan: BulkPlan = {};
  readonly #jobs = new Map<string, AnyJob>();

  get jobs(): readonly BulkJobView[] {
    return [...this.#jobs.values()].map(({ kind, state, isDeleted, start: { id, operation, object } }) => ({
      id,
      kind,
      state,
      isDeleted,
      operation,
      object,
    }));
  }

  release(): void {
    for (const job of this.#jobs.values()) job.plan = {};
  }

  addIngest(start: Given<IngestStart>): IngestJob {
    return this.#add(new IngestJob({ ...start, ...this.#identity() }));
  }

  addQuery(start: Given<QueryStart>): QueryJob {
    return this.#add(new QueryJob({ ...start, ...this.#identity() }));
  }

  /** The job of this kind with this id. Throws 404 `NOT_FOUND`, for deleted ones too. */
  job<Kind extends JobKind>(kind: Kind, id: string | undefined): JobOf<Kind> {
    const job = this.#jobs.get(canonicalId(id ?? '') ?? '');
    if (job === undefined || job.isDeleted || !isOfKind(kind, job)) throw notFound();
    return job;
  }

  /** Jobs of a kind that were not deleted. */
  all<Kind extends JobKind>(kind: Kind): JobOf<Kind>[] {
    return [...this.#jobs.values()].filter((job) => isOfKind(kind, job)).filter(({ isDeleted }) => !isDeleted);
  }

  #identity(): { id: string; plan: BulkPlan } {
    return { id: seededId('750', this.#jobs.size), plan: this.plan };
  }

  #add<Job extends AnyJob>(job: Job): Job {
    this.#jobs.set(job.start.id, job);
    return job;
  }
}

function isOfKind<Kind extends JobKind>(kind: Kind, job: AnyJob): job is JobOf<Kind> {
  return job.kind === kind;
}
