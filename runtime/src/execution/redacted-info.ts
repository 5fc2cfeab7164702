import { type ErrorInfo, errorInfoOf } from '@connector-runtime/core';

/** An ErrorInfo has two levels; what a plugin nests deeper is cut, be it a circle. */
const MAX_DEPTH = 4;

/**
 * The error with secrets struck out of each of its texts, as plain JSON. A plugin's may be anything:
 * one that cannot be read, or lacks what every error has, is `INTERNAL` with this effect.
 */
export function redactedInfo(
  info: ErrorInfo,
  redact: (text: string) => string,
  effect: ErrorInfo['effect'],
): ErrorInfo {
  try {
    const shown = strike(info, redact, 0) as ErrorInfo;
    if (isWhole(shown)) return shown;
  } catch {
    // a getter of the plugin's that throws
  }
  const message = 'the error that was given cannot be read: it lacks its category, code, message or effect';
  return { category: 'internal', code: 'INTERNAL', message, effect, retryable: false };
}

/** What was thrown, by {@link redactedInfo}. */
export function redactedInfoOf(
  thrown: unknown,
  redact: (text: string) => string,
  effect: ErrorInfo['effect'],
): ErrorInfo {
  let info: unknown;
  try {
    info = errorInfoOf(thrown, effect);
  } catch {
    // a getter of the plugin's that throws
  }
  return redactedInfo(info as ErrorInfo, redact, effect);
}

function strike(value: unknown, redact: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((part) => strike(part, redact, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, strike(part, redact, depth + 1)]));
}

function isWhole(info: Partial<ErrorInfo> | undefined): boolean {
  return (
    typeof info?.category === 'string' &&
    typeof info.code === 'string' &&
    typeof info.message === 'string' &&
    (info.effect === 'none' || info.effect === 'unknown')
  );
}
