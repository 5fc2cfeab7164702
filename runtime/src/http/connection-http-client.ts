import { setMaxListeners } from 'node:events';
import {
  type CallContext,
  ConnectorError,
  type ErrorInfo,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  isConnectorError,
} from '@connector-runtime/core';
import type { Context } from '@opentelemetry/api';
import type { EgressRule } from './egress-rule.js';
import { Repeats } from './repeats.js';
import { RequestSpan } from './request-span.js';
import type { RetryBudget } from './retry-budget.js';
import { Sending, type SendingOptions } from './sending.js';
import { shownUrl } from './shown-url.js';

export interface HttpLimits {
  /** Of an answer that is read whole, decoded. Default 64 MiB. */
  readonly maxAnswerBytes: number;
  /** How often one request is sent again at the most. Default 4. */
  readonly repeatsPerRequest: number;
  /** How often all requests of a connection together are sent again within a minute, those with documents that were refused for the moment among them. Default 120. */
  readonly repeatsPerMinute: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxAnswerBytes: 64 * 1024 * 1024,
  repeatsPerRequest: 4,
  repeatsPerMinute: 120,
};

/** A failed attempt that is about to be made again. `url` has no query. */
export interface RepeatNotice {
  readonly method: string;
  readonly url: string;
  readonly attempt: number;
  readonly waitMs: number;
  readonly error: ErrorInfo;
}

export interface ConnectionHttpOptions extends SendingOptions {
  readonly egress: EgressRule;
  readonly limits: HttpLimits;
  /** Of the connection. */
  readonly retryBudget: RetryBudget;
  /** The trace that a call belongs to. */
  readonly traceOf?: (context: CallContext) => Context | undefined;
  readonly onRepeat?: (notice: RepeatNotice) => void;
}

/** The {@link HttpClient} that a connection lends its plugin: makes attempts over a pool and keeps the contract's promises around them. */
export class ConnectionHttpClient implements HttpClient {
  private readonly repeats: Repeats;
  private readonly knownSignals = new WeakSet<AbortSignal>();
  private isClosed = false;

  constructor(private readonly options: ConnectionHttpOptions) {
    this.repeats = new Repeats(options.limits.repeatsPerRequest, options.retryBudget);
  }

  async send(request: HttpRequest, context: CallContext): Promise<HttpResponse> {
    if (this.isClosed) throw closed();
    const url = this.options.egress.check(request.url);
    this.expectListeners(context.signal);
    const span = new RequestSpan(request.method, url, this.options.traceOf?.(context));
    const sending = new Sending(request, context, url, span, this.options);
    try {
      const response = await this.sendUntilDone(sending);
      span.end(sending.attempts, response.status, undefined);
      return response;
    } catch (thrown) {
      const error = sending.finalError(thrown);
      span.end(sending.attempts, error.info.service?.httpStatus, error.info);
      throw error;
    }
  }

  /** Ends what is under way. Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.options.pool.close();
  }

  private async sendUntilDone(sending: Sending): Promise<HttpResponse> {
    for (;;) {
      const outcome = await sending.attempt();
      if (!isConnectorError(outcome)) return outcome;
      const waitMs = sending.waitBeforeRepeat(outcome, this.repeats);
      if (waitMs === undefined || this.isClosed) throw outcome;
      this.tellOfRepeat(sending, outcome.info, waitMs);
      if (waitMs > 0) await sending.context.clock.sleep(waitMs, sending.context.signal);
    }
  }

  private tellOfRepeat(sending: Sending, error: ErrorInfo, waitMs: number): void {
    const notice = {
      method: sending.request.method,
      url: shownUrl(sending.url),
      attempt: sending.attempts,
      waitMs,
      error,
    };
    sending.context.logger.debug('the request is sent again', notice);
    this.options.onRepeat?.(notice);
  }

  /** Each request under way listens to its call's signal, and many at once are no leak. */
  private expectListeners(signal: AbortSignal): void {
    if (this.knownSignals.has(signal)) return;
    this.knownSignals.add(signal);
    setMaxListeners(Number.POSITIVE_INFINITY, signal);
  }
}

function closed(): ConnectorError {
  return new ConnectorError({
    category: 'cancelled',
    code: 'SHUTDOWN',
    message: 'nothing was sent: the connection is closed',
    effect: 'none',
    retryable: false,
  });
}
