import { XmlError } from './xml-error.js';
import { CLOSE, EMPTY, END, XmlScanner } from './xml-scanner.js';
import { unescapeXml } from './xml-text.js';

/** A record's document in two parts. */
export interface IdentifiedRecord {
  /** Empty where the element is missing, empty or nil. */
  readonly id: string;
  /** The document's text without the id element and without an XML declaration. */
  readonly rest: string;
}

/** Takes the first direct child of the root that is called `Id`, `ID` or `id` out of a well-formed document. Throws `XmlError`. */
export function splitId(text: string): IdentifiedRecord {
  const scanner = new XmlScanner(text);
  let from = -1;
  let valueFrom = 0;
  for (;;) {
    const kind = scanner.next();
    if (kind === END) break;
    if (from >= 0 && scanner.level > 2) throw new XmlError('the Id element holds further elements');
    if (scanner.level !== 2 || !/^(?:Id|ID|id)$/.test(scanner.name)) continue;
    if (kind === EMPTY) return { id: '', rest: without(text, scanner.start, scanner.end) };
    if (kind !== CLOSE) {
      from = scanner.start;
      valueFrom = scanner.end;
      continue;
    }
    const value = text.slice(valueFrom, scanner.start);
    return { id: unescapeXml(value).trim(), rest: without(text, from, scanner.end) };
  }
  return { id: '', rest: without(text, 0, 0) };
}

function without(text: string, from: number, to: number): string {
  return (text.slice(0, from) + text.slice(to)).replace(/^\ufeff?\s*<\?xml[^>]*\?>\s*/, '');
}
