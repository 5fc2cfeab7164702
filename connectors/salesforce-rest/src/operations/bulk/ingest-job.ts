import {
  type Body,
  type CallContext,
  type CheckpointEvent,
  type ErrorInfo,
  type ExecutionContext,
  errorInfoOf,
  isConnectorError,
  type OperationEvent,
} from '@connector-runtime/core';
import { concernsEveryDocument } from '@connector-runtime/core/authoring';
import type { PollProperties } from '../../properties/bulk-properties.js';
import { BulkJob, type JobRequests } from './bulk-job.js';
import { lostJob, staysRunning } from './job-errors.js';
import { pollJob } from './job-poller.js';
import type { JobSpec } from './job-spec.js';
import { hasEnded, type JobStatus } from './job-status.js';
import { uploadedJob } from './job-upload.js';
import { withLastWords } from './last-words.js';
import { doesThis, type JobAim, otherJob } from './left-job.js';

const MAX_CLOSES = 3;
/** Status requests after an abort, until the job says that it has ended. */
const MAX_POLLS_AFTER_ABORT = 10;

type JobEvents<Result> = AsyncGenerator<OperationEvent | readonly OperationEvent[], Result>;

/** Says what became of the documents of a job. */
export interface JobSettlement {
  /** What a host keeps before the job is closed. */
  checkpoint(jobId: string): readonly CheckpointEvent[];
  /** Nothing of the job was carried out, or nobody can tell: as `info` says. */
  all(info: ErrorInfo, jobId: string | undefined): Iterable<readonly OperationEvent[]>;
  /**
   * Reads the results of a job that has ended; throws where they tell nothing. `stopped`: why we stopped it, if we did.
   * Gives what they make of the documents: where that breaks off, each of them has its result all the same before the error is thrown.
   */
  read(
    job: BulkJob,
    status: JobStatus,
    stopped: ErrorInfo | undefined,
    context: ExecutionContext<unknown>,
  ): Promise<AsyncIterable<readonly OperationEvent[]>>;
}

/** How the documents of a job stand when it is over: each has its result, or none has and they may go into another job, for this one was resumed and had never been closed. */
export type JobEnd = 'settled' | 'replaceable';

/**
 * One ingest job from its data to its results. Whatever ends it, its documents are settled, and it is not left open.
 * Throws what meets every job to come (login, quota), once they are settled.
 */
export class IngestJob {
  private job: BulkJob | undefined;
  /** From when on rows may be applied. */
  private mayRun = false;
  /** We asked for it to be closed, and it said that it was open. */
  private staysOpen = false;
  /** It is somebody else's, and not ours to stop. */
  private isOther = false;
  /** A checkpoint tells of it: a run that goes on from there must find it, and is told by it that nothing was applied. */
  private isTold = false;

  constructor(
    private readonly requests: JobRequests,
    private readonly rowCount: number,
    private readonly settlement: JobSettlement,
    private readonly context: ExecutionContext<PollProperties>,
  ) {}

  /** From the data on. */
  run(spec: JobSpec, csv: Body): JobEvents<JobEnd> {
    return this.follow(this.begin(spec, csv));
  }

  /** A job that another process filled and may have closed. One that is still open is aborted; one that is not what `aim` says is left as it is, and its documents are `unknown`. */
  resume(jobId: string, aim: JobAim): JobEvents<JobEnd> {
    const job = BulkJob.known(this.requests, jobId);
    this.job = job;
    this.mayRun = true;
    this.isTold = true;
    return this.follow(this.takeUp(job, aim));
  }

  private async *begin(spec: JobSpec, csv: Body): JobEvents<BulkJob> {
    const job = await uploadedJob(this.requests, spec, csv, this.context);
    this.job = job;
    const checkpoint = this.settlement.checkpoint(job.id);
    this.isTold = checkpoint.length > 0;
    yield checkpoint;
    await this.close(job);
    return job;
  }

  /** `undefined`: it had never been closed, and now never will be. */
  private async *takeUp(job: BulkJob, aim: JobAim): JobEvents<BulkJob | undefined> {
    const { context } = this;
    const status = await job.status(context);
    this.isOther = !doesThis(status, aim);
    if (this.isOther) throw otherJob(status, aim);
    const { state, processed } = status;
    yield { type: 'progress', done: processed ?? 0, total: this.rowCount, unit: 'records' };
    if (state !== 'Open') return job;
    await job.change('Aborted', context);
    // The other process may have closed it at the last moment.
    return isBlank(await job.status(context)) ? undefined : job;
  }

