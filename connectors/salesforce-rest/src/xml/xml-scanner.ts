import { MAX_DEPTH } from '../text/depth-limit.js';
import { isSpace, type NamespaceDeclaration, spaceEnd, TagReader } from './tag-reader.js';
import { refuseXml } from './xml-error.js';
import { characterOf, REFERENCE, unescapeNames } from './xml-text.js';

/** What {@link XmlScanner.next} came upon: the end of the text, a start tag, an end tag, an empty-element tag. */
export const END = 0;
export const OPEN = 1;
export const CLOSE = 2;
export const EMPTY = 3;

const BANG = 33;
const SLASH = 47;
const GREATER = 62;
const QUESTION = 63;
const INSTRUCTION = /<\?[A-Za-z_:\u00c0-\uffff][\w:.\u00b7-\uffff-]*(?=\s|\?>)/y;
const XML_DECLARATION = /<\?xml version="1\.0"(?: encoding="(?:utf|UTF)-8")?(?: standalone="(?:yes|no)")? ?\?>/y;
const REFERENCE_HERE = new RegExp(REFERENCE, 'y');
const SIMPLE_TEXT = '[^<&\\]]*(?:(&)(?:amp|lt|gt|quot|apos);[^<&\\]]*){0,8}';
/** A field as nearly all are written: a name of ASCII letters, no attributes, few references and those by name. */
const FIELD = new RegExp(`[ \\t\\r\\n]*<([A-Za-z]\\w{0,99})>(${SIMPLE_TEXT})</\\1>`, 'y');
/** Several of them side by side, if their names begin with a capital. */
const FIELDS = new RegExp(`(?:[ \\t\\r\\n]*<([A-Z]\\w{0,99})>${SIMPLE_TEXT}</\\1>){1,64}`, 'y');

/**
 * Walks over the tags of an XML text that is wholly in memory, without making a string per tag: the reader slices what it needs by the positions.
 * Refuses a DOCTYPE, tags that do not balance, broken attributes, unknown references and text that ends too early; comments, CDATA sections and instructions are passed over.
 * Characters that XML cannot hold are not looked at, and what takes more than ASCII letters and the root's own prefixes to judge is let pass: `isPlain` says whether there was any of that.
 */
export class XmlScanner {
  /** Of the tag at hand: `start` is its `<`, `end` stands behind its `>`. */
  start = 0;
  end = 0;
  nameStart = 0;
  nameEnd = 0;
  /** Depth of the tag's element; the root has 1. */
  level = 0;
  /** Namespaces that the tag at hand declares. */
  readonly declarations: readonly NamespaceDeclaration[];
  /** Elements that are open behind the tag at hand. */
  depth = 0;
  private sawRoot = false;
  private readonly openStarts: number[] = [];
  private readonly openEnds: number[] = [];
  private readonly tag: TagReader;
  private hasOnlyPlainParts = true;
  private nextAmpersand: number;
  private nextCdataEnd: number;

  constructor(private readonly text: string) {
    this.tag = new TagReader(text);
    this.declarations = this.tag.declarations;
    this.end = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    if (this.end > 0) this.hasOnlyPlainParts = false;
    this.nextAmpersand = this.find('&', 0);
    this.nextCdataEnd = this.find(']]>', 0);
  }

  /** Was there nothing so far that only a strict reader can judge: other letters in names, prefixes that the root does not declare, instructions? */
  get isPlain(): boolean {
    return this.hasOnlyPlainParts && this.tag.isPlain;
  }

  /** Goes to the next tag. */
  next(): typeof END | typeof OPEN | typeof CLOSE | typeof EMPTY {
    const { text } = this;
    for (;;) {
      const from = this.end;
      const at = text.indexOf('<', from);
      this.checkText(from, at < 0 ? text.length : at);
      if (at < 0) return this.finish();
      this.start = at;
      const code = text.charCodeAt(at + 1);
      if (code === SLASH) return this.closeTag(at + 2);
      if (code === BANG) this.passDeclaration(at);
      else if (code === QUESTION) this.passInstruction(at);
      else return this.openTag(at + 1);
    }
  }

  /** Goes past simple fields whose names begin with a capital, if any come next, at a fifth of the cost of their tags; for readers to whom they mean nothing. */
  passFields(): void {
    if (this.depth === 0 || this.depth >= MAX_DEPTH) return;
    FIELDS.lastIndex = this.end;
    while (FIELDS.test(this.text)) this.passTo(FIELDS.lastIndex);
  }

  /** Goes past one of them, whatever its name begins with, and says its name. */
  passField(): string | undefined {
    if (this.depth === 0 || this.depth >= MAX_DEPTH) return undefined;
    FIELD.lastIndex = this.end;
    const name = FIELD.exec(this.text)?.[1];
    if (name !== undefined) this.passTo(FIELD.lastIndex);
    return name;
  }

  /** Goes past a simple field, if one comes next, space before it: its tags are never at hand. */
  takeField(): { readonly name: string; readonly value: string } | undefined {
    if (this.depth === 0 || this.depth >= MAX_DEPTH) return undefined;
    FIELD.lastIndex = this.end;
    const [, name, value, reference] = FIELD.exec(this.text) ?? [];
    if (name === undefined || value === undefined) return undefined;
    this.passTo(FIELD.lastIndex);
    return { name, value: reference === undefined ? value : unescapeNames(value) };
  }

