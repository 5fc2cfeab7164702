import { ConnectorError, type Document, type ExecutionContext } from '@connector-runtime/core';

/** Of one document. */
export const MAX_ENTRY_BYTES = 100_000;

/** An entry as the protocol has it: JSON on one line, the text as it came, so that numbers keep every digit. */
export interface Entry {
  readonly key: string;
  readonly line: string;
}

/** Throws `validation` where the document is no entry. Read once: a stream's bytes are given once. */
export async function entryOf(document: Document): Promise<Entry> {
  const text = await document.body.text(MAX_ENTRY_BYTES);
  const key = keyIn(text);
  // Within JSON's texts a line end is always escaped; elsewhere it is as good as a blank.
  if (key !== undefined) return { key, line: text.replaceAll('\n', ' ') };
  throw new ConnectorError({
    category: 'validation',
    code: 'LINES_KEY_MISSING',
    message: 'an entry is a JSON object with a key: a text that is not empty',
    effect: 'none',
    retryable: false,
    path: '/key',
  });
}

/** `undefined` where the text is no entry. */
export function keyIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const key =
      typeof value === 'object' && value !== null && Object.hasOwn(value, 'key') && (value as { key: unknown }).key;
    return typeof key === 'string' && key !== '' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The type that a statement is about, as a word. */
export function targetOf({ objectType }: ExecutionContext): string {
  return encodeURIComponent(objectType);
}

/** The lines of an answer. */
export function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}
