import { inspect, types } from 'node:util';
import { isConnectorError } from '@connector-runtime/core';
import { foldCase, SecretIndex, withoutMarkup } from './secret-index.js';

const STRUCK_OUT = '[secret]';
/** Shorter texts occur by chance, and striking them out would make logs unreadable; keys still hide them. */
const MIN_SECRET_LENGTH = 4;
/** Renewed tokens add up in a process that runs for months; the oldest have expired by then. */
const MAX_LEARNT_SECRETS = 1_000;
const MAX_TEXT_LENGTH = 8_192;
const MAX_DEPTH = 6;
const MAX_ENTRIES = 100;

const SECRET_KEY =
  /pass(?:word|wd|phrase)|secret|token|authorization|cookie|credential|assertion|signature|(?:api|private|access)[-_]?key|session[-_]?id|^(?:pwd|sid|jwt)$/i;
/** Names that only speak of a secret: tokenUrl, tokenType, passwordExpiresAtEpochMs. */
const HARMLESS_KEY = /(?:url|uri|type|endpoint|ms|count|length|name)$/i;

/** Control characters, line separators, and what turns the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

/** Strikes known secrets out of what is logged or shown, in the forms in which they travel. One for each connection, or one for all. */
export class Redactor {
  readonly #pinned = new Map<string, Forms>();
  readonly #learnt = new Map<string, Forms>();
  #search: Search | undefined;

  /** From now on the text is struck out wherever it occurs; it may be forgotten when a thousand newer ones were learnt. */
  add(secret: string): void {
    if (secret.length < MIN_SECRET_LENGTH || this.#pinned.has(secret) || this.#learnt.has(secret)) return;
    this.#learnt.set(secret, formsOf(secret));
    const [oldest = secret] = this.#learnt.keys();
    if (this.#learnt.size > MAX_LEARNT_SECRETS) this.#learnt.delete(oldest);
    this.#search = undefined;
  }

  /** As {@link add}, for good: a secret of the configuration. */
  pin(secret: string): void {
    if (secret.length < MIN_SECRET_LENGTH || this.#pinned.has(secret)) return;
    this.#pinned.set(secret, formsOf(secret));
    this.#search = undefined;
  }

  /** The text without secrets, with control characters written out and of bounded length. */
  text(text: string): string {
    // Cut only after the striking out, lest half a secret escape it.
    const struck = printable(this.strike(text));
    return struck.length <= MAX_TEXT_LENGTH
      ? struck
      : `${struck.slice(0, MAX_TEXT_LENGTH)}… (${struck.length - MAX_TEXT_LENGTH} more)`;
  }

  /** A copy that can be logged: strings as by {@link text}, values of tell-tale keys struck out, errors as plain objects, depth and width bounded. */
  data(value: unknown): unknown {
    return this.copy(value, 0);
  }

  private strike(text: string): string {
    if (this.#pinned.size + this.#learnt.size === 0) return text;
    this.#search ??= searchFor([...this.#pinned.values(), ...this.#learnt.values()]);
    return struckOut(text, this.#search);
  }

  private copy(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
      case 'boolean':
      case 'undefined':
        return value;
      case 'object':
        break;
      default:
        return this.text(String(value));
    }
    if (value === null) return null;
    if (depth >= MAX_DEPTH) return '[…]';
    if (types.isNativeError(value)) return this.copyError(value, depth);
    if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => this.copy(entry, depth + 1));
    if (inspect.custom in value) return this.text(inspect(value));
    return this.copyRecord(value, depth);
  }

  private copyRecord(record: object, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    const entries = types.isMap(record) ? [...record] : Object.entries(record);
    for (const [key, entry] of entries.slice(0, MAX_ENTRIES)) {
      const name = this.text(String(key));
      const isTellTale = SECRET_KEY.test(name) && !HARMLESS_KEY.test(name);
      const isStruck = isTellTale && entry !== undefined && entry !== null && typeof entry !== 'boolean';
      result[name] = isStruck ? STRUCK_OUT : this.copy(entry, depth + 1);
    }
    return result;
  }

  private copyError(error: Error, depth: number): Record<string, unknown> {
    const { code } = error as { code?: unknown };
    return {
      name: this.text(error.name),
      message: this.text(error.message),
      ...(isConnectorError(error) && { info: this.copy(error.info, depth + 1) }),
      ...(typeof code === 'string' && { code: this.text(code) }),
      ...(error.stack !== undefined && { stack: this.text(error.stack) }),
      ...(error.cause !== undefined && { cause: this.copy(error.cause, depth + 1) }),
    };
  }
}

/** How a secret travels, with its case folded. */
interface Forms {
  /** As it is, and encoded. */
  readonly literal: readonly string[];
  /** Where white space or markup may be written in several ways: as it is when they are put back. */
  readonly inMarkup: readonly string[];
}

function formsOf(secret: string): Forms {
  const bytes = Buffer.from(secret);
  const folded = foldCase(secret);
  const literal = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    // Through UTF-8 and back, which replaces a lone surrogate: encodeURIComponent would throw.
    encodeURIComponent(bytes.toString()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    bytes.toString('hex'),
    ...[0, 1, 2]
      .map((shift) => base64Inside(bytes, shift))
      .filter((inside) => inside.length >= 6)
      .flatMap((inside) => [inside, inside.replaceAll('+', '-').replaceAll('/', '_')]),
  ];
  // The second is for one that stands unescaped in a text and has in it what looks like a reference.
  const inMarkup = /[\s&<>"']/.test(secret) ? [folded.replaceAll(/\s+/g, ' '), withoutMarkup(folded).text] : [];
  return { literal: [...new Set(literal.map(foldCase))], inMarkup };
}

/** All forms of all secrets, to be found in one pass. */
interface Search {
  readonly literal: SecretIndex;
  readonly inMarkup: SecretIndex;
}

function searchFor(forms: readonly Forms[]): Search {
  return {
    literal: new SecretIndex(forms.flatMap(({ literal }) => literal)),
    inMarkup: new SecretIndex(forms.flatMap(({ inMarkup }) => inMarkup)),
  };
}

/** At each place the longest form that stands there is struck out. */
function struckOut(text: string, { literal, inMarkup }: Search): string {
  const folded = foldCase(text);
  const plain = withoutMarkup(folded);
  let struck = '';
  let from = 0;
  let plainAt = 0;
  for (let at = 0; at < text.length; ) {
    while ((plain.starts[plainAt] ?? at) < at) plainAt += 1;
    const plainLength = plain.starts[plainAt] === at ? inMarkup.lengthAt(plain.text, plainAt) : 0;
    const plainEnd = plainLength === 0 ? at : (plain.starts[plainAt + plainLength] ?? at);
    const end = Math.max(at + literal.lengthAt(folded, at), plainEnd);
    if (end === at) {
      at += 1;
      continue;
    }
    struck += `${text.slice(from, at)}${STRUCK_OUT}`;
    at = end;
    from = end;
  }
  return from === 0 ? text : struck + text.slice(from);
}

/** The characters that the bytes are sure to have in Base64 when `shift` bytes (modulo 3) stand before them, as in `user:password`. */
function base64Inside(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const start = [0, 2, 3][shift] ?? 0;
  const end = Math.floor(((shift + bytes.byteLength) * 8) / 6);
  return text.slice(start, end);
}

/** The text with control characters, line ends, and what turns the direction of text written out: it moves no cursor of a terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, writtenOut);
}

function writtenOut(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
