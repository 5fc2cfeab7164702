import type { HttpHeaders } from '@connector-runtime/core';

/**
 * Milliseconds that an answer asks to wait: its `Retry-After` in seconds, or as a date, which is measured by the answer's own `Date` where it has one.
 * `undefined` where there is none or it is neither. Source: RFC 9110, section 10.2.3.
 */
export function retryAfterMsOf(headers: HttpHeaders, nowEpochMs: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // The months are letters: without them Date.parse would also take what is no HTTP date.
  const untilEpochMs = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(untilEpochMs)) return undefined;
  const sentEpochMs = Date.parse(headers['date'] ?? '');
  return Math.max(0, untilEpochMs - (Number.isNaN(sentEpochMs) ? nowEpochMs : sentEpochMs));
}
