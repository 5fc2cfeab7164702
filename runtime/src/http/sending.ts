import {
  type CallContext,
  ConnectorError,
  type ErrorInfo,
  type ExecutionContext,
  errorInfoOf,
  type HttpRequest,
  type HttpResponse,
  isConnectorError,
  type Spool,
} from '@connector-runtime/core';
import type { BodyRole } from '../services/body-content.js';
import { type ErrorBody, readAnswer, readErrorBody, responseOf, streamBody } from './answer-body.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import { errorOfAbort, errorOfLoss, scrubbedCause } from './error-of-loss.js';
import { errorOfStatus } from './error-of-status.js';
import { AttemptLost, type HttpAnswer, type HttpPool } from './http-transport.js';
import type { Repeats } from './repeats.js';
import { RequestBody } from './request-body.js';
import { requestHeaders } from './request-headers.js';
import type { RequestSpan } from './request-span.js';
import { shownUrl } from './shown-url.js';
import { untilAborted } from './until-aborted.js';
import { correctedBy } from './verdict.js';

/** What of a connection its requests are sent with. */
export interface SendingOptions {
  readonly pool: HttpPool;
  /** The transport's `givesEncoded`: whole answers are asked for compressed. */
  readonly givesEncoded: boolean;
  /** Over all executions and origins; absent: no limit. A place is held while an attempt is made and its answer read, not while `headers` or `judge` runs, nor by a streamed answer. */
  readonly concurrency?: ConcurrencyLimit;
  readonly limits: { readonly maxAnswerBytes: number };
  /** Where answers are spooled that belong to no execution; one that does goes to its execution's spool. */
  readonly spool: Spool;
  /** Strikes secrets out of the text of errors. */
  readonly redact: (text: string) => string;
}

/** Node.js takes a longer delay for 1 ms. Source: Node.js documentation, "Timers", `setTimeout`. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One request over all its attempts. */
export class Sending {
  attempts = 0;
  /** What attempts so far may have done. */
  private earlier: 'none' | 'unknown' = 'none';
  private readonly body: RequestBody;
  private readonly shown: string;
  private readonly isRead: boolean;

  constructor(
    readonly request: HttpRequest,
    readonly context: CallContext,
    readonly url: URL,
    private readonly span: RequestSpan,
    private readonly options: SendingOptions,
  ) {
    this.body = new RequestBody(request.body);
    this.shown = `${request.method} ${shownUrl(url)}`;
    this.isRead = request.effect === 'none';
  }

  /** The answer that the caller gets, or the attempt's error. What it throws ends the request. */
  async attempt(): Promise<HttpResponse | ConnectorError> {
    const { signal } = this.context;
    signal.throwIfAborted();
    const headers = await this.headersOfAttempt();
    const limit = this.options.concurrency;
    const wait = limit?.enter(signal);
    if (wait !== undefined) await wait;
    this.attempts += 1;
    let read: Read;
    try {
      read = await this.sendAndRead(headers);
    } catch (thrown) {
      if (!(thrown instanceof AttemptLost)) throw thrown;
      return this.lost(thrown);
    } finally {
      // A socket is fit for its next request a turn of the loop later: a place that is free before would have another one opened.
      if (limit !== undefined) setImmediate(() => limit.leave());
    }
    return 'response' in read ? read.response : this.judged(read.answer, read.error);
  }

  waitBeforeRepeat(failed: ConnectorError, repeats: Repeats): number | undefined {
    const { body, request, context } = this;
    const attempt = {
      info: failed.info,
      attempt: this.attempts,
      effect: request.effect,
      canSendBody: body.canSend,
    };
    return repeats.waitMs(attempt, context);
  }

  /** What the caller gets to know, whatever ended the request: with the effect of all its attempts. */
  finalError(thrown: unknown): ConnectorError {
    const { signal } = this.context;
    if (signal.aborted && thrown === signal.reason) return errorOfAbort(thrown, this.earlier, this.attempts);
    const info = errorInfoOf(thrown, this.earlier);
    const message = this.options.redact(info.message);
    const cause = isConnectorError(thrown) ? thrown.cause : scrubbedCause(thrown, this.options.redact);
    const attempts = this.attempts > 0 && { attempts: this.attempts };
    return new ConnectorError(
      { ...info, message, effect: this.earlier, ...attempts },
      cause === undefined ? {} : { cause },
    );
  }

