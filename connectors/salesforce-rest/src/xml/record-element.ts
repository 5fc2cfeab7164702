import { ownText } from '../text/own-text.js';
import { LastHead } from './last-head.js';
import { localName } from './local-name.js';
import { CLOSE, EMPTY, END, OPEN, XmlScanner } from './xml-scanner.js';
import { escapeXml, unescapeXml } from './xml-text.js';

/** A document's root element, made one of several `records` of a request. */
export interface RecordElement {
  /** `<records type="…">…</records>`; namespaces that the root declares stand on it. */
  readonly text: string;
  readonly type: string;
  /** Text of the direct child that has the name asked for, in any case; empty where it is missing, empty, nil or holds elements. */
  readonly key: string;
}

const ATTRIBUTE = /\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/gy;
const NIL = /\s(?!xmlns:)(?:[^\s=:]+:)?nil\s*=\s*["']\s*(?:true|1)\s*["']/;

/**
 * Cuts the root element out of a well-formed document. It is called `records` whatever its name was, and has a `type`: its own, else the one given. Everything inside stays as it is written.
 * `keyName`: whose child is asked for, if any; it does not stand twice.
 */
export function recordElement(document: string, type: string, keyName?: string): RecordElement {
  const head = heads.at(document, 0);
  const known = head?.learnt.given === type ? head.learnt : undefined;
  const end = document.trimEnd();
  if (head !== undefined && known !== undefined && keyName === undefined && end.endsWith(known.endTag)) {
    const content = end.slice(head.end, -known.endTag.length);
    return { text: `<records${known.typed.attributes}>${content}</records>`, type: known.typed.type, key: '' };
  }
  const scanner = new XmlScanner(document);
  const wanted = keyName?.toLowerCase();
  let start = '';
  let rootsType = type;
  let contentFrom = 0;
  let text = '';
  let key: string | undefined;
  let keyFrom = -1;
  for (;;) {
    const kind = scanner.next();
    if (kind === END) return { text, type: rootsType, key: key ?? '' };
    if (scanner.level === 1) {
      if (kind !== CLOSE) {
        const attributes = document.slice(scanner.nameEnd, scanner.end - (kind === EMPTY ? 2 : 1)).trimEnd();
        const typed = known?.typed ?? withType(attributes, type);
        if (known === undefined && kind === OPEN) learn(document.slice(0, scanner.end), scanner.name, type, typed);
        rootsType = typed.type;
        start = `<records${typed.attributes}`;
        contentFrom = scanner.end;
        if (kind === EMPTY) text = `${start}/>`;
      } else text = `${start}>${document.slice(contentFrom, scanner.start)}</records>`;
    } else if (wanted !== undefined && scanner.level === 2 && localName(scanner.name).toLowerCase() === wanted) {
      if (key !== undefined) continue;
      if (kind === EMPTY || (kind === OPEN && NIL.test(document.slice(scanner.nameEnd, scanner.end)))) key = '';
      else if (kind === OPEN) keyFrom = scanner.end;
      else key = unescapeXml(document.slice(keyFrom, scanner.start)).trim();
    } else if (key === undefined && keyFrom >= 0) key = '';
  }
}

/** The object type that the root of a well-formed document says it is of; empty where it says none. */
export function rootType(document: string): string {
  const scanner = new XmlScanner(document);
  const kind = scanner.next();
  return ownType(document.slice(scanner.nameEnd, scanner.end - (kind === EMPTY ? 2 : 1)))?.type ?? '';
}

/** Attributes of a root that name an object type. */
interface TypedAttributes {
  readonly attributes: string;
  readonly type: string;
}

/** What documents begin with, up to their content. */
interface Head {
  readonly endTag: string;
  readonly given: string;
  readonly typed: TypedAttributes;
}

const heads = new LastHead<Head>();

function learn(head: string, name: string, given: string, { attributes, type }: TypedAttributes): void {
  // Together with the end of a comment such a name would look like the root's end tag.
  if (name.endsWith('-')) return;
  heads.keep(head, () => {
    const typed = { attributes: ownText(attributes), type: ownText(type) };
    return { endTag: ownText(`</${name}>`), given, typed };
  });
}

function withType(attributes: string, given: string): TypedAttributes {
  const own = ownType(attributes);
  if (own !== undefined && own.type !== '') return { attributes, type: own.type };
  const rest = own === undefined ? attributes : attributes.slice(0, own.from) + attributes.slice(own.to);
  return { attributes: ` type="${escapeXml(given)}"${rest}`, type: given };
}

/** The attribute `type`, and where it stands. */
function ownType(attributes: string): { type: string; from: number; to: number } | undefined {
  ATTRIBUTE.lastIndex = 0;
  for (let match = ATTRIBUTE.exec(attributes); match !== null; match = ATTRIBUTE.exec(attributes)) {
    const [whole, name, value = ''] = match;
    const from = match.index;
    if (name === 'type') return { type: unescapeXml(value.slice(1, -1)).trim(), from, to: from + whole.length };
  }
  return undefined;
}
