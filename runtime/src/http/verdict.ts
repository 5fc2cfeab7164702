import type { ErrorInfo } from '@connector-runtime/core';
import { passesByItself } from './error-of-status.js';

/**
 * The error that the status suggests, corrected by what `judge` said.
 * Where it names another category and not whether that is `retryable`, the category decides: a login refused with status 500 must not be repeated as a 500 is.
 */
export function correctedBy(verdict: Partial<ErrorInfo>, suggested: ErrorInfo): ErrorInfo {
  const category = verdict.category ?? suggested.category;
  const retryable = category === suggested.category ? suggested.retryable : passesByItself(category);
  const service = { ...suggested.service, ...verdict.service };
  return { ...suggested, retryable, ...verdict, service };
}
