import { localName } from './local-name.js';
import { InheritedNamespaces } from './namespaces.js';
import { CLOSE, EMPTY, END, XmlScanner } from './xml-scanner.js';

/** The `result` elements directly below the root of a collections answer, in order, each cut out to stand by itself. Throws `XmlError`. */
export function resultElements(answer: string): readonly string[] {
  const scanner = new XmlScanner(answer);
  const results: string[] = [];
  let namespaces = new InheritedNamespaces();
  let contentFrom = 0;
  let start = '';
  for (;;) {
    const kind = scanner.next();
    if (kind === END) return results;
    const { level } = scanner;
    if (level === 1 && kind !== CLOSE) namespaces = new InheritedNamespaces(scanner.declarations);
    if (level !== 2 || localName(scanner.name) !== 'result') continue;
    if (kind !== CLOSE) {
      start = `<${scanner.name}${namespaces.beside(scanner.declarations)}`;
      contentFrom = scanner.nameEnd;
    }
    if (kind === CLOSE || kind === EMPTY) results.push(start + answer.slice(contentFrom, scanner.end));
  }
}
