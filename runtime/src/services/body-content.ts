import { ConnectorError, type ErrorCategory, type Json } from '@connector-runtime/core';

/**
 * Whose bytes they are: it decides whether bytes that are no text are the document's fault (`validation`) or the service's (`protocol`).
 * What cannot be read of an answer to a write leaves open what became of the write: effect `unknown`.
 */
export type BodyRole = 'document' | 'answer' | 'answerToWrite';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text of bytes in memory, without a byte order mark. What is no UTF-8: `NOT_UTF8`. */
export function decodeText(bytes: Uint8Array, role: BodyRole): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw unreadable(role, 'NOT_UTF8', 'UTF-8', cause);
  }
}

/** What is no JSON: `NOT_JSON`. `JSON.parse` makes `__proto__` a plain own key, so nothing in the text can change an object's prototype. */
export function parseJson(text: string, role: BodyRole): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The cause is dropped: V8 quotes the text in it.
    throw unreadable(role, 'NOT_JSON', 'JSON');
  }
}

/** What is wrong with a document whose file cannot be opened. */
export function unreadableFile(error: unknown): ConnectorError {
  const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
  const message =
    reason === 'ENOENT'
      ? 'the file behind this body is gone; that of an output is there until the next event is asked for (ENOENT)'
      : `the document's file cannot be read (${reason})`;
  return new ConnectorError(
    { category: 'validation', code: 'FILE_UNREADABLE', message, effect: 'none', retryable: false },
    { cause: error },
  );
}

function unreadable(role: BodyRole, code: string, what: string, cause?: unknown): ConnectorError {
  const category: ErrorCategory = role === 'document' ? 'validation' : 'protocol';
  const message = `the ${role === 'document' ? 'document' : 'answer'}'s body is not ${what}`;
  return new ConnectorError({ category, code, message, effect: effectOf(role), retryable: false }, { cause });
}

/** What was done where a body cannot be read. */
export function effectOf(role: BodyRole): 'none' | 'unknown' {
  return role === 'answerToWrite' ? 'unknown' : 'none';
}

/** `BODY_TOO_LARGE`. */
export function tooLarge(maxBytes: number, role: BodyRole): ConnectorError {
  return new ConnectorError({
    category: 'tooLarge',
    code: 'BODY_TOO_LARGE',
    message: `the body has more than ${maxBytes} bytes`,
    effect: effectOf(role),
    retryable: false,
  });
}
