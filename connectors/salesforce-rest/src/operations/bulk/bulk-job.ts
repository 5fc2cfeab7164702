import {
  type CallContext,
  ConnectorError,
  type ErrorInfo,
  type HttpHeaders,
  isConnectorError,
  type Json,
} from '@connector-runtime/core';
import { jobPath, jobsPath } from '../../transport/endpoints.js';
import { ACCEPT_JSON, JSON_BOTH_WAYS } from '../../transport/headers.js';
import type { SalesforceTransport, ServiceRequest } from '../../transport/salesforce-transport.js';
import { documentHeaders } from '../document-headers.js';
import { type JobStatus, parseJobStatus } from './job-status.js';

export type JobKind = 'ingest' | 'query';

/** In which the status of a job is asked for, and waited for. */
export const STATUS_STEP = 'get bulk status';

/** How long the answer to a create is waited for after an abort: without it the job's id is never known, and it stays open. */
const CREATE_AFTER_ABORT_MS = 1_000;

/** What every request about a job needs. */
export interface JobRequests {
  readonly transport: SalesforceTransport;
  readonly kind: JobKind;
  /** The user's, laid over the connector's own. */
  readonly restHeaders: Readonly<Record<string, string>> | undefined;
}

/**
 * A job of Bulk API 2.0 as the service knows it. Every error of its requests names the job.
 * Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest" and "Bulk API 2.0 Query".
 */
export class BulkJob {
  private constructor(
    private readonly requests: JobRequests,
    readonly id: string,
    /** Where the data goes, as far as the service told. */
    readonly contentUrl: string | undefined,
  ) {}

  /**
   * Makes a job. One that was made and whose answer was lost has no data and does nothing: the request may go again.
   * An abort in the meantime does not call it off at once, so that a job that was made can be aborted too.
   */
  static async create(requests: JobRequests, settings: Json, context: CallContext): Promise<BulkJob> {
    const step = requests.kind === 'query' ? 'create query bulk Job' : 'create bulk Job';
    const request: ServiceRequest = {
      step,
      method: 'POST',
      path: jobsPath(requests.kind),
      headers: jobHeaders(requests, JSON_BOTH_WAYS),
      body: JSON.stringify(settings),
      effect: 'repeatable',
    };
    try {
      const answer = await outlasting(context, (own) => requests.transport.sendForJson(request, own));
      const { id, contentUrl } = parseJobStatus(answer, 'none');
      return new BulkJob(requests, id, contentUrl);
    } catch (error) {
      // Whatever became of the request: a job without data does nothing.
      throw isConnectorError(error) ? placed(error, { step, effect: 'none' }) : error;
    }
  }

  /** A job that is there already. */
  static known(requests: JobRequests, id: string): BulkJob {
    return new BulkJob(requests, id, undefined);
  }

  get path(): string {
    return jobPath(this.requests.kind, this.id);
  }

  status(context: CallContext): Promise<JobStatus> {
    return this.named(STATUS_STEP, async (step) => {
      const answer = await this.requests.transport.sendForJson(
        { step, method: 'GET', path: this.path, headers: this.headers(ACCEPT_JSON), effect: 'none' },
        context,
      );
      return parseJobStatus(answer, 'none', this.id);
    });
  }

  /** Asks for another state. */
  change(state: 'UploadComplete' | 'Aborted', context: CallContext): Promise<void> {
    const isAbort = state === 'Aborted';
    return this.named(isAbort ? 'abort bulk Job' : 'finish upload bulk batch', async (step) => {
      await this.requests.transport.send(
        {
          step,
          method: 'PATCH',
          path: this.path,
          headers: this.headers(JSON_BOTH_WAYS),
          body: JSON.stringify({ state }),
          effect: isAbort ? 'repeatable' : 'once',
        },
        context,
      );
    });
  }

  /** Removes a job that was aborted or has ended, with its data and results. */
  delete(context: CallContext): Promise<void> {
    return this.named('delete bulk Job', async (step) => {
      await this.requests.transport.send(
        {
          step,
          method: 'DELETE',
          path: this.path,
          headers: this.headers(ACCEPT_JSON),
          effect: 'repeatable',
        },
        context,
      );
    });
  }

  /** Aborts a job, if it has not ended in the meantime: the service refuses it then. What fails is logged. */
  async abort(context: CallContext): Promise<void> {
    await this.change('Aborted', context).catch((error: unknown) => {
      context.logger.debug(`bulk job ${this.id} was not aborted: ${String(error)}`);
    });
  }

  /** Ends a job of which nothing is wanted any more: aborts it, if that is still to be done, and deletes it. What fails is logged. */
  async discard(context: CallContext): Promise<void> {
    await this.abort(context);
    await this.delete(context).catch((error: unknown) => {
      context.logger.debug(`bulk job ${this.id} may be left behind: ${String(error)}`);
    });
  }

  /** Has what `work` throws name the job and the step. */
  async named<T>(step: string, work: (step: string) => Promise<T>): Promise<T> {
    try {
      return await work(step);
    } catch (error) {
      throw withJob(error, this.id, step);
    }
  }

  headers(own: HttpHeaders): HttpHeaders {
    return jobHeaders(this.requests, own);
  }

  get transport(): SalesforceTransport {
    return this.requests.transport;
  }
}

/** The headers of a request about a job, out of the connector's own. */
function jobHeaders({ restHeaders }: JobRequests, own: HttpHeaders): HttpHeaders {
  return documentHeaders(own, restHeaders === undefined ? {} : { restHeaders });
}

/** The error with the job's id in it, and with the step where it names none. */
export function withJob(error: unknown, jobId: string, step: string): unknown {
  if (!isConnectorError(error)) return error;
  return placed(error, { step, service: { ...error.info.service, jobId } });
}

function placed(error: ConnectorError, { step, ...more }: Partial<ErrorInfo> & { readonly step: string }) {
  return new ConnectorError({ step, ...error.info, ...more }, { cause: error.cause });
}

/** Does `work` on a signal that outlives an abort of the context's by a moment. */
async function outlasting<T>(context: CallContext, work: (own: CallContext) => Promise<T>): Promise<T> {
  const { signal, clock, logger, meter, deadlineEpochMs } = context;
  signal.throwIfAborted();
  const limit = new AbortController();
  const done = new AbortController();
  const startTimer = (): void => {
    clock.sleep(CREATE_AFTER_ABORT_MS, done.signal).then(
      () => limit.abort(signal.reason),
      () => undefined,
    );
  };
  signal.addEventListener('abort', startTimer, { once: true });
  try {
    return await work({ clock, logger, meter, deadlineEpochMs, signal: limit.signal });
  } finally {
    signal.removeEventListener('abort', startTimer);
    done.abort(signal.reason ?? new Error('done'));
  }
}