  private async headersOfAttempt(): Promise<Record<string, string>> {
    const { request, context } = this;
    const asked = typeof request.headers === 'function' ? request.headers() : request.headers;
    const stated = isPromise(asked) ? await untilAborted(asked, context.signal) : asked;
    const gzip = this.gzipIsAsked ? 'gzip' : 'identity';
    const headers = requestHeaders(stated, this.body.stated, gzip);
    this.span.inject(headers);
    return headers;
  }

  private async sendAndRead(headers: Record<string, string>): Promise<Read> {
    const { request, context, options } = this;
    const reading = request.answer ?? 'whole';
    const body = await this.body.ofAttempt(headers, context.signal);
    const answer = await options.pool.send(
      {
        method: request.method,
        url: this.url,
        headers,
        ...(body !== undefined && { body }),
        ...(request.timeoutMs !== undefined && {
          timeLimit: { ms: Math.min(request.timeoutMs, MAX_TIMER_MS), until: reading === 'stream' ? 'head' : 'end' },
        }),
      },
      context.signal,
    );
    if (answer.status < 200 || answer.status > 299)
      return { answer, error: await readErrorBody(answer, this.roleOf(answer)) };
    try {
      if (reading === 'stream')
        return {
          response: responseOf(answer, streamBody(answer, this.streamed(answer), this.roleOf(answer)), this.earlier),
        };
      const spool = (context as Partial<ExecutionContext>).spool ?? options.spool;
      const { maxAnswerBytes } = options.limits;
      const whole = await readAnswer(answer, reading, this.gzipIsAsked, maxAnswerBytes, spool, this.roleOf(answer));
      return { response: responseOf(answer, whole, this.earlier) };
    } catch (thrown) {
      answer.body.cancel();
      // It was carried out; only what came of it cannot be told.
      if (!(thrown instanceof AttemptLost)) this.mayHaveActed('unknown');
      throw thrown;
    }
  }

  /** A write was carried out, or may have been, unless the answer says that it was refused and no attempt before it is in doubt. */
  private roleOf({ status }: HttpAnswer): BodyRole {
    const isRefused = status >= 300 && status < 500 && this.earlier === 'none';
    return this.isRead || isRefused ? 'answer' : 'answerToWrite';
  }

  /** Its reader gets errors as all callers do. */
  private async *streamed(answer: HttpAnswer): AsyncGenerator<Uint8Array> {
    try {
      yield* answer.body;
    } catch (thrown) {
      throw thrown instanceof AttemptLost ? this.lost(thrown) : thrown;
    }
  }

  private lost(lost: AttemptLost): ConnectorError {
    const { signal } = this.context;
    if (signal.aborted) {
      this.mayHaveActed(lost.sent ? 'unknown' : 'none');
      throw signal.reason;
    }
    const info = errorOfLoss(this.shown, lost, this.isRead);
    this.mayHaveActed(info.effect);
    return new ConnectorError(info, { cause: scrubbedCause(lost.cause, this.options.redact) });
  }

  private async judged(answer: HttpAnswer, error: ErrorBody): Promise<HttpResponse | ConnectorError> {
    const { request, context } = this;
    const suggested = errorOfStatus(this.shown, answer, this.isRead, context.clock.now());
    if (request.judge === undefined) return this.refused(suggested);
    const response = responseOf(answer, error.body, this.earlier);
    let verdict: 'accept' | Partial<ErrorInfo>;
    try {
      const asked = request.judge(response, this.attempts);
      verdict = isPromise(asked) ? await untilAborted(asked, context.signal) : asked;
    } catch (thrown) {
      this.mayHaveActed(suggested.effect);
      throw thrown;
    }
    if (verdict !== 'accept') return this.refused(correctedBy(verdict, suggested));
    const { incomplete } = error;
    if (incomplete === undefined) return response;
    if (incomplete instanceof AttemptLost) return this.lost(incomplete);
    return this.refused({ ...incomplete.info, effect: suggested.effect });
  }

  private refused(info: ErrorInfo): ConnectorError {
    this.mayHaveActed(info.effect);
    return new ConnectorError(info);
  }

  private mayHaveActed(effect: ErrorInfo['effect']): void {
    if (effect === 'unknown' && !this.isRead) this.earlier = 'unknown';
  }

  private get gzipIsAsked(): boolean {
    return this.options.givesEncoded && (this.request.answer ?? 'whole') === 'whole';
  }
}

/** Not by `instanceof`: a plugin may run in another realm. */
function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** What an attempt brought: the caller's answer, or one that is to be judged. */
type Read = { readonly response: HttpResponse } | { readonly answer: HttpAnswer; readonly error: ErrorBody };
