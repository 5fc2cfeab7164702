import { refusal } from '../service-error.js';
import type { BulkPlan } from './bulk-plan.js';
import type { CsvSettings } from './job-settings.js';

/** What ingest and query jobs have in common. */
export interface JobStart {
  readonly id: string;
  /** Such as 64. */
  readonly version: number;
  readonly userId: string;
  readonly nowMs: number;
  readonly plan: BulkPlan;
  readonly operation: string;
  /** Canonical name of the object type. */
  readonly object: string;
  readonly csv: CsvSettings;
}

/** Which answer tells of a job: to its create, to a change of its state, or to a status request. */
export type JobAnswer = 'made' | 'changed' | 'asked';

const ENDED = new Set(['JobComplete', 'Failed', 'Aborted']);

/** A job and its life: what it is about, its state, and when it goes on. */
export abstract class BulkJob {
  abstract readonly kind: 'ingest' | 'query';
  state: string;
  isDeleted = false;
  plan: BulkPlan;
  errorMessage: string | undefined;
  #polled = 0;
  #going: Promise<void> | undefined;

  protected constructor(
    readonly start: JobStart,
    state: string,
  ) {
    this.state = state;
    this.plan = start.plan;
  }

  get isEnded(): boolean {
    return ENDED.has(this.state);
  }

  /** A status request: the job goes as far as its plan says. */
  async poll(): Promise<void> {
    this.#going = (this.#going ?? Promise.resolve()).then(() => this.#advance());
    await this.#going;
  }

  /** Works on rows of the job: the first so many, or all. */
  protected abstract work(atMost: number): Promise<void>;

  async #advance(): Promise<void> {
    if (this.state !== 'UploadComplete' && this.state !== 'InProgress') return;
    const { polls = 0, rows = 0, state = 'JobComplete', errorMessage } = this.plan;
    this.state = 'InProgress';
    if (this.#polled === 0 && rows > 0) await this.work(rows);
    if (this.#polled++ < polls || this.isEnded) return;
    if (state === 'JobComplete') await this.work(Number.POSITIVE_INFINITY);
    if (this.isEnded) return;
    this.errorMessage ??= errorMessage;
    this.state = state;
  }

  /** What an answer says of the job. */
  abstract described(answer: JobAnswer): Record<string, unknown>;

  /** Forgets what the job holds; it cannot be read any more. */
  abstract delete(): void;

  /** Ends the job with its own error. */
  protected fail(message: string): void {
    this.errorMessage = message;
    this.state = 'Failed';
  }

  abort(): void {
    if (this.isEnded) throw invalidState(`Aborting already ${this.state} Job not allowed`);
    this.state = 'Aborted';
  }

  /** The members that every answer about the job begins with. */
  protected leading(): Record<string, unknown> {
    const { id, operation, object, userId, nowMs } = this.start;
    const at = new Date(nowMs).toISOString().replace('Z', '+0000');
    return {
      id,
      operation,
      object,
      createdById: userId,
      createdDate: at,
      systemModstamp: at,
      state: this.state,
    };
  }
}

/** What is asked of a job does not go with its state. */
export function invalidState(message: string) {
  return refusal(400, 'INVALIDJOBSTATE', message);
}

/** The JSON of a job; API versions are numbers with a fraction there. */
export function jobJson(members: Record<string, unknown>): string {
  return JSON.stringify(members).replace(/("apiVersion":\d+)(?=[,}])/, '$1.0');
}
