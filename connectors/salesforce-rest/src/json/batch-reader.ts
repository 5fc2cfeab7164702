import { JsonError } from './json-error.js';
import { CLOSE_ARRAY, CLOSE_OBJECT, END, JsonScanner, STRING } from './json-scanner.js';

/** The answer to one request of a batch. */
export interface BatchResult {
  readonly status: number;
  /** Text of the `result`; empty where there is none. */
  readonly content: string;
}

const RESULT_LEVEL = 3;

/** Reads `{"results":[{"statusCode":…,"result":…}]}` of a `composite/batch` answer, in order. Throws {@link JsonError}. */
export function readBatchResults(text: string): readonly BatchResult[] {
  const scanner = new JsonScanner(text);
  const results: BatchResult[] = [];
  let isInResults = false;
  let status: number | undefined;
  let content = '';
  let contentFrom = -1;
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    const { level } = scanner;
    const closes = kind === CLOSE_OBJECT || kind === CLOSE_ARRAY;
    if (level === 2 && !closes) isInResults = scanner.isMember('"results"');
    if (!isInResults) continue;
    if (level === RESULT_LEVEL && kind >= STRING) {
      if (scanner.isMember('"statusCode"')) status = statusOf(scanner.source);
      else if (scanner.isMember('"result"')) content = scanner.source === 'null' ? '' : scanner.source;
    } else if (level === RESULT_LEVEL + 1 && closes) {
      if (contentFrom >= 0) content = text.slice(contentFrom, scanner.end);
      contentFrom = -1;
    } else if (level === RESULT_LEVEL + 1 && kind < STRING) {
      contentFrom = scanner.isMember('"result"') ? scanner.start : -1;
    } else if (level === RESULT_LEVEL && closes) {
      if (status === undefined) throw new JsonError('a batch result has no status');
      results.push({ status, content });
      status = undefined;
      content = '';
    }
  }
  if (!text.trimStart().startsWith('{')) throw new JsonError('the answer is no batch result');
  return results;
}

function statusOf(digits: string): number {
  if (!/^\d{3}$/.test(digits)) throw new JsonError('a batch result has a status that is no HTTP status');
  return Number(digits);
}
