import { refusal, type ServiceError } from '../service-error.js';

/** Characters of a long line that are shown before and after the place of an error. */
const WINDOW = 32;

const LINE_BREAK = /\r\n|\r|\n/;

/** A refused query: the line, a caret under the place, and the text, framed as the service does it. `at` counts characters from 0. */
export function queryError(errorCode: string, text: string, at: number, message: string): ServiceError {
  const before = text.slice(0, at).split(LINE_BREAK);
  const row = before.length;
  const column = before.at(-1)?.length ?? 0;
  const line = text.split(LINE_BREAK)[row - 1] ?? '';
  const start = Math.max(0, column - WINDOW);
  const shown = line.slice(start, column + WINDOW);
  const caret = `${' '.repeat(column - start)}^`;
  return refusal(400, errorCode, `\n${shown}\n${caret}\nERROR at Row:${row}:Column:${column + 1}\n${message}`);
}

export function malformedQuery(text: string, at: number, message: string): ServiceError {
  return queryError('MALFORMED_QUERY', text, at, message);
}
