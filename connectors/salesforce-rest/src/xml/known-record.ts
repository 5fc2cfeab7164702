import { ownText } from './own-text.js';
import { OPEN, XmlScanner } from './xml-scanner.js';

/** Longer text is looked at in steps; longer heads are not kept. */
const MAX_LENGTH = 100_000;
const MAX_HEAD_LENGTH = 1_000;

const SPACE = '[ \\t\\r\\n]*';
const BLANK = new RegExp(SPACE, 'y');
/** Of characters that XML holds wherever they stand. */
const PLAIN = '[^<&\\]\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]*';
const VALUE = `>${PLAIN}(?:&(?:amp|lt|gt|quot|apos);${PLAIN}){0,8}</\\1>`;
const fieldsOf = (value: string) => new RegExp(`(?:${SPACE}<([A-Za-z]\\w{0,99})(?:${value})){1,64}`, 'y');
const FIELDS = fieldsOf(VALUE);
const FIELDS_OR_NIL = fieldsOf(`${VALUE}| xsi:nil="true"/>`);

/** What documents of one source begin with. */
interface Head {
  /** From the beginning to behind the start tag of the root. */
  readonly text: string;
  readonly endTag: string;
  readonly fields: RegExp;
}

let last: Head | undefined;

/** Is text XML that may be sent, with simple fields side by side in a root that a record before it had too? By one pattern for many fields. False says nothing: the check of any document has to look. */
export function isKnownRecord(text: string): boolean {
  if (last === undefined || text.length > MAX_LENGTH || !text.startsWith(last.text)) return false;
  const { fields, endTag } = last;
  let at = last.text.length;
  fields.lastIndex = at;
  while (fields.test(text)) at = fields.lastIndex;
  at = behindBlank(text, at);
  return text.startsWith(endTag, at) && behindBlank(text, at + endTag.length) === text.length;
}

function behindBlank(text: string, at: number): number {
  BLANK.lastIndex = at;
  BLANK.test(text);
  return BLANK.lastIndex;
}

/** Lets {@link isKnownRecord} know documents that begin like this one, which was checked by the scanner. */
export function learnRecord(text: string): void {
  if (text.length > MAX_LENGTH || (last !== undefined && text.startsWith(last.text))) return;
  const scanner = new XmlScanner(text);
  if (scanner.next() !== OPEN || scanner.end > MAX_HEAD_LENGTH) return;
  const fields = scanner.declarations.some(({ name }) => name === 'xmlns:xsi') ? FIELDS_OR_NIL : FIELDS;
  last = { text: ownText(text.slice(0, scanner.end)), endTag: ownText(`</${scanner.name}>`), fields };
}