  /** Is the name of the tag at hand this one? */
  isNamed(name: string): boolean {
    return this.nameEnd - this.nameStart === name.length && this.text.startsWith(name, this.nameStart);
  }

  get name(): string {
    return this.text.slice(this.nameStart, this.nameEnd);
  }

  private find(what: string, from: number): number {
    const at = this.text.indexOf(what, from);
    return at < 0 ? this.text.length : at;
  }

  private fail(what: string, at = this.start): never {
    refuseXml(what, at);
  }

  private finish(): typeof END {
    if (this.depth > 0) this.fail('the text ends inside an element', this.text.length);
    if (!this.sawRoot) this.fail('there is no element', 0);
    this.start = this.text.length;
    return END;
  }

  private checkText(from: number, to: number): void {
    if (this.nextAmpersand < to) this.checkReferences(to);
    if (this.nextCdataEnd < to) this.fail('"]]>" stands outside a CDATA section', this.nextCdataEnd);
    if (this.depth > 0) return;
    for (let i = from; i < to; i += 1)
      if (!isSpace(this.text.charCodeAt(i))) this.fail('text outside the root element', i);
  }

  private checkReferences(to: number): void {
    while (this.nextAmpersand < to) {
      REFERENCE_HERE.lastIndex = this.nextAmpersand;
      const reference = REFERENCE_HERE.exec(this.text)?.[1];
      if (reference === undefined) this.fail('a "&" that begins no reference', this.nextAmpersand);
      characterOf(reference);
      this.nextAmpersand = this.find('&', this.nextAmpersand + 1);
    }
  }

  /** Takes up behind a comment, CDATA section or instruction, in which nothing means anything. */
  private passTo(end: number): void {
    this.end = end;
    if (this.nextAmpersand < end) this.nextAmpersand = this.find('&', end);
    if (this.nextCdataEnd < end) this.nextCdataEnd = this.find(']]>', end);
  }

  private passDeclaration(at: number): void {
    const { text } = this;
    if (text.startsWith('<!--', at)) {
      const dashes = text.indexOf('--', at + 4);
      if (dashes < 0 || text.charCodeAt(dashes + 2) !== GREATER)
        this.fail('a comment that does not end, or holds "--"');
      this.passTo(dashes + 3);
    } else if (text.startsWith('<![CDATA[', at)) {
      const close = text.indexOf(']]>', at + 9);
      if (close < 0 || this.depth === 0) this.fail('a CDATA section that does not end, or stands outside the root');
      this.passTo(close + 3);
    } else if (text.startsWith('<!DOCTYPE', at)) {
      this.fail('a DOCTYPE, which is refused,');
    } else {
      this.fail('an unknown declaration');
    }
  }

  private passInstruction(at: number): void {
    const close = this.text.indexOf('?>', at + 2);
    INSTRUCTION.lastIndex = at;
    if (close < 0 || !INSTRUCTION.test(this.text)) this.fail('an instruction that does not end, or has no name');
    if (/^xml[\s?]/i.test(this.text.slice(at + 2, at + 6)) && at > 1)
      this.fail('an XML declaration that is not at the beginning');
    XML_DECLARATION.lastIndex = at;
    if (at > 0 || !XML_DECLARATION.test(this.text)) this.hasOnlyPlainParts = false;
    this.passTo(close + 2);
  }

  /** The name due is known: it is compared, not read. */
  private closeTag(nameStart: number): typeof CLOSE {
    const { text } = this;
    const depth = this.depth - 1;
    if (depth < 0) this.fail('an end tag without a start tag');
    const openStart = this.openStarts[depth] ?? 0;
    const length = (this.openEnds[depth] ?? 0) - openStart;
    for (let i = 0; i < length; i += 1) {
      if (text.charCodeAt(nameStart + i) !== text.charCodeAt(openStart + i)) this.failUnbalanced(openStart, length);
    }
    const nameEnd = nameStart + length;
    const close = text.charCodeAt(nameEnd) === GREATER ? nameEnd : spaceEnd(text, nameEnd);
    if (text.charCodeAt(close) !== GREATER) this.failUnbalanced(openStart, length);
    this.level = this.depth;
    this.depth = depth;
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    this.end = close + 1;
    return CLOSE;
  }

  private failUnbalanced(openStart: number, length: number): never {
    // Whole or not at all: half of a secret in it would not be struck out.
    const name = length <= 60 ? `</${this.text.slice(openStart, openStart + length)}>` : 'that of another element';
    this.fail(`an end tag where ${name} is due`);
  }

  private openTag(nameStart: number): typeof OPEN | typeof EMPTY {
    const nameEnd = this.tag.begin(nameStart);
    if (this.depth === 0) {
      if (this.sawRoot) this.fail('a second root element');
      this.sawRoot = true;
    }
    if (this.depth >= MAX_DEPTH) this.fail(`elements nested deeper than ${MAX_DEPTH}`);
    this.level = this.depth + 1;
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    const close = this.tag.finish(this.depth === 0);
    if (this.nextAmpersand < close) this.checkReferences(close);
    if (this.nextCdataEnd < close) this.passTo(close);
    if (this.text.charCodeAt(close) === SLASH) {
      if (this.text.charCodeAt(close + 1) !== GREATER) this.fail('a "/" inside a tag');
      this.end = close + 2;
      return EMPTY;
    }
    this.openStarts[this.depth] = nameStart;
    this.openEnds[this.depth] = nameEnd;
    this.depth += 1;
    this.end = close + 1;
    return OPEN;
  }
}
