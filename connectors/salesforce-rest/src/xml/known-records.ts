import { KnownNames } from '../text/known-names.js';
import { ownText } from '../text/own-text.js';
import type { FieldNames } from './field-names.js';
import { LastHead } from './last-head.js';
import { isSpace } from './tag-reader.js';
import { OPEN, XmlScanner } from './xml-scanner.js';

/** Longer text is looked at in steps. */
const MAX_LENGTH = 100_000;

/** More of it is for the scanner: where a name is absent it is looked at again. */
const SPACE = '[ \\t\\r\\n]{0,100}';
/** Of characters that XML holds wherever they stand. */
const PLAIN = '[^<&\\]\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]*';
const VALUE = `${PLAIN}(?:&(?:amp|lt|gt|quot|apos);${PLAIN}){0,8}`;
const NIL = ' xsi:nil="true"/>';
const NAME = /^[A-Za-z]\w{0,99}$/;

/** What documents begin with, from the beginning to behind the start tag of the root. */
interface Head {
  readonly endTag: string;
  readonly declaresXsi: boolean;
}

/** Tells records with simple fields side by side, by the root and the names of those before them. */
export class KnownRecords {
  private readonly heads = new LastHead<Head>();
  private readonly names = new KnownNames(patternOf);

  /** Is text a record that may be sent? By one pattern for all of it. False says nothing: the check of any document has to look. */
  isRecord(text: string): boolean {
    if (text.length > MAX_LENGTH) return false;
    const head = this.heads.at(text, 0);
    if (head === undefined) return false;
    const { endTag, declaresXsi } = head.learnt;
    if (!declaresXsi && text.includes(NIL, head.end)) return false;
    return this.names.isKnown(text, head.end, endTag, spaceStart(text));
  }

  /** Does the next record take some milliseconds more? */
  get isNew(): boolean {
    return this.names.isNew;
  }

  /** Takes up what a record is like that was checked by the scanner. `fields`: its own. */
  learn(text: string, { ofRoot, areFlat }: FieldNames): void {
    if (text.length > MAX_LENGTH) return;
    if (this.heads.at(text, 0) === undefined) this.learnHead(text);
    if (this.names.isLearning && areFlat && ofRoot.every((name) => NAME.test(name))) this.names.learn(ofRoot);
  }

  private learnHead(text: string): void {
    const scanner = new XmlScanner(text);
    if (scanner.next() !== OPEN) return;
    const { name, declarations } = scanner;
    this.heads.keep(text.slice(0, scanner.end), () => ({
      endTag: ownText(`</${name}>`),
      declaresXsi: declarations.some((declaration) => declaration.name === 'xmlns:xsi'),
    }));
  }
}

/** Where the space begins that a text ends with. */
function spaceStart(text: string): number {
  let at = text.length;
  while (isSpace(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

/** Up to the end tag of the root. */
function patternOf(known: readonly string[]): RegExp {
  const fields = known.map((name) => `(?:${SPACE}<${name}(?:>${VALUE}</${name}>|${NIL}))?`);
  return new RegExp(`${fields.join('')}${SPACE}`, 'y');
}
