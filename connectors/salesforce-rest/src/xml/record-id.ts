import { isIdName } from '../text/id-name.js';
import { localName } from './local-name.js';
import { XmlError } from './xml-error.js';
import { CLOSE, END, OPEN, XmlScanner } from './xml-scanner.js';
import { unescapeXml } from './xml-text.js';

/** A record's document in two parts. */
export interface IdentifiedRecord {
  /** Empty where the element is missing, empty or nil. */
  readonly id: string;
  /** The document's text without the id element and without an XML declaration. */
  readonly rest: string;
}

/** Takes the direct child of the root that is called `Id`, in any case, out of a well-formed document: the first, where a check has not seen to it that there is but one. One that holds elements: `XmlError`. */
export function splitId(text: string): IdentifiedRecord {
  const scanner = new XmlScanner(text);
  let from = -1;
  let valueFrom = 0;
  for (;;) {
    const kind = scanner.next();
    if (kind === END) return { id: '', rest: without(text, 0, 0) };
    if (from >= 0 && scanner.level > 2) throw new XmlError('the Id element holds further elements');
    if (scanner.level !== 2 || !isIdName(localName(scanner.name))) continue;
    if (kind === OPEN) {
      from = scanner.start;
      valueFrom = scanner.end;
      continue;
    }
    const value = kind === CLOSE ? text.slice(valueFrom, scanner.start) : '';
    return {
      id: unescapeXml(value).trim(),
      rest: without(text, kind === CLOSE ? from : scanner.start, scanner.end),
    };
  }
}

function without(text: string, from: number, to: number): string {
  return (text.slice(0, from) + text.slice(to)).replace(/^\ufeff?\s*<\?xml[^>]*\?>\s*/, '');
}
