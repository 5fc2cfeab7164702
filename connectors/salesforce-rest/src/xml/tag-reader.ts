import { ownText } from '../text/own-text.js';
import { LastHead } from './last-head.js';
import { RootPrefixes } from './root-prefixes.js';
import { refuseXml } from './xml-error.js';
import { MAX_ATTRIBUTES_PER_ELEMENT, MAX_DECLARED_LENGTH, MAX_NAME_LENGTH } from './xml-limits.js';

const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const SLASH = 47;
const COLON = 58;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;

// Classes of the ASCII characters; what lies above is taken for part of a name.
const LAST_ASCII = 127;
const OTHER = 0;
const SPACE = 1;
const NAME = 2;
const NAME_START = 3;
const CLASSES = Uint8Array.from({ length: LAST_ASCII + 1 }, (_unused, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_:]/.test(character)) return NAME_START;
  if (/[0-9.-]/.test(character)) return NAME;
  return /[ \t\r\n]/.test(character) ? SPACE : OTHER;
});

/** One or two attributes without prefixes, as most tags have that have any: no declaration, no reference, not one name twice. */
const FEW_ATTRIBUTES = / (?!xmlns)([a-z]{1,99})="[^"<&]*"(?: (?!xmlns|\1=)[a-z]{1,99}="[^"<&]*")?\/?>/y;

/** A namespace declaration in a start tag. */
export interface NamespaceDeclaration {
  /** `xmlns` or `xmlns:prefix`. */
  readonly name: string;
  /** The whole attribute as it is written. */
  readonly text: string;
}

export function isSpace(code: number): boolean {
  return CLASSES[code] === SPACE;
}

/** Where the space that begins at `from` ends; `from` where there is none. */
export function spaceEnd(text: string, from: number): number {
  let i = from;
  while (CLASSES[text.charCodeAt(i)] === SPACE) i += 1;
  return i;
}

/** What the attributes of a root declare. They are kept from behind the name to the tag's `>` or `/`. */
interface RootAttributes {
  readonly declarations: readonly NamespaceDeclaration[];
  readonly prefixes: RootPrefixes;
}

/** Of roots that needed no second look. */
const roots = new LastHead<RootAttributes>();

/** Reads start tags, names and attributes, by their positions in the text. Throws an `XmlError` that says where the tag begins. */
export class TagReader {
  /** Was there nothing so far in names and attributes that only a strict reader can judge? */
  isPlain = true;
  /** Namespaces that the tag at hand declares. */
  readonly declarations: NamespaceDeclaration[] = [];
  private nameStart = 0;
  private nameEnd = 0;
  private readonly attributes: string[] = [];
  private prefixes: RootPrefixes | undefined;
  /** Prefixes that the tag at hand uses. */
  private readonly used: string[] = [];
  /** In the last name; -1 where there is none. */
  private colonAt = -1;

  constructor(private readonly text: string) {}

  /** Reads the name of a start tag, and says where it ends. */
  begin(nameStart: number): number {
    this.nameStart = nameStart;
    this.nameEnd = this.readName(nameStart);
    this.notePrefix(nameStart);
    if (this.declarations.length > 0) this.declarations.length = 0;
    return this.nameEnd;
  }

  /** Reads the rest of the tag, and says where its `>` or `/` stands. */
  finish(isRoot: boolean): number {
    const { nameEnd } = this;
    const close =
      this.text.charCodeAt(nameEnd) === GREATER
        ? nameEnd
        : (this.endOfFew(nameEnd) ?? (isRoot ? this.rootAttributes(nameEnd) : this.readAttributes(nameEnd)));
    if (this.used.length > 0) this.checkPrefixes();
    return close;
  }

  private checkPrefixes(): void {
    const { prefixes } = this;
    if (!this.used.every((prefix) => prefixes?.has(prefix))) this.isPlain = false;
    this.used.length = 0;
  }

  private fail(what: string, at = this.nameStart - 1): never {
    refuseXml(what, at);
  }

