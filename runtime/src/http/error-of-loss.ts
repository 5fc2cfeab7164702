import { types } from 'node:util';
import { ConnectorError, type ErrorCategory, type ErrorInfo, isConnectorError } from '@connector-runtime/core';
import type { AttemptLost } from './http-transport.js';

interface Loss {
  readonly category: ErrorCategory;
  readonly code: string;
  /** Follows "POST https://host/path". */
  readonly what: string;
}

const UNKNOWN_CA: Loss = {
  category: 'config',
  code: 'TLS_FAILED',
  what: "failed: the server's certificate is signed by no authority that is trusted here; name its PEM file as http.caFile",
};
const NO_ROUTE: Loss = {
  category: 'unavailable',
  code: 'HOST_UNREACHABLE',
  what: 'failed: the host cannot be reached',
};
const RESET: Loss = {
  category: 'unavailable',
  code: 'CONNECTION_RESET',
  what: 'failed: the connection broke before an answer came',
};
const DNS: Loss = { category: 'unavailable', code: 'DNS_FAILED', what: "failed: the host's name was not found" };
const CONNECT_TIMEOUT: Loss = {
  category: 'timeout',
  code: 'CONNECT_TIMEOUT',
  what: 'failed: no connection within http.connectTimeoutMs',
};
const REQUEST_INVALID: Loss = {
  category: 'contract',
  code: 'REQUEST_INVALID',
  what: 'is no request that can be sent: check its method, headers and body',
};

