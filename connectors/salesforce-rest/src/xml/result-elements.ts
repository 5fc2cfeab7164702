import { InheritedNamespaces } from './namespaces.js';
import { CLOSE, EMPTY, END, OPEN, XmlScanner } from './xml-scanner.js';
import { hasControlCharacters, unescapeXml } from './xml-text.js';

/** A `result` of a collections answer. */
export interface ResultElement {
  /** Cut out to stand by itself, with its attributes. */
  readonly text: string;
  /** Texts of its members by name, where it holds nothing but simple elements of different names; absent: its tree has to be read. */
  readonly members?: ReadonlyMap<string, string>;
}

const MEMBER_LEVEL = 3;

/** The `result` elements directly below the root of a collections answer, in order. Throws `XmlError`. */
export function resultElements(answer: string): readonly ResultElement[] {
  const scanner = new XmlScanner(answer);
  const hasControls = hasControlCharacters(answer);
  const results: ResultElement[] = [];
  let namespaces = new InheritedNamespaces();
  let contentFrom = 0;
  let start = '';
  let members = new Map<string, string>();
  let isSimple = true;
  let isInResult = false;
  let valueFrom = 0;
  for (;;) {
    const field = isInResult && scanner.depth === MEMBER_LEVEL - 1 ? scanner.takeField() : undefined;
    if (field !== undefined) {
      if (members.has(field.name)) isSimple = false;
      else members.set(field.name, field.value);
      continue;
    }
    const kind = scanner.next();
    if (kind === END) return results;
    const { level } = scanner;
    if (level === 1 && kind !== CLOSE) namespaces = new InheritedNamespaces(scanner.declarations);
    if (level >= MEMBER_LEVEL) {
      if (!isInResult) continue;
      if (kind === OPEN) valueFrom = scanner.end;
      if (kind === OPEN && level === MEMBER_LEVEL) continue;
      const { name } = scanner;
      if (level > MEMBER_LEVEL || members.has(name) || name.includes(':')) isSimple = false;
      else members.set(name, kind === EMPTY ? '' : unescapeXml(answer.slice(valueFrom, scanner.start)));
      continue;
    }
    if (level !== 2 || scanner.name.slice(scanner.name.indexOf(':') + 1) !== 'result') continue;
    if (kind !== CLOSE) {
      start = `<${scanner.name}${namespaces.beside(scanner.declarations)}`;
      contentFrom = scanner.nameEnd;
      members = new Map();
      isSimple = true;
      isInResult = true;
    }
    if (kind === CLOSE || kind === EMPTY) {
      isInResult = false;
      const text = start + answer.slice(contentFrom, scanner.end);
      results.push(isSimple && scanner.isPlain && !hasControls ? { text, members } : { text });
    }
  }
}
