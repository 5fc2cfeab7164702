import type { ErrorInfo } from '@connector-runtime/core';

/** The error with secrets struck out of each of its texts. */
export function redactedInfo(info: ErrorInfo, redact: (text: string) => string): ErrorInfo {
  const strike = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, strike(part)]));
  };
  return strike(info) as ErrorInfo;
}
