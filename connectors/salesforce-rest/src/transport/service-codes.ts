import type { ErrorInfo } from '@connector-runtime/core';

/** What is known of one of the service's error codes; what is absent follows from the HTTP status. The page `docs/reference/salesforce-rest/errors.md` tells them to users. */
export type CodeMeaning = Pick<Partial<ErrorInfo>, 'category' | 'retryable' | 'effect'>;

/** The session is not accepted, whatever the status says: renewing it may help. */
const SESSION_CODES = new Set(['INVALID_SESSION_ID', 'INVALID_AUTH_HEADER', 'BAD_OAUTH_TOKEN']);

/** Refused before anything was done: also a create may go again. */
const REFUSED_FOR_NOW = { retryable: true, effect: 'none' } as const;

/** By category, whatever the status: inside a collections answer a code stands under a 200. */
const CATEGORIES: Partial<Readonly<Record<ErrorInfo['category'], readonly string[]>>> = {
  auth: [
    'API_CURRENTLY_DISABLED',
    'API_DISABLED_FOR_ORG',
    'INVALID_LOGIN',
    'INVALID_OPERATION_WITH_EXPIRED_PASSWORD',
    'LOGIN_MUST_USE_SECURITY_TOKEN',
    'ORG_LOCKED',
    ...SESSION_CODES,
  ],
  config: ['INVALIDENTITY', 'UNSUPPORTED_API_VERSION'],
  conflict: [
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'BATCH_PROCESSING_HALTED',
    'CANNOT_UPDATE_CONVERTED_LEAD',
    'DELETE_FAILED',
    'DUPLICATES_DETECTED',
    'DUPLICATE_EXTERNAL_ID',
    'DUPLICATE_VALUE',
    'INVALIDJOBSTATE',
    'PROCESSING_HALTED',
  ],
  notFound: ['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'NOT_FOUND'],
  permission: [
    'INSUFFICIENT_ACCESS',
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    'INSUFFICIENT_ACCESS_OR_READONLY',
    'INVALID_FIELD_FOR_INSERT_UPDATE',
  ],
  quota: ['STORAGE_LIMIT_EXCEEDED'],
  tooLarge: ['EXCEEDED_ID_LIMIT'],
  unavailable: ['SERVER_UNAVAILABLE', 'UNKNOWN_EXCEPTION'],
  unsupported: ['API_ERROR', 'FUNCTIONALITY_NOT_ENABLED', 'METHOD_NOT_ALLOWED', 'UNSUPPORTED_MEDIA_TYPE'],
  validation: [
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    'FIELD_INTEGRITY_EXCEPTION',
    'INVALIDJOB',
    'INVALID_EMAIL_ADDRESS',
    'INVALID_FIELD',
    'INVALID_INPUT',
    'INVALID_OPERATION',
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    'INVALID_QUERY_FILTER_OPERATOR',
    'INVALID_TYPE',
    'JSON_PARSER_ERROR',
    'MALFORMED_ID',
    'MALFORMED_QUERY',
    'MISSING_ARGUMENT',
    'NUMBER_OUTSIDE_VALID_RANGE',
    'REQUIRED_FIELD_MISSING',
    'STRING_TOO_LONG',
    'XML_PARSER_ERROR',
  ],
};

const MEANINGS: ReadonlyMap<string, CodeMeaning> = new Map<string, CodeMeaning>([
  ...Object.entries(CATEGORIES).flatMap(([category, codes]) =>
    codes.map((code) => [code, { category: category as ErrorInfo['category'] }] as const),
  ),
  // A cursor that has ended, or a query that ran for too long, ends the same way again.
  ['INVALID_QUERY_LOCATOR', { category: 'unavailable', retryable: false }],
  ['QUERY_TIMEOUT', { category: 'timeout', retryable: false }],
  ['UNABLE_TO_LOCK_ROW', { category: 'conflict', ...REFUSED_FOR_NOW }],
]);

export function isSessionCode(code: string): boolean {
  return SESSION_CODES.has(code.toUpperCase());
}

/** Does the service say that the record is gone already? */
export function isGoneCode(code: string): boolean {
  return code === 'NOT_FOUND' || code === 'ENTITY_IS_DELETED';
}

/** Could the service not read what it was sent? One value is enough, and nothing of the request was applied. */
export function isParserCode(code: string): boolean {
  return code === 'JSON_PARSER_ERROR' || code === 'XML_PARSER_ERROR';
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
    .replace(/^_+|_+$/g, '');
  // None of the service's is longer: what is may be anything, a secret too.
  return word === '' || word.length > 80 ? 'SALESFORCE_ERROR' : `SALESFORCE_${word}`;
}

/** Every code that means something of its own: the page of errors is held to them by a test. */
export function knownCodes(): readonly string[] {
  return [...MEANINGS.keys(), 'REQUEST_LIMIT_EXCEEDED'];
}
