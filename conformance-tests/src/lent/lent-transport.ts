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
import type { LentClock } from './lent-clock.js';
import { type CarriedRequest, type Fault, Traffic } from './traffic.js';

const DEFAULT_HEADERS_TIMEOUT_MS = 120_000;
const DEFAULT_BODY_IDLE_TIMEOUT_MS = 60_000;
/** Of undici: https://undici.nodejs.org/#/docs/api/Client.md (`maxHeaderSize`). */
const MAX_HEADER_CHARACTERS = 16 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
/** A slow body gives one byte in so many milliseconds: less than any limit of idleness. */
const SLOW_BYTE_MS = 10_000;

/** A request of a plugin that uses the lent transport. */
export interface SentRequest extends CarriedRequest {
  readonly url: URL;
  readonly headers: HttpHeaders;
  /** What the service, or a fault in its place, answered; absent: no answer came. */
  status?: number;
  /** The answer's body was read to its end, or cancelled. */
  isSettled: boolean;
}

/** The transport that the suite lends a plugin's runtime: sends for real, keeps every request, and brings faults about where aimed. */
export class LentTransport extends Traffic<SentRequest> implements HttpTransport {
  private kept:
    | { readonly status: number; readonly headers: HttpHeaders; readonly pieces: readonly Uint8Array[] }
    | undefined;
  private readonly inner = undiciTransport();
  readonly givesEncoded = this.inner.givesEncoded;

  /** `onSent` hears of each request once its fate is known. */
  constructor(
    clock: () => LentClock,
    private readonly onSent: (request: SentRequest, fault: Fault['kind'] | undefined) => void,
  ) {
    super(clock);
  }

  open(settings: HttpSettings): HttpPool {
    const pool = this.inner.open(settings);
    return {
      send: (attempt, signal) => this.underWay(() => this.send(pool, attempt, signal, settings)),
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
    const fault = this.faultFor({ method, path, body: plainBytes(attempt.body) });
    // A request is one once its body is whole: what broke off before was never made.
    const body = fault?.kind === 'refuse' ? new Uint8Array() : await bytesOf(attempt.body, signal);
    const request: SentRequest = { method, url, headers, path, body, atEpochMs: this.clock().now(), isSettled: true };
    this.requests.push(request);
    // An answer is told of when it is there.
    if (fault !== undefined && !isAnswered(fault)) this.onSent(request, fault.kind);
    if (fault?.kind === 'refuse') throw lost(false, fault.code ?? 'ECONNREFUSED');
    if (fault?.kind === 'delay') await this.held(fault.ms, signal, false);
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
        await this.held(attempt.timeLimit?.ms ?? settings.headersTimeoutMs ?? DEFAULT_HEADERS_TIMEOUT_MS, signal, true);
        throw lost(true, attempt.timeLimit === undefined ? 'UND_ERR_HEADERS_TIMEOUT' : 'ATTEMPT_TIMEOUT');
      case 'split':
        return this.counted(request, { ...answer, body: streamOf(byBytes(answer.body), answer.body) });
      case 'other body':
        for await (const _ of answer.body);
        return this.counted(
          request,
          answerInPlace({ status: answer.status, ...fault, kind: 'status', headers: JSON_TYPE }),
        );
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
        const step = await this.underWay(() => pieces.next());
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
        await this.held(Math.min(SLOW_BYTE_MS, idleMs, limitMs - clock.now()), signal, true);
        if (clock.now() >= limitMs) throw lost(true, 'ATTEMPT_TIMEOUT', true);
        if (SLOW_BYTE_MS >= idleMs) throw lost(true, 'UND_ERR_BODY_TIMEOUT', true);
        yield Uint8Array.of(byte);
      }
    }
  }

  private async held(ms: number, signal: AbortSignal, isSent: boolean): Promise<void> {
    try {
      await this.wait(ms, signal);
    } catch (reason) {
      throw new AttemptLost({ sent: isSent, answered: false }, reason);
    }
  }
}

function lost(sent: boolean, code: string, answered = false): AttemptLost {
  return new AttemptLost({ sent, answered }, Object.assign(new Error(code), { code }));
}

function answerInPlace({ status, headers = {}, body }: Extract<Fault, { kind: 'status' }>): HttpAnswer {
  // As a client over sockets does.
  if (Object.values(headers).some((value) => value.length > MAX_HEADER_CHARACTERS))
    throw lost(true, 'UND_ERR_HEADERS_OVERFLOW', true);
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

/** Does an answer come all the same? */
function isAnswered({ kind }: Fault): boolean {
  return kind !== 'refuse' && kind !== 'lose' && kind !== 'hang';
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

/** Of a stream none: it is not read before it is known whether anything is sent. */
function plainBytes(body: HttpAttempt['body']): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? body : new Uint8Array();
}

async function bytesOf(body: HttpAttempt['body'], signal: AbortSignal): Promise<Uint8Array> {
  if (typeof body !== 'object' || body instanceof Uint8Array) return plainBytes(body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) {
    if (signal.aborted) throw new AttemptLost({ sent: false, answered: false }, signal.reason);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
