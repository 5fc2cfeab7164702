import type { HttpHeaders } from '@connector-runtime/core';
import {
  type AnswerStream,
  AttemptLost,
  type HttpAnswer,
  type HttpAttempt,
  type HttpPool,
  type HttpSettings,
  type HttpTransport,
  undiciTransport,
} from '@connector-runtime/runtime';
import type { SeenRequest } from '../subject.js';
import type { LentClock } from './lent-clock.js';

const DEFAULT_HEADERS_TIMEOUT_MS = 120_000;
const DEFAULT_BODY_IDLE_TIMEOUT_MS = 60_000;
/** A slow body gives one byte in so many milliseconds: less than any limit of idleness. */
const SLOW_BYTE_MS = 10_000;

/** What the lent transport does to a request. */
export type Fault =
  /** Not sent: the connection is refused. */
  | { readonly kind: 'refuse'; readonly code?: 'ECONNREFUSED' | 'ENOTFOUND' | 'CERT_HAS_EXPIRED' }
  /** Sent and applied; the answer is lost. */
  | { readonly kind: 'lose' }
  /** Sent; the answer breaks off after so many bytes of its body. */
  | { readonly kind: 'cut'; readonly at: number }
  /** Sent; no answer ever comes. */
  | { readonly kind: 'hang' }
  /** Sent after a wait, by the lent clock. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Sent; the answer's body comes one byte every ten seconds. */
  | { readonly kind: 'slow body' }
  /** The first that it meets is sent; its answer is given to every later one. */
  | { readonly kind: 'replay' }
  /** Sent; the answer's body comes one byte at a time. */
  | { readonly kind: 'split' }
  /** Not sent: answered in the service's place. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: HttpHeaders;
      readonly body?: string | AsyncIterable<Uint8Array>;
    };

/** A request that was sent, or would have been. */
export interface SentRequest extends SeenRequest {
  readonly url: URL;
  readonly headers: HttpHeaders;
  /** By the lent clock. */
  readonly atEpochMs: number;
  /** What the service, or a fault in its place, answered; absent: no answer came. */
  status?: number;
  /** The answer's body was read to its end, or cancelled. */
  isSettled: boolean;
}

/** Does the fault meet this request? Asked once for each, in the order they are sent. */
export type FaultAim = (request: Pick<SeenRequest, 'method' | 'path'>) => boolean;

/** The transport that the suite lends a plugin's runtime: sends for real, keeps every request, and brings faults about where aimed. */
export class LentTransport implements HttpTransport {
  readonly requests: SentRequest[] = [];
  /** The most requests that were under way at once. */
  mostInFlight = 0;
  private inFlight = 0;
  private hanging = 0;
  private kept:
    | { readonly status: number; readonly headers: HttpHeaders; readonly pieces: readonly Uint8Array[] }
    | undefined;
  private readonly inner = undiciTransport();
  private readonly faults: { readonly fault: Fault; readonly aim: FaultAim }[] = [];
  readonly givesEncoded = this.inner.givesEncoded;

  /** `clock` is asked for when the first wait comes: it needs to know of this transport itself. `onSent` hears of each request once its fate is known. */
  constructor(
    private readonly clock: () => LentClock,
    private readonly onSent: (request: SentRequest, fault: Fault['kind'] | undefined) => void,
  ) {}

  /** Requests under way, those that hang among them. */
  get inFlightNow(): number {
    return this.inFlight;
  }

  /** Is a request under way that will be answered? */
  get isBusy(): boolean {
    return this.inFlight > this.hanging;
  }

  addFault(fault: Fault, aim: FaultAim): void {
    this.faults.push({ fault, aim });
  }

  clearFaults(): void {
    this.faults.length = 0;
  }

  open(settings: HttpSettings): HttpPool {
    const pool = this.inner.open(settings);
    return {
      send: async (attempt, signal) => {
        this.inFlight += 1;
        this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
        try {
          return await this.send(pool, attempt, signal, settings);
        } finally {
          this.inFlight -= 1;
        }
      },
      close: () => pool.close(),
    };
  }

