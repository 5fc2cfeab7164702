import { inspect, types } from 'node:util';
import { isConnectorError } from '@connector-runtime/core';
import { anchorsIn, KnownSecret } from './known-secret.js';

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

/** Has none of these; spares most texts the wider pattern, whose compiling alone takes milliseconds. */
const PLAIN = /^[ -~]*$/;

/** Strikes known secrets out of what is logged or shown, in the forms in which they travel. One for each connection, or one for all. */
export class Redactor {
  readonly #pinned = new Map<string, KnownSecret>();
  readonly #learnt = new Map<string, KnownSecret>();

  /** From now on the text is struck out wherever it occurs; it may be forgotten when a thousand newer ones were learnt. */
  add(secret: string): void {
    if (secret.length < MIN_SECRET_LENGTH || this.#pinned.has(secret) || this.#learnt.has(secret)) return;
    this.#learnt.set(secret, new KnownSecret(secret));
    const [oldest = secret] = this.#learnt.keys();
    if (this.#learnt.size > MAX_LEARNT_SECRETS) this.#learnt.delete(oldest);
  }

  /** As {@link add}, for good: a secret of the configuration. */
  pin(secret: string): void {
    if (secret.length < MIN_SECRET_LENGTH || this.#pinned.has(secret)) return;
    this.#pinned.set(secret, new KnownSecret(secret));
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

  /** The text without secrets and otherwise as it is: for what machines read. */
  strike(text: string): string {
    if (text.length < MIN_SECRET_LENGTH || this.#pinned.size + this.#learnt.size === 0) return text;
    // The text is searched once, whatever the number of secrets; only those that it may hold are looked at closer.
    const there = anchorsIn(text);
    const candidates = [...this.#pinned.values(), ...this.#learnt.values()].filter((secret) =>
      secret.mayBeAmong(there),
    );
    // The longest first, lest the end of one remain that begins as another does.
    candidates.sort((a, b) => b.length - a.length);
    return candidates.reduce((struck, secret) => secret.strike(struck, STRUCK_OUT), text);
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

/** The text with control characters, line ends, and what turns the direction of text written out: it moves no cursor of a terminal. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNPRINTABLE, writtenOut);
}

function writtenOut(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
