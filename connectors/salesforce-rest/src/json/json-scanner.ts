import { MAX_DEPTH } from '../text/depth-limit.js';
import { JsonError } from './json-error.js';

/** What {@link JsonScanner.next} came upon. A scalar is at least `STRING`. */
export const END = 0;
export const OPEN_OBJECT = 1;
export const CLOSE_OBJECT = 2;
export const OPEN_ARRAY = 3;
export const CLOSE_ARRAY = 4;
export const STRING = 5;
/** A number, `true`, `false` or `null`. */
export const LITERAL = 6;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no text may hold as they are
const CONTROL = /[\0-\x1f]/; // oxlint-disable-line no-control-regex

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const WORDS: ReadonlyMap<number, string> = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), word]));

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * Goes over JSON text by position, value by value, and makes nothing of it: whoever uses it cuts out what is wanted. Strict (RFC 8259): what it came to the end of is JSON.
 * Throws {@link JsonError}, also where values are nested deeper than 200 levels.
 */
export class JsonScanner {
  /** Of the scalar or bracket that was come upon. */
  start = 0;
  end = 0;
  /** Of the value's member name with its quotes; -1 where it is no member. */
  keyStart = -1;
  keyEnd = -1;
  /** Containers around a scalar; of a bracket, with its own. The root is 1. */
  level = 0;
  /** Does the last name or text hold escapes? */
  hasEscapes = false;
  private open = 0;
  /** By level: the bracket that closes it. */
  private readonly closing: number[] = [];
  private isAfterValue = false;

  /** Of the first backslash that was not passed yet. */
  private nextEscape = -1;
  private readonly hasControls: boolean;

  constructor(private readonly text: string) {
    this.hasControls = CONTROL.test(text);
  }

  next(): number {
    const { text, open } = this;
    let at = this.end;
    let code = text.charCodeAt(at);
    if (code <= SPACE) {
      at = this.skipSpace(at);
      code = text.charCodeAt(at);
    }
    if (open === 0) {
      if (!this.isAfterValue) return this.readValue(at, code);
      if (at < text.length) throw this.unexpected(at);
      return END;
    }
    const closing = this.closing[open];
    if (code === closing) return this.close(at, closing);
    if (this.isAfterValue) {
      if (code !== COMMA) throw this.unexpected(at);
      at += 1;
      code = text.charCodeAt(at);
      if (code <= SPACE) {
        at = this.skipSpace(at);
        code = text.charCodeAt(at);
      }
    }
    this.keyStart = -1;
    this.hasEscapes = false;
    if (closing === CLOSE_BRACE) {
      if (code !== QUOTE) throw this.unexpected(at);
      this.keyStart = at;
      at = this.endOfString(at);
      this.keyEnd = at;
      code = text.charCodeAt(at);
      if (code <= SPACE) {
        at = this.skipSpace(at);
        code = text.charCodeAt(at);
      }
      if (code !== COLON) throw this.unexpected(at);
      at += 1;
      code = text.charCodeAt(at);
      if (code <= SPACE) {
        at = this.skipSpace(at);
        code = text.charCodeAt(at);
      }
    }
    return this.readValue(at, code);
  }

  /** Is the value the member of that name? The name stands in quotes, without escapes; that of the member may be written with some. */
  isMember(quotedName: string): boolean {
    const { keyStart, keyEnd, text } = this;
    if (keyStart < 0) return false;
    if (keyEnd - keyStart === quotedName.length && text.startsWith(quotedName, keyStart)) return true;
    return this.hasEscapes && `"${this.name}"` === quotedName;
  }

  /** The member's name, its escapes resolved; empty where the value is no member. */
  get name(): string {
    const { keyStart, keyEnd, text } = this;
    if (keyStart < 0) return '';
    const name = text.slice(keyStart + 1, keyEnd - 1);
    return this.hasEscapes && name.includes('\\') ? (JSON.parse(`"${name}"`) as string) : name;
  }