  private async *follow(beginning: JobEvents<BulkJob | undefined>): JobEvents<JobEnd> {
    const { context } = this;
    const { cleanup } = context;
    let isSettled = false;
    let fatal: unknown;
    try {
      let ended: JobStatus | undefined;
      try {
        const job = yield* beginning;
        if (job === undefined) {
          isSettled = true;
          return 'replaceable';
        }
        for await (const status of pollJob(job, context.properties, context)) {
          ended = status;
          yield { type: 'progress', done: status.processed ?? 0, total: this.rowCount, unit: 'records' };
        }
      } catch (error) {
        fatal = error;
        ended = undefined;
      }
      fatal = yield* this.settle(ended, fatal, cleanup);
      isSettled = true;
    } finally {
      if (!isSettled) await this.leave(cleanup);
    }
    if (fatal !== undefined && (!isConnectorError(fatal) || concernsEveryDocument(fatal.info))) throw fatal;
    return 'settled';
  }

  /** Says that the data is complete. Where the answer is lost, the job itself tells whether that arrived. */
  private async close(job: BulkJob): Promise<void> {
    const { context } = this;
    this.mayRun = true;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await job.change('UploadComplete', context);
        return;
      } catch (error) {
        const isLost = !isConnectorError(error) || error.info.effect === 'unknown';
        if (!isLost && attempt === 1) this.mayRun = false;
        if (!this.mayRun || context.signal.aborted) throw error;
        const { state } = await job.status(context);
        if (state !== 'Open') return;
        this.staysOpen = attempt >= MAX_CLOSES;
        if (this.staysOpen) throw error;
      }
    }
  }

  /** Gives the documents their results; what went wrong with the job as a whole. */
  private async *settle(ended: JobStatus | undefined, fatal: unknown, cleanup: CallContext): JobEvents<unknown> {
    const { job, context, settlement } = this;
    const reason = fatal === undefined ? undefined : errorInfoOf(fatal, 'unknown');
    const untouched = (): ErrorInfo => ({ ...(reason ?? errorInfoOf(context.signal.reason, 'none')), effect: 'none' });
    if (job === undefined || !this.mayRun) {
      if (job !== undefined) await this.giveUp(job, cleanup);
      yield* settlement.all(untouched(), job?.id);
      return fatal;
    }
    if (this.isOther && reason !== undefined) {
      yield* settlement.all(reason, job.id);
      return fatal;
    }
    let results: AsyncIterable<readonly OperationEvent[]>;
    try {
      const status = ended ?? (await withLastWords(context, (within) => stopJob(job, within)));
      if (this.staysOpen && isBlank(status)) {
        await this.giveUp(job, cleanup);
        yield* settlement.all(untouched(), job.id);
        return fatal;
      }
      results = await settlement.read(job, status, reason, context);
    } catch (error) {
      yield* settlement.all(lostJob(job.id, errorInfoOf(error, 'unknown'), reason), job.id);
      return fatal ?? error;
    }
    try {
      yield* results;
    } catch (error) {
      return fatal ?? error;
    }
    return fatal;
  }

  /** The host has left in the middle. */
  private async leave(cleanup: CallContext): Promise<void> {
    const { job } = this;
    if (job === undefined || this.isOther) return;
    if (this.mayRun) await job.abort(cleanup);
    else await this.giveUp(job, cleanup);
  }

  /** Ends a job that was never closed. One that a checkpoint tells of is not deleted: it is not open any more, and the service drops it by itself. */
  private giveUp(job: BulkJob, context: CallContext): Promise<void> {
    return this.isTold ? job.abort(context) : job.discard(context);
  }
}

/** Aborted before it took up any row. */
function isBlank({ state, processed }: JobStatus): boolean {
  return state === 'Aborted' && processed === 0;
}

/** Stops a job that nobody waits for any more, and says how it ended. */
async function stopJob(job: BulkJob, context: CallContext): Promise<JobStatus> {
  await job.abort(context);
  for (let polls = 1; ; polls += 1) {
    const status = await job.status(context);
    if (hasEnded(status)) return status;
    if (polls >= MAX_POLLS_AFTER_ABORT) throw staysRunning(status);
    await context.clock.sleep(100 * polls, context.signal);
  }
}
