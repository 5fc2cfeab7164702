import { notFound } from '../service-error.js';
import { canonicalId, seededId } from '../store/ids.js';
import type { BulkPlan } from './bulk-plan.js';
import { IngestJob, type IngestStart } from './ingest-job.js';
import { QueryJob, type QueryStart } from './query-job.js';

/** A job as tests see it, deleted ones too. */
export interface BulkJobView {
  readonly id: string;
  readonly kind: 'ingest' | 'query';
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

type Given<Start> = Omit<Start, 'id' | 'plan'>;

/** The bulk jobs of an org. */
export class BulkJobs implements BulkControls {
  plan: BulkPlan = {};
  readonly #jobs = new Map<string, IngestJob | QueryJob>();

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

  ingest(id: string | undefined): IngestJob {
    const job = this.#find(id);
    if (job instanceof IngestJob) return job;
    throw notFound();
  }

  query(id: string | undefined): QueryJob {
    const job = this.#find(id);
    if (job instanceof QueryJob) return job;
    throw notFound();
  }

  /** Jobs that were not deleted. */
  all(kind: 'ingest' | 'query'): (IngestJob | QueryJob)[] {
    return [...this.#jobs.values()].filter((job) => job.kind === kind && !job.isDeleted);
  }

  #identity(): { id: string; plan: BulkPlan } {
    return { id: seededId('750', this.#jobs.size), plan: this.plan };
  }

  #add<Job extends IngestJob | QueryJob>(job: Job): Job {
    this.#jobs.set(job.start.id, job);
    return job;
  }

  #find(id: string | undefined): IngestJob | QueryJob | undefined {
    const job = this.#jobs.get(canonicalId(id ?? '') ?? '');
    return job?.isDeleted === true ? undefined : job;
  }
}
