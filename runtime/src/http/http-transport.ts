import type { HttpHeaders } from '@connector-runtime/core';

/** The environment's `HTTPS_PROXY` and `NO_PROXY`. */
export interface ProxyEnvironment {
  readonly proxy?: string;
  readonly noProxy?: string;
}

/** How a connection reaches its service. Contents, not paths; every number has a default. */
export interface HttpSettings {
  /** Address of a proxy for all calls, such as `http://user:password@proxy:3128`; empty: none, whatever the environment says. */
  readonly proxy?: string;
  /** Hosts that are reached without it, comma-separated: `internal.example,.corp.example:8443`. */
  readonly noProxy?: string;
  /** What holds where `proxy` or `noProxy` is absent. */
  readonly environment?: ProxyEnvironment;
  /** PEM of certificate authorities that are trusted besides the usual ones. */
  readonly ca?: string;
  /** PEM of the client's own certificate, with `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** Until the socket, TLS included, stands. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** From the request's last byte to the answer's head. Default 120,000. */
  readonly headersTimeoutMs?: number;
  /** Between two pieces of an answer's body. Default 60,000. */
  readonly bodyIdleTimeoutMs?: number;
}

export const CONNECT_TIMEOUT_MS = 10_000;
export const HEADERS_TIMEOUT_MS = 120_000;
export const BODY_IDLE_TIMEOUT_MS = 60_000;

/** One sending of a request. */
export interface HttpAttempt {
  readonly method: string;
  readonly url: URL;
  readonly headers: HttpHeaders;
  /** An iterable is asked for its first piece when the head has left. */
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
  /** Of this attempt, besides the pool's own limits: up to the answer's head, or to the end of its body. */
  readonly timeLimit?: { readonly ms: number; readonly until: 'head' | 'end' };
}

/** An answer's head, and its body as it comes. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: AnswerStream;
}

/** To be read once, to its end or until `cancel`; until then it holds a socket. Ends with an {@link AttemptLost} where the answer is cut. */
export interface AnswerStream extends AsyncIterable<Uint8Array> {
  /** Destroys the socket of an answer that was not read to its end; else does nothing. */
  cancel(): void;
}

/** Makes the attempts of one connection. Knows nothing of repeats, egress rules or categories of errors. */
export interface HttpPool {
  /** Resolves with the answer's head, whatever its status; no redirect is followed. Rejects with {@link AttemptLost}, promptly when the signal aborts. */
  send(attempt: HttpAttempt, signal: AbortSignal): Promise<HttpAnswer>;
  /** Cuts what is under way and lets go of all sockets. Idempotent. */
  close(): Promise<void>;
}

/** A way to send HTTP requests. */
export interface HttpTransport {
  /** Answers come as they were sent, so that a compressed one can be checked to its end; false: the transport decodes them unasked. */
  readonly givesEncoded: boolean;
  /** Does no I/O. */
  open(settings: HttpSettings): HttpPool;
}

/** An attempt that brought no answer, or a part of one. `cause` is what the transport met. */
export class AttemptLost extends Error {
  /** False: nothing of the request can have reached the service. */
  readonly sent: boolean;
  /** The answer's head had come. */
  readonly answered: boolean;

  constructor(facts: { readonly sent: boolean; readonly answered: boolean }, cause: unknown) {
    super('the attempt was lost', { cause });
    this.name = 'AttemptLost';
    this.sent = facts.sent;
    this.answered = facts.answered;
  }
}

/** A limit or an end that we set ourselves, under the codes that undici has for its own. */
export class AttemptEnded extends Error {
  constructor(
    readonly code:
      | 'ATTEMPT_TIMEOUT'
      | 'UND_ERR_HEADERS_TIMEOUT'
      | 'UND_ERR_BODY_TIMEOUT'
      | 'UND_ERR_DESTROYED'
      | 'ANSWER_UNREAD',
  ) {
    super(code);
    this.name = 'AttemptEnded';
  }
}
