/**
 * What a caller can do about an error. A host gives each HTTP status its category:
 *
 * 400, 422 `validation` · 401 `auth` · 403 `permission` · 404, 410 `notFound` · 409, 412 `conflict` · 413, 414, 431 `tooLarge` ·
 * 405, 415, 501 `unsupported` · 429 `rateLimit` · 3xx `protocol` · 408 and every other 5xx `unavailable`; and without an answer:
 * refused, reset, DNS `unavailable` · TLS `config` · a time limit `timeout`.
 *
 * `permission` is a right on this record or field; one that the whole connection lacks is `auth`.
 * `quota` is an allowance used up for long (a day's calls); `rateLimit` passes within seconds or minutes.
 * `contract` is a plugin's breach of this contract, `internal` a defect: of the plugin or of the runtime.
 */
export type ErrorCategory =
  | 'config'
  | 'auth'
  | 'permission'
  | 'notFound'
  | 'conflict'
  | 'validation'
  | 'tooLarge'
  | 'rateLimit'
  | 'quota'
  | 'unavailable'
  | 'timeout'
  | 'cancelled'
  | 'protocol'
  | 'unsupported'
  | 'contract'
  | 'internal';

/**
 * What is known of an error; plain JSON, so that it can be logged, written to a file and sent to another process.
 * Its category follows the answer's status by the table at {@link ErrorCategory}; the status of a document that ends by it is {@link statusOfError}'s.
 */
export interface ErrorInfo {
  /** What a caller does about it. */
  readonly category: ErrorCategory;
  /** What happened: stable and public, `^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`, such as `SALESFORCE_INVALID_SESSION_ID`. */
  readonly code: string;
  /** For people; free to improve. Names what failed, the value and the rule. Never a secret, never markup of an answer. */
  readonly message: string;
  /** What the failed step may have done to the service: `none` is a claim that nothing was applied. Effect `none` for 3xx, for 4xx but a write answered 408, 420 or 425, for reads and for what never left, else `unknown`. */
  readonly effect: 'none' | 'unknown';
  /** May the same thing succeed later, unchanged? */
  readonly retryable: boolean;
  /** Milliseconds that the service asked to wait. */
  readonly retryAfterMs?: number;
  /** JSON pointer to the property, or path in the document. */
  readonly path?: string;
  /** The step that failed, in the operation's own words: "create", "bulk upload". */
  readonly step?: string;
  /** How often the request was sent. */
  readonly attempts?: number;
  /** What the service itself said of it. */
  readonly service?: {
    readonly httpStatus?: number;
    readonly code?: string;
    readonly requestId?: string;
    readonly jobId?: string;
  };
}

const BRAND = Symbol.for('connector-runtime:error');

/**
 * The one error class of plugins and runtime. Recognise it with {@link isConnectorError}, never with `instanceof`: a plugin may bring its own copy of this package.
 * `message` equals `info.message`; `cause` keeps what it was made from.
 */
export class ConnectorError extends Error {
  readonly info: ErrorInfo;

  constructor(info: ErrorInfo, options?: { readonly cause?: unknown }) {
    super(info.message, options);
    this.name = 'ConnectorError';
    this.info = Object.freeze({ ...info });
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** True for a {@link ConnectorError} of any copy of this package. */
export function isConnectorError(value: unknown): value is ConnectorError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}
