import type { ErrorCategory, ErrorInfo, HttpHeaders } from '@connector-runtime/core';
import { retryAfterMsOf } from './retry-after.js';

const CATEGORIES: Readonly<Record<number, ErrorCategory>> = {
  400: 'validation',
  401: 'auth',
  403: 'permission',
  404: 'notFound',
  405: 'unsupported',
  406: 'unsupported',
  407: 'config',
  408: 'unavailable',
  409: 'conflict',
  410: 'notFound',
  412: 'conflict',
  413: 'tooLarge',
  414: 'tooLarge',
  415: 'unsupported',
  420: 'rateLimit',
  422: 'validation',
  423: 'conflict',
  425: 'unavailable',
  426: 'unsupported',
  428: 'conflict',
  429: 'rateLimit',
  431: 'tooLarge',
  501: 'unsupported',
};

/** Below 500, yet no proof that a write was refused before it was carried out: a gateway may have waited for it no longer, or a service begun it. */
const UNPROVEN_STATUSES = new Set([408, 420, 425]);

const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-correlation-id'];

/** The category of an answer that is not 2xx, by the contract's table. */
export function categoryOfStatus(status: number): ErrorCategory {
  if (status < 400) return 'protocol';
  return CATEGORIES[status] ?? (status < 500 ? 'validation' : 'unavailable');
}

/** Whether an error of this category usually passes by itself. */
export function passesByItself(category: ErrorCategory): boolean {
  return category === 'unavailable' || category === 'rateLimit' || category === 'timeout';
}

/** What an answer that is not 2xx says of its request, before `judge` corrects it. `request` is shown: "POST https://host/path". */
export function errorOfStatus(
  request: string,
  answer: { readonly status: number; readonly headers: HttpHeaders },
  isRead: boolean,
  nowEpochMs: number,
): ErrorInfo {
  const { status, headers } = answer;
  const category = categoryOfStatus(status);
  const retryAfterMs = retryAfterMsOf(headers, nowEpochMs);
  const requestId = requestIdOf(headers);
  const isRedirect = status < 400 && headers['location'] !== undefined;
  return {
    category,
    code: isRedirect ? 'REDIRECTED' : `HTTP_${status}`,
    message: isRedirect
      ? `${request} was redirected (${status}) to ${originOf(headers['location'])}; redirects are not followed`
      : `${request} was answered ${status}`,
    effect: isRead || (status < 500 && !UNPROVEN_STATUSES.has(status)) ? 'none' : 'unknown',
    retryable: passesByItself(category),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    service: { httpStatus: status, ...(requestId !== undefined && { requestId }) },
  };
}

function requestIdOf(headers: HttpHeaders): string | undefined {
  const name = REQUEST_ID_HEADERS.find((candidate) => headers[candidate] !== undefined);
  const value = name === undefined ? undefined : headers[name];
  return value !== undefined && /^[\w.:+/=-]{1,128}$/.test(value) ? value : undefined;
}

function originOf(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return 'another path of the same origin';
  const { origin, protocol } = new URL(location);
  return origin === 'null' ? `a ${protocol} address` : origin;
}
