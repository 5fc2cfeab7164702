import { ID_NAME, isIdName } from '../soql/id-name.js';
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

const ID_TAG = new RegExp(`<(?:[^\\s<>/:]+:)?${ID_NAME}[\\s/>]`, 'g');

/** Takes the direct child of the root that is called `Id`, in any case, out of a well-formed document. Two of them, or one that holds elements: `XmlError`. */
export function splitId(text: string): IdentifiedRecord {
  const scanner = new XmlScanner(text);
  let from = -1;
  let valueFrom = 0;
  let found: IdentifiedRecord | undefined;
  for (;;) {
    const kind = scanner.next();
    if (kind === END) return found ?? { id: '', rest: without(text, 0, 0) };
    if (from >= 0 && scanner.level > 2) throw new XmlError('the Id element holds further elements');
    if (scanner.level !== 2 || !isIdName(localName(scanner.name))) continue;
    if (found !== undefined) throw new XmlError('the Id element stands there twice');
    if (kind === OPEN) {
      from = scanner.start;
      valueFrom = scanner.end;
      continue;
    }
    const value = kind === CLOSE ? text.slice(valueFrom, scanner.start) : '';
    found = {
      id: unescapeXml(value).trim(),
      rest: without(text, kind === CLOSE ? from : scanner.start, scanner.end),
    };
    from = -1;
    // What follows is looked at only where a second one may be among it.
    ID_TAG.lastIndex = scanner.end;
    if (!ID_TAG.test(text)) return found;
  }
}

function without(text: string, from: number, to: number): string {
  return (text.slice(0, from) + text.slice(to)).replace(/^\ufeff?\s*<\?xml[^>]*\?>\s*/, '');
}
