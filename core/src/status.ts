import { type ErrorInfo, isConnectorError } from './errors.js';

/**
 * What became of a document; each ends in exactly one.
 *
 * - `success`: applied, and we know it.
 * - `applicationError`: this document was refused, by the service or by a check, and nothing of it was applied.
 * - `failure`: it could not be carried out though nothing is wrong with it (login, quota, service down); nothing was applied.
 * - `unknown`: sent, and what became of it cannot be established.
 * - `notAttempted`: never sent (cancel, deadline, an earlier fatal error): safe to send again.
 */
export type Status = 'success' | 'applicationError' | 'failure' | 'unknown' | 'notAttempted';

/**
 * The one mapping from an error to a document's status: effect `unknown` → `unknown`; else permission, notFound, conflict, validation, tooLarge → `applicationError`;
 * cancelled, and timeout with code `DEADLINE` → `notAttempted`; all else → `failure`.
 */
export function statusOfError(info: ErrorInfo): Exclude<Status, 'success'> {
  if (info.effect === 'unknown') return 'unknown';
  switch (info.category) {
    case 'permission':
    case 'notFound':
    case 'conflict':
    case 'validation':
    case 'tooLarge':
      return 'applicationError';
    case 'cancelled':
      return 'notAttempted';
    case 'timeout':
      return info.code === 'DEADLINE' ? 'notAttempted' : 'failure';
    default:
      return 'failure';
  }
}

/**
 * What any thrown value says: a `ConnectorError` its own info, anything else `internal` / `INTERNAL`, effect `unknown` or, on a read, `none`.
 * Plugins and runtime call it where something was thrown while documents were open.
 */
export function errorInfoOf(thrown: unknown, effect: 'none' | 'unknown'): ErrorInfo {
  const said = readFrom(thrown);
  if (typeof said !== 'string') return said;
  return { category: 'internal', code: 'INTERNAL', message: said.slice(0, 500), effect, retryable: false };
}

/** A thrown object may throw itself, when its fields are read. */
function readFrom(thrown: unknown): ErrorInfo | string {
  try {
    if (isConnectorError(thrown)) return thrown.info;
    return isError(thrown)
      ? `${thrown.name}: ${thrown.message}`
      : `what was thrown is no error (type ${typeof thrown})`;
  } catch {
    return `what was thrown cannot be read (type ${typeof thrown})`;
  }
}

/** Also of another realm, such as a test runner's sandbox. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
}