/** By the codes of Node.js, OpenSSL and undici, which also stands behind the global fetch. */
const LOSSES: Readonly<Record<string, Loss>> = {
  ENOTFOUND: DNS,
  EAI_AGAIN: DNS,
  ECONNREFUSED: { category: 'unavailable', code: 'CONNECTION_REFUSED', what: 'failed: the connection was refused' },
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  EADDRNOTAVAIL: NO_ROUTE,
  ETIMEDOUT: CONNECT_TIMEOUT,
  UND_ERR_CONNECT_TIMEOUT: CONNECT_TIMEOUT,
  UND_ERR_HEADERS_TIMEOUT: {
    category: 'timeout',
    code: 'HEADERS_TIMEOUT',
    what: 'failed: no answer within http.headersTimeoutMs',
  },
  UND_ERR_BODY_TIMEOUT: {
    category: 'timeout',
    code: 'BODY_TIMEOUT',
    what: 'failed: the answer stood still for http.bodyIdleTimeoutMs',
  },
  ATTEMPT_TIMEOUT: {
    category: 'timeout',
    code: 'ATTEMPT_TIMEOUT',
    what: "failed: no whole answer within the request's timeoutMs",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  CERT_UNTRUSTED: UNKNOWN_CA,
  CERT_SIGNATURE_FAILURE: UNKNOWN_CA,
  CERT_HAS_EXPIRED: {
    category: 'config',
    code: 'TLS_FAILED',
    what: "failed: the server's certificate has expired; its owner must renew it (or this machine's date is wrong)",
  },
  CERT_NOT_YET_VALID: {
    category: 'config',
    code: 'TLS_FAILED',
    what: "failed: the server's certificate is not valid yet; check this machine's date",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    category: 'config',
    code: 'TLS_FAILED',
    what: "failed: the server's certificate is for another host name; check the address",
  },
  PROXY_REFUSED: {
    category: 'unavailable',
    code: 'PROXY_REFUSED',
    what: 'failed: the proxy would not connect; check http.proxy, http.noProxy and its credentials',
  },
  PROXY_LOST: {
    category: 'unavailable',
    code: 'PROXY_FAILED',
    what: 'failed: the proxy cannot be reached; check http.proxy',
  },
  UND_ERR_INVALID_ARG: REQUEST_INVALID,
  UND_ERR_NOT_SUPPORTED: REQUEST_INVALID,
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: REQUEST_INVALID,
  ERR_INVALID_ARG_TYPE: REQUEST_INVALID,
  UND_ERR_HEADERS_OVERFLOW: {
    category: 'protocol',
    code: 'ANSWER_MALFORMED',
    what: 'failed: the answer has too large a head',
  },
  UND_ERR_DESTROYED: { category: 'cancelled', code: 'SHUTDOWN', what: 'was ended: the connection was closed' },
};

const CUT: Loss = {
  category: 'unavailable',
  code: 'ANSWER_CUT',
  what: 'failed: the answer broke off before its end',
};
const MALFORMED: Loss = {
  category: 'protocol',
  code: 'ANSWER_MALFORMED',
  what: 'failed: what came back is no HTTP answer',
};
const TLS: Loss = {
  category: 'config',
  code: 'TLS_FAILED',
  what: 'failed: no TLS connection could be agreed on; the address may not speak TLS 1.2 or newer, or the client certificate is refused',
};

const PEM: Loss = {
  category: 'config',
  code: 'TLS_FAILED',
  what: 'failed: http.caFile, http.certFile or http.keyFile holds no PEM that can be used, or key and certificate do not match',
};

/** Codes of failures that come before the first byte of a request can have left. */
const NEVER_SENT = new Set([
  ...[
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_INVALID_ARG',
  ],
  ...Object.keys(LOSSES).filter((code) => LOSSES[code]?.code === 'TLS_FAILED'),
]);

/** Whether the cause alone proves that nothing was sent: for transports that cannot see the moment of sending. */
export function isNeverSent(cause: unknown): boolean {
  return isUnstatable(cause) || NEVER_SENT.has(codeOf(cause) ?? '');
}

/** What a lost attempt says of its request. The error of a body that could not be given is that body's own. */
export function errorOfLoss(request: string, lost: AttemptLost, isRead: boolean): ErrorInfo {
  const { cause } = lost;
  if (isConnectorError(cause)) return cause.info;
  const loss = lossOf(lost);
  return {
    category: loss.category,
    code: loss.code,
    message: `${request} ${loss.what}`,
    effect: isRead || !lost.sent ? 'none' : 'unknown',
    retryable: loss.category === 'unavailable' || loss.category === 'timeout' || loss === MALFORMED,
  };
}

/** The cause of an error that a person reads: name, message and code, without the objects that libraries hang on it (sockets, bytes of an answer). */
export function scrubbedCause(cause: unknown, redact: (text: string) => string): Error {
  const root = rootOf(cause);
  const text = types.isNativeError(root)
    ? `${root.name}: ${root.message}`
    : `what was thrown is no error (type ${typeof root})`;
  const scrubbed = new Error(redact(text));
  const code = codeOf(root);
  return code === undefined ? scrubbed : Object.assign(scrubbed, { code });
}

function lossOf(lost: AttemptLost): Loss {
  const code = codeOf(lost.cause);
  const known = code === undefined ? undefined : LOSSES[code];
  if (known) return known;
  if (isMalformed(lost.cause)) return MALFORMED;
  if (code !== undefined && /^ERR_OSSL_(PEM|ASN1|X509|EVP|UNSUPPORTED)/.test(code)) return PEM;
  if (code?.startsWith('ERR_SSL_') === true || code?.startsWith('ERR_OSSL_') === true || code === 'EPROTO') return TLS;
  if (lost.answered) return CUT;
  if (isUnstatable(lost.cause)) return REQUEST_INVALID;
  return RESET;
}

/** Undici's error has a code only for some of the parser's findings. */
function isMalformed(thrown: unknown): boolean {
  const root = rootOf(thrown);
  return types.isNativeError(root) && root.name === 'HTTPParserError';
}

/** How fetch refuses a request that it cannot state; one that it lost on the way has a cause. */
function isUnstatable(thrown: unknown): boolean {
  return types.isNativeError(thrown) && thrown.name === 'TypeError' && thrown.cause === undefined && !hasCode(thrown);
}

/** The code of the innermost error: fetch wraps what undici threw, and undici what the socket met. */
function codeOf(thrown: unknown): string | undefined {
  const root = rootOf(thrown);
  const code = typeof root === 'object' && root !== null ? (root as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function rootOf(thrown: unknown): unknown {
  let error = thrown;
  for (let depth = 0; depth < 5; depth++) {
    // Not by `instanceof`: what Node.js itself throws is of another realm where a host runs in one of its own.
    if (!types.isNativeError(error) || isConnectorError(error)) return error;
    if (hasCode(error) || error.cause === undefined) return error;
    error = error.cause;
  }
  return error;
}

function hasCode(error: Error): boolean {
  return typeof (error as { code?: unknown }).code === 'string';
}

/** An abort's reason as an error of the request: `unknown` where a write may have arrived. */
export function errorOfAbort(reason: unknown, effect: ErrorInfo['effect'], attempts: number): ConnectorError {
  const info: ErrorInfo = isConnectorError(reason)
    ? reason.info
    : { category: 'cancelled', code: 'CANCELLED', message: 'the call was cancelled', effect, retryable: false };
  return new ConnectorError({ ...info, effect, attempts }, { cause: reason });
}
