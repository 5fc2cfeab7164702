import type { Body } from './document.js';
import type { ErrorInfo } from './errors.js';
import type { Json } from './json.js';

/** A password, token or key. `toString`, `toJSON` and `util.inspect` print `[secret]`; only `reveal` gives the text. Reveal at the place of use and keep no copy. */
export interface Secret {
  reveal(): string;
}

/** Names in lower case. A name that an answer repeats has its values joined by `, `. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** One request, as the plugin states it; the host decides from `effect` how often it is sent. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute. Its origin must match the manifest's `egress`, else `EGRESS_REFUSED` (`config`, effect `none`) and nothing is sent. */
  readonly url: string;
  /** A function is asked before each attempt, so that a repeat carries a renewed token. It and `judge` may `send` themselves: the request holds no place of the connection's concurrency then. */
  readonly headers?: HttpHeaders | (() => HttpHeaders | Promise<HttpHeaders>);
  /** A body that is not repeatable makes the request one that is sent at most once after its first byte left. */
  readonly body?: Body | Uint8Array | string;
  /**
   * On the service. `none`: a read. `repeatable`: a write that may be sent again after any loss. `once`: again only if it provably never arrived or was
   * refused before execution. From this the host decides on repeats and states the error's `effect`.
   */
  readonly effect: 'none' | 'repeatable' | 'once';
  /** Limit of one attempt, milliseconds; the call's deadline holds anyway. */
  readonly timeoutMs?: number;
  /** How far the answer is read before `send` resolves. `whole` (default, bounded) and `spool` (on disk): a cut answer is a failed attempt. `stream`: read it, or it is cut when the call ends. */
  readonly answer?: 'whole' | 'spool' | 'stream';
  /**
   * Called on an answer that is not 2xx (its body holds the first 64 KiB): `'accept'` hands it to the caller; otherwise corrects the error that the status suggests.
   * `retryable` with effect `none` is repeated whatever the request's effect. May renew the session first. `attempt` counts from 1.
   */
  judge?(answer: HttpResponse, attempt: number): 'accept' | Partial<ErrorInfo> | Promise<'accept' | Partial<ErrorInfo>>;
}

/** An answer that is 2xx or was accepted. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Body;
  /** What attempts before this one may have done; a 404 for a repeated delete means "done" only after `unknown`. */
  readonly earlier: 'none' | 'unknown';
}

/**
 * The connection's own HTTP. Pooling, proxy, TLS, egress rule, size limits, deadlines, repeats, their budget, redaction and tracing are the host's. Redirects are never followed.
 * Resolves with a 2xx or accepted answer; all else is a `ConnectorError` that knows its effect.
 */
export interface HttpClient {
  send(request: HttpRequest, context: CallContext): Promise<HttpResponse>;
}

/** Takes what people should read. Known secrets are struck out. `warn` is also counted and listed in the execution's summary: the way to say what is no document's fault. */
export interface Logger {
  debug(message: string, data?: object): void;
  info(message: string, data?: object): void;
  warn(message: string, data?: object): void;
  error(message: string, data?: object): void;
}

/** Time and chance, lent so that a test can own them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Settles after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 <= x < 1. */
  random(): number;
}

/** For what may be forgotten, such as describes. Keys are this connection's own: the host keeps connections and plugins apart. */
export interface Cache {
  /** `undefined` where nothing is kept, or what was kept has expired. */
  get(key: string): Promise<Json | undefined>;
  /** Replaces what was kept; `ttlMs` of 0 or less keeps nothing. */
  set(key: string, value: Json, ttlMs: number): Promise<void>;
}

/** Compare-and-set, so that two processes can share a rotating token. Keys are this connection's own. */
export interface CredentialStore {
  /** `undefined` where nothing is stored. */
  get(key: string): Promise<{ readonly value: Secret; readonly revision: number } | undefined>;
  /** Stores only if the stored revision is still `ifRevision` (0: nothing is stored yet); false if it is not. Durable once it resolves. */
  put(key: string, value: string, ifRevision: number): Promise<boolean>;
}

/** Bounded scratch space, gone with the execution: turns a stream into a repeatable body. `SPOOL_FULL` (`tooLarge`) past the bound. */
export interface Spool {
  write(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, mediaType: string): Promise<Body>;
}

/** How much of an allowance of the service is used up. */
export interface Usage {
  readonly used: number;
  readonly allowed: number;
}

/** Takes what the service tells of its allowances. The last word on each stands in the summary of the execution and in a metric of the host. */
export interface Meter {
  /** `name` is a constant of the plugin, in plain words: `API calls of this day`. */
  note(name: string, usage: Usage): void;
}

/** What belongs to a call; what belongs to the connection is injected. */
export interface CallContext {
  /** Aborts on cancel, deadline or shutdown. `signal.reason` is always a `ConnectorError`: `cancelled` (`CANCELLED`, `SHUTDOWN`, `HOST_LEFT`) or `timeout` (`DEADLINE`). Hand it to every wait. */
  readonly signal: AbortSignal;
  /** When the signal aborts at the latest, in milliseconds since 1970: a wait beyond it is in vain. */
  readonly deadlineEpochMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}
