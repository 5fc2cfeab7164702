import type { ErrorInfo } from '@connector-runtime/core';

/** What is known of one of the service's error codes; what is absent follows from the HTTP status. */
export type CodeMeaning = Pick<Partial<ErrorInfo>, 'category' | 'retryable' | 'effect'>;

/** The session is not accepted, whatever the status says: renewing it may help. */
const SESSION_CODES = new Set(['INVALID_SESSION_ID', 'INVALID_AUTH_HEADER', 'BAD_OAUTH_TOKEN']);

/** Refused before anything was done: also a create may go again. */
const REFUSED_FOR_NOW = { retryable: true, effect: 'none' } as const;

const MEANINGS: ReadonlyMap<string, CodeMeaning> = new Map<string, CodeMeaning>([
  ['API_CURRENTLY_DISABLED', { category: 'auth' }],
  ['API_DISABLED_FOR_ORG', { category: 'auth' }],
  ['INVALID_OPERATION_WITH_EXPIRED_PASSWORD', { category: 'auth' }],
  ['ORG_LOCKED', { category: 'auth' }],
  ['FUNCTIONALITY_NOT_ENABLED', { category: 'unsupported' }],
  ['UNSUPPORTED_API_VERSION', { category: 'config' }],
  ['STORAGE_LIMIT_EXCEEDED', { category: 'quota' }],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', { category: 'validation' }],
  ['DUPLICATE_VALUE', { category: 'conflict' }],
  ['DUPLICATES_DETECTED', { category: 'conflict' }],
  ['DUPLICATE_EXTERNAL_ID', { category: 'conflict' }],
  ['ENTITY_IS_DELETED', { category: 'notFound' }],
  ['INVALID_CROSS_REFERENCE_KEY', { category: 'notFound' }],
  ['DELETE_FAILED', { category: 'conflict' }],
  ['INSUFFICIENT_ACCESS', { category: 'permission' }],
  ['INSUFFICIENT_ACCESS_OR_READONLY', { category: 'permission' }],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', { category: 'permission' }],
  ['INVALID_QUERY_LOCATOR', { category: 'unavailable', retryable: false }],
  ['QUERY_TIMEOUT', { category: 'timeout', retryable: false }],
  ['ALL_OR_NONE_OPERATION_ROLLED_BACK', { category: 'conflict' }],
  ['UNABLE_TO_LOCK_ROW', { category: 'conflict', ...REFUSED_FOR_NOW }],
  ['SERVER_UNAVAILABLE', { category: 'unavailable' }],
]);

export function isSessionCode(code: string): boolean {
  return SESSION_CODES.has(code.toUpperCase());
}

/** Does the service say that the record is gone already? */
export function isGoneCode(code: string): boolean {
  return code === 'NOT_FOUND' || code === 'ENTITY_IS_DELETED';
}

/** What a code means beside its HTTP status. The one code for two limits is told apart by its text: the daily allowance is used up for long, calls at once pass. */
export function meaningOf(code: string, message: string): CodeMeaning {
  if (code === 'REQUEST_LIMIT_EXCEEDED') {
    return /concurrent/i.test(message)
      ? { category: 'rateLimit', ...REFUSED_FOR_NOW }
      : { category: 'quota', retryable: false, effect: 'none' };
  }
  return MEANINGS.get(code) ?? {};
}

/** Our public code for one of the service's: `SALESFORCE_DUPLICATE_VALUE`. */
export function publicCode(code: string): string {
  const word = code
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 80);
  return word === '' ? 'SALESFORCE_ERROR' : `SALESFORCE_${word}`;
}
