import { InheritedNamespaces } from './namespaces.js';
import { XmlError } from './xml-error.js';
import { CLOSE, EMPTY, END, OPEN, XmlScanner } from './xml-scanner.js';

/** The answer to one request of a batch. */
export interface BatchResult {
  readonly status: number;
  /** The element inside `result`, cut out to stand by itself; empty where there is none. */
  readonly content: string;
}

const MEMBER_LEVEL = 4;

/** Reads `batchResults/results/batchResult` of a `composite/batch` answer, in order. Throws {@link XmlError}. */
export function readBatchResults(text: string): readonly BatchResult[] {
  const scanner = new XmlScanner(text);
  const results: BatchResult[] = [];
  let namespaces = new InheritedNamespaces();
  let valueFrom = 0;
  let status: number | undefined;
  let contentFrom = 0;
  let inherits = '';
  let content = '';
  for (;;) {
    const kind = scanner.next();
    if (kind === END) return results;
    const { level } = scanner;
    if (level === 1 && kind !== CLOSE) {
      if (!scanner.isNamed('batchResults')) throw new XmlError('the answer is no batch result');
      namespaces = new InheritedNamespaces(scanner.declarations);
    } else if (level === MEMBER_LEVEL - 1 && kind === CLOSE) {
      if (status === undefined) throw new XmlError('a batch result has no status');
      results.push({ status, content });
      status = undefined;
      content = '';
    } else if (level === MEMBER_LEVEL && scanner.isNamed('statusCode')) {
      if (kind === OPEN) valueFrom = scanner.end;
      else status = statusOf(text.slice(valueFrom, scanner.start));
    } else if (level === MEMBER_LEVEL + 1) {
      if (kind !== CLOSE) {
        contentFrom = scanner.nameEnd;
        inherits = `<${scanner.name}${namespaces.beside(scanner.declarations)}`;
      }
      if (kind === CLOSE || kind === EMPTY) content = inherits + text.slice(contentFrom, scanner.end);
    }
  }
}

function statusOf(text: string): number {
  const digits = text.trim();
  if (!/^\d{3}$/.test(digits)) throw new XmlError('a batch result has a status that is no HTTP status');
  return Number(digits);
}