  /** The scalar as it is written. */
  get source(): string {
    return this.text.slice(this.start, this.end);
  }

  private readValue(at: number, code: number): number {
    this.start = at;
    if (code === QUOTE) {
      this.end = this.endOfString(at);
      this.level = this.open;
      this.isAfterValue = true;
      return STRING;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) return this.openContainer(at, code);
    this.end = this.endOfLiteral(at, code);
    this.level = this.open;
    this.isAfterValue = true;
    return LITERAL;
  }

  private endOfLiteral(at: number, code: number): number {
    const word = WORDS.get(code);
    if (word !== undefined) {
      if (!this.text.startsWith(word, at)) throw this.unexpected(at);
      return at + word.length;
    }
    NUMBER.lastIndex = at;
    if (!NUMBER.test(this.text)) throw this.unexpected(at);
    return NUMBER.lastIndex;
  }

  private openContainer(at: number, code: number): number {
    this.open += 1;
    if (this.open > MAX_DEPTH) throw new JsonError(`values are nested deeper than ${MAX_DEPTH}`);
    this.level = this.open;
    this.end = at + 1;
    this.isAfterValue = false;
    const isObject = code === OPEN_BRACE;
    this.closing[this.open] = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
    return isObject ? OPEN_OBJECT : OPEN_ARRAY;
  }

  private close(at: number, closing: number): number {
    this.start = at;
    this.end = at + 1;
    this.keyStart = -1;
    this.level = this.open;
    this.open -= 1;
    this.isAfterValue = true;
    return closing === CLOSE_BRACE ? CLOSE_OBJECT : CLOSE_ARRAY;
  }

  private skipSpace(from: number): number {
    let at = from;
    while (isSpace(this.text.charCodeAt(at))) at += 1;
    return at;
  }

  /** `at`: its opening quote. Searches, for that is several times faster than looking at every character. */
  private endOfString(at: number): number {
    const { text } = this;
    if (this.nextEscape < at) this.nextEscape = this.escapeFrom(at);
    let from = at + 1;
    for (;;) {
      const end = text.indexOf('"', from);
      if (end < 0) throw this.unexpected(text.length);
      if (this.nextEscape > end) {
        if (this.hasControls) this.refuseControls(at, end);
        return end + 1;
      }
      this.hasEscapes = true;
      from = this.endOfEscape(this.nextEscape);
      this.nextEscape = this.escapeFrom(from);
    }
  }

  private escapeFrom(at: number): number {
    const found = this.text.indexOf('\\', at);
    return found < 0 ? this.text.length : found;
  }

  private refuseControls(from: number, to: number): void {
    const found = this.text.slice(from, to).search(CONTROL);
    if (found >= 0) throw this.unexpected(from + found);
  }

  private endOfEscape(at: number): number {
    const letter = this.text.charAt(at + 1);
    if (letter !== '' && '"\\/bfnrt'.includes(letter)) return at + 2;
    if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(this.text.slice(at + 2, at + 6))) return at + 6;
    throw this.unexpected(at);
  }

  private unexpected(at: number): JsonError {
    if (at >= this.text.length) return new JsonError('the text ends too early');
    return new JsonError(`unexpected ${JSON.stringify(this.text.charAt(at))} at character ${at + 1}`);
  }
}

/** From where to where a member has to be cut out so that its object stays JSON: with the comma after it, or else the one before it. `from`: of its name, `to`: of its value. */
export function memberRange(text: string, from: number, to: number): readonly [from: number, to: number] {
  let after = to;
  while (isSpace(text.charCodeAt(after))) after += 1;
  if (text.charCodeAt(after) === COMMA) return [from, after + 1];
  let before = from;
  while (isSpace(text.charCodeAt(before - 1))) before -= 1;
  return [text.charCodeAt(before - 1) === COMMA ? before - 1 : from, to];
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}