  /** Where the name that begins at `from` ends. */
  private readName(from: number): number {
    const { text } = this;
    const first = text.charCodeAt(from);
    if (!(first > LAST_ASCII || CLASSES[first] === NAME_START)) this.fail('a "<" that begins no tag');
    if (first > LAST_ASCII || first === COLON) this.isPlain = false;
    this.colonAt = -1;
    let i = from + 1;
    for (
      let code = text.charCodeAt(i);
      code > LAST_ASCII || (CLASSES[code] ?? OTHER) >= NAME;
      code = text.charCodeAt(i)
    ) {
      if (code === COLON) this.colonAt = this.colonAt < 0 && this.isLetter(i + 1) ? i : this.unsure(i);
      else if (code > LAST_ASCII) this.isPlain = false;
      i += 1;
    }
    if (i - from > MAX_NAME_LENGTH) this.fail(`a name that is longer than ${MAX_NAME_LENGTH}`);
    return i;
  }

  private isLetter(at: number): boolean {
    const code = this.text.charCodeAt(at);
    return code !== COLON && CLASSES[code] === NAME_START;
  }

  private unsure(at: number): number {
    this.isPlain = false;
    return at;
  }

  private notePrefix(nameStart: number): void {
    if (this.colonAt >= 0) this.used.push(this.text.slice(nameStart, this.colonAt));
  }

  /** Where the `>` or `/` stands behind attributes that need no closer look. */
  private endOfFew(from: number): number | undefined {
    FEW_ATTRIBUTES.lastIndex = from;
    if (!FEW_ATTRIBUTES.test(this.text)) return undefined;
    const close = FEW_ATTRIBUTES.lastIndex - 1;
    return this.text.charCodeAt(close - 1) === SLASH ? close - 1 : close;
  }

  private rootAttributes(from: number): number {
    const { text } = this;
    const known = roots.at(text, from);
    if (known !== undefined) {
      this.prefixes = known.learnt.prefixes;
      this.declarations.push(...known.learnt.declarations);
      return known.end - 1;
    }
    const prefixes = new RootPrefixes();
    this.prefixes = prefixes;
    const close = this.readAttributes(from, prefixes);
    if (this.used.length > 0) this.checkPrefixes();
    if (this.isPlain)
      roots.keep(text.slice(from, close + 1), () => ({
        declarations: this.declarations.map((one) => ({ name: ownText(one.name), text: ownText(one.text) })),
        prefixes,
      }));
    return close;
  }

  /** Reads `name="value"` pairs up to the tag's `>` or `/`, and says where that stands. `declared`: takes up the namespaces of a root. */
  private readAttributes(from: number, declared?: RootPrefixes): number {
    const { text, attributes } = this;
    attributes.length = 0;
    let declaredLength = 0;
    let i = from;
    for (;;) {
      const spaced = spaceEnd(text, i);
      const code = text.charCodeAt(spaced);
      if (code === GREATER || code === SLASH) return spaced;
      if (spaced === i) this.fail('an attribute without a space before it');
      const nameEnd = this.readName(spaced);
      const name = text.slice(spaced, nameEnd);
      if (attributes.includes(name)) this.fail(`a second attribute ${name}`);
      if (attributes.push(name) > MAX_ATTRIBUTES_PER_ELEMENT)
        this.fail(`more than ${MAX_ATTRIBUTES_PER_ELEMENT} attributes`);
      const equals = spaceEnd(text, nameEnd);
      if (text.charCodeAt(equals) !== EQUALS) this.fail('an attribute without a value');
      const isDeclaration = name === 'xmlns' || name.startsWith('xmlns:');
      if (!isDeclaration) this.notePrefix(spaced);
      const valueStart = spaceEnd(text, equals + 1);
      i = this.passValue(valueStart);
      if (!isDeclaration) continue;
      this.declarations.push({ name, text: text.slice(spaced, i) });
      declaredLength += i - spaced;
      if (declaredLength > MAX_DECLARED_LENGTH)
        this.fail(`more than ${MAX_DECLARED_LENGTH} characters of namespace declarations`);
      if (declared?.declare(name, ownText(text.slice(valueStart, i))) !== true) this.isPlain = false;
    }
  }

  private passValue(from: number): number {
    const { text } = this;
    const quote = text.charCodeAt(from);
    if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) this.fail('an attribute without quotes');
    for (let i = from + 1; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === quote) return i + 1;
      if (code === LESS) this.fail('a "<" in an attribute', i);
    }
    return this.fail('an attribute that does not end');
  }
}