  private async send(
    pool: HttpPool,
    attempt: HttpAttempt,
    signal: AbortSignal,
    settings: HttpSettings,
  ): Promise<HttpAnswer> {
    const { method, url, headers } = attempt;
    const path = `${url.pathname}${url.search}`;
    const fault = this.faults.filter(({ aim }) => aim({ method, path }))[0]?.fault;
    // A request is one once its body is whole: what broke off before was never made.
    const body = fault?.kind === 'refuse' ? new Uint8Array() : await bytesOf(attempt.body, signal);
    const request: SentRequest = { method, url, headers, path, body, atEpochMs: this.clock().now(), isSettled: true };
    this.requests.push(request);
    if (fault !== undefined) this.onSent(request, fault.kind);
    if (fault?.kind === 'refuse') throw lost(false, fault.code ?? 'ECONNREFUSED');
    if (fault?.kind === 'delay') await this.wait(fault.ms, signal, false);
    if (fault?.kind === 'status') return this.counted(request, answerInPlace(fault));
    if (fault?.kind === 'replay')
      return this.counted(
        request,
        await this.replayed(() => pool.send({ ...attempt, ...(attempt.body === undefined ? {} : { body }) }, signal)),
      );
    const answer = await pool.send({ ...attempt, ...(attempt.body === undefined ? {} : { body }) }, signal);
    switch (fault?.kind) {
      case 'lose':
        // Read to its end: the service has applied the request by then.
        for await (const _ of answer.body);
        throw lost(true, 'ECONNRESET');
      case 'hang':
        for await (const _ of answer.body);
        await this.wait(attempt.timeLimit?.ms ?? settings.headersTimeoutMs ?? DEFAULT_HEADERS_TIMEOUT_MS, signal, true);
        throw lost(true, attempt.timeLimit === undefined ? 'UND_ERR_HEADERS_TIMEOUT' : 'ATTEMPT_TIMEOUT');
      case 'split':
        return this.counted(request, { ...answer, body: streamOf(byBytes(answer.body), answer.body) });
      case 'cut':
        return this.counted(request, { ...answer, body: streamOf(cutAt(answer.body, fault.at), answer.body) });
      case 'slow body': {
        const idleMs = settings.bodyIdleTimeoutMs ?? DEFAULT_BODY_IDLE_TIMEOUT_MS;
        return this.counted(request, {
          ...answer,
          body: streamOf(this.slowed(answer.body, attempt, idleMs, signal), answer.body),
        });
      }
      default:
        return this.counted(request, answer);
    }
  }

  /** Keeps the answer's status, and whether its body was read or cancelled. */
  private counted(request: SentRequest, answer: HttpAnswer): HttpAnswer {
    request.status = answer.status;
    this.onSent(request, undefined);
    request.isSettled = false;
    const body = {
      [Symbol.asyncIterator]: () => this.read(answer.body, request),
      cancel: () => {
        request.isSettled = true;
        answer.body.cancel();
      },
    };
    return { ...answer, body };
  }

  private async *read(body: AnswerStream, request: SentRequest): AsyncGenerator<Uint8Array> {
    const pieces = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.inFlight += 1;
        const step = await pieces.next().finally(() => {
          this.inFlight -= 1;
        });
        if (step.done) return;
        yield step.value;
      }
    } finally {
      request.isSettled = true;
    }
  }

  private async replayed(send: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    if (this.kept === undefined) {
      const { status, headers, body } = await send();
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(piece);
      this.kept = { status, headers, pieces };
    }
    const { status, headers, pieces } = this.kept;
    async function* again(): AsyncGenerator<Uint8Array> {
      yield* pieces;
    }
    return {
      status,
      headers,
      body: { [Symbol.asyncIterator]: again, cancel: () => undefined },
    };
  }

  private async *slowed(
    body: AnswerStream,
    attempt: HttpAttempt,
    idleMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const clock = this.clock();
    const limitMs = attempt.timeLimit?.until === 'end' ? clock.now() + attempt.timeLimit.ms : Number.POSITIVE_INFINITY;
    for await (const piece of body) {
      for (const byte of piece) {
        await this.wait(Math.min(SLOW_BYTE_MS, idleMs, limitMs - clock.now()), signal, true);
        if (clock.now() >= limitMs) throw lost(true, 'ATTEMPT_TIMEOUT', true);
        if (SLOW_BYTE_MS >= idleMs) throw lost(true, 'UND_ERR_BODY_TIMEOUT', true);
        yield Uint8Array.of(byte);
      }
    }
  }

  private async wait(ms: number, signal: AbortSignal, isHanging: boolean): Promise<void> {
    this.hanging += 1;
    try {
      await this.clock().sleep(ms, signal);
    } catch (reason) {
      throw new AttemptLost({ sent: isHanging, answered: false }, reason);
    } finally {
      this.hanging -= 1;
    }
  }
}

function lost(sent: boolean, code: string, answered = false): AttemptLost {
  return new AttemptLost({ sent, answered }, Object.assign(new Error(code), { code }));
}

function answerInPlace({ status, headers, body }: Extract<Fault, { kind: 'status' }>): HttpAnswer {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    if (typeof body === 'string') yield Buffer.from(body);
    else if (body !== undefined) yield* body;
  }
  return {
    status,
    headers: { 'content-type': 'text/plain', ...headers },
    body: { [Symbol.asyncIterator]: pieces, cancel: () => undefined },
  };
}

function streamOf(pieces: AsyncGenerator<Uint8Array>, original: AnswerStream): AnswerStream {
  return { [Symbol.asyncIterator]: () => pieces, cancel: () => original.cancel() };
}

async function* byBytes(body: AnswerStream): AsyncGenerator<Uint8Array> {
  for await (const piece of body) for (const byte of piece) yield Uint8Array.of(byte);
}

async function* cutAt(body: AnswerStream, at: number): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const piece of body) {
    if (given + piece.length > at) {
      if (at > given) yield piece.subarray(0, at - given);
      body.cancel();
      throw lost(true, 'ECONNRESET', true);
    }
    given += piece.length;
    yield piece;
  }
}

async function bytesOf(body: HttpAttempt['body'], signal: AbortSignal): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) {
    if (signal.aborted) throw new AttemptLost({ sent: false, answered: false }, signal.reason);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
