import { ConnectorError, type HttpHeaders } from '@connector-runtime/core';
import { isNeverSent } from './error-of-loss.js';
import {
  type AnswerStream,
  AttemptEnded,
  AttemptLost,
  BODY_IDLE_TIMEOUT_MS,
  HEADERS_TIMEOUT_MS,
  type HttpAnswer,
  type HttpAttempt,
  type HttpPool,
  type HttpSettings,
  type HttpTransport,
} from './http-transport.js';

/** Any function with the shape of WHATWG `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A transport over a `fetch` that the host names: for stand-ins that catch the global one, and for hosts that own their network.
 * Sockets, proxy and TLS are that function's business, so settings for them are refused (`config`, `HTTP_SETTING_UNSUPPORTED`).
 */
export function fetchTransport(fetch: Fetch): HttpTransport {
  return {
    givesEncoded: false,
    open(settings) {
      for (const name of ['proxy', 'ca', 'cert', 'key', 'connectTimeoutMs'] as const) {
        if (settings[name] !== undefined) throw unsupported(name);
      }
      return new FetchPool(fetch, settings);
    },
  };
}

class FetchPool implements HttpPool {
  readonly #settings: HttpSettings;
  private readonly underWay = new Set<FetchExchange>();
  private closed = false;

  constructor(
    private readonly fetch: Fetch,
    settings: HttpSettings,
  ) {
    this.#settings = settings;
  }

  async send(attempt: HttpAttempt, signal: AbortSignal): Promise<HttpAnswer> {
    if (this.closed) throw new AttemptLost({ sent: false, answered: false }, new AttemptEnded('UND_ERR_DESTROYED'));
    const exchange = new FetchExchange(signal, this.#settings, () => this.underWay.delete(exchange));
    this.underWay.add(exchange);
    return exchange.send(this.fetch, attempt);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const exchange of this.underWay) exchange.abort(new AttemptEnded('UND_ERR_DESTROYED'));
  }
}

/** One request under way, and then its answer's body. */
class FetchExchange implements AnswerStream, AsyncIterator<Uint8Array, undefined> {
  private readonly controller = new AbortController();
  private reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  private isDone = false;
  /** Why it ended, where it was we who ended it. */
  private reason: unknown;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly signal: AbortSignal,
    private readonly settings: HttpSettings,
    private readonly ended: () => void,
  ) {
    if (signal.aborted) this.abort(signal.reason);
    else signal.addEventListener('abort', this.onAbort);
  }

  abort(reason: unknown): void {
    this.reason ??= reason;
    this.controller.abort(reason);
  }

  async send(fetch: Fetch, attempt: HttpAttempt): Promise<HttpAnswer> {
    const limitMs = this.settings.headersTimeoutMs ?? HEADERS_TIMEOUT_MS;
    const timer = setTimeout(() => this.abort(new AttemptEnded('UND_ERR_HEADERS_TIMEOUT')), limitMs);
    const { timeLimit } = attempt;
    if (timeLimit) this.timer = setTimeout(() => this.abort(new AttemptEnded('ATTEMPT_TIMEOUT')), timeLimit.ms);
    try {
      const response = await fetch(attempt.url.href, requestOf(attempt, this.controller.signal));
      this.reader = response.body?.getReader();
      if (this.reader === undefined) this.done();
      else if (timeLimit?.until === 'head') clearTimeout(this.timer);
      // A browser hides even the status of a redirect.
      return { status: response.status || 302, headers: headersOf(response), body: this };
    } catch (error) {
      this.done();
      const cause = this.reason ?? error;
      throw new AttemptLost({ sent: !isNeverSent(cause), answered: false }, cause);
    } finally {
      clearTimeout(timer);
    }
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.reader === undefined) return { done: true, value: undefined };
    const limitMs = this.settings.bodyIdleTimeoutMs ?? BODY_IDLE_TIMEOUT_MS;
    const timer = setTimeout(() => this.abort(new AttemptEnded('UND_ERR_BODY_TIMEOUT')), limitMs);
    try {
      const step = await this.reader.read();
      if (!step.done) return { done: false, value: step.value };
      this.done();
      return { done: true, value: undefined };
    } catch (error) {
      this.done();
      throw new AttemptLost({ sent: true, answered: true }, this.reason ?? error);
    } finally {
      clearTimeout(timer);
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.cancel();
    return { done: true, value: undefined };
  }

  cancel(): void {
    if (this.isDone) return;
    this.done();
    this.abort(new AttemptEnded('ANSWER_UNREAD'));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this;
  }

  private readonly onAbort = () => this.abort(this.signal.reason);

  private done(): void {
    if (this.isDone) return;
    this.isDone = true;
    clearTimeout(this.timer);
    this.signal.removeEventListener('abort', this.onAbort);
    this.ended();
  }
}

function requestOf(attempt: HttpAttempt, signal: AbortSignal): RequestInit {
  const { method, headers, body } = attempt;
  const init: RequestInit = { method, headers, signal, redirect: 'manual' };
  if (body === undefined) return init;
  // As bytes, because fetch gives a string a content type of its own.
  if (typeof body === 'string') return { ...init, body: Buffer.from(body) };
  if (ArrayBuffer.isView(body)) return { ...init, body };
  return { ...init, body: ReadableStream.from(body), duplex: 'half' };
}

function headersOf(response: Response): HttpHeaders {
  const result: Record<string, string> = Object.create(null);
  response.headers.forEach((value, name) => {
    const before = result[name];
    result[name] = before === undefined ? value : `${before}, ${value}`;
  });
  return result;
}

function unsupported(name: string): ConnectorError {
  return new ConnectorError({
    category: 'config',
    code: 'HTTP_SETTING_UNSUPPORTED',
    message: `http.${name} cannot be set where the host sends by a fetch of its own`,
    effect: 'none',
    retryable: false,
  });
}
