const START_LENGTH = 4;
const MARKS = 1 << 16;

/**
 * Finds any of many texts in another, whatever their case, in one pass over it. A regular expression of thousands of alternatives does so too, yet takes megabytes of code,
 * made anew for each text that is added.
 */
export class SecretIndex {
  readonly #byStart = new Map<string, string[]>();
  /** Tells by a hash of its first characters where nothing can begin. */
  readonly #marks = new Uint8Array(MARKS);
  readonly #short: string[] = [];

  /** Texts with their case folded. */
  constructor(texts: Iterable<string>) {
    for (const text of new Set(texts)) {
      if (text.length < START_LENGTH) {
        this.#short.push(text);
        continue;
      }
      const start = text.slice(0, START_LENGTH);
      const others = this.#byStart.get(start);
      if (others === undefined) this.#byStart.set(start, [text]);
      else others.push(text);
      this.#marks[markOf(text, 0)] = 1;
    }
    for (const found of this.#byStart.values()) found.sort((a, b) => b.length - a.length);
  }

  /** Length of the longest text that stands at that place; 0 where none does. */
  lengthAt(folded: string, at: number): number {
    const isMarked = at + START_LENGTH <= folded.length && this.#marks[markOf(folded, at)] === 1;
    const candidates = isMarked ? this.#byStart.get(folded.slice(at, at + START_LENGTH)) : undefined;
    const longest =
      candidates?.find((text) => folded.startsWith(text, at)) ??
      this.#short.find((text) => folded.startsWith(text, at));
    return longest?.length ?? 0;
  }
}

function markOf(text: string, at: number): number {
  const first = text.charCodeAt(at) * 31 + text.charCodeAt(at + 1);
  return ((first * 31 + text.charCodeAt(at + 2)) * 31 + text.charCodeAt(at + 3)) & (MARKS - 1);
}

/** The text with its case folded, each character for itself: as long as before. */
export function foldCase(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase(); // oxlint-disable-line no-control-regex
  return text.replace(/[A-Z]|[^\0-\x7f]/g, (character) => {
    // oxlint-disable-line no-control-regex
    const lower = character.toLowerCase();
    return lower.length === 1 ? lower : character;
  });
}

const MARKUP = /\s+|&(?:(amp|lt|gt|quot|apos)|#0*(38|60|62|34|39)|#x0*(26|3c|3e|22|27));/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A text without the ways of writing that markup has. */
export interface PlainText {
  readonly text: string;
  /** Where each of its characters begins in the other text; one more says where that ends. */
  readonly starts: readonly number[];
}

/** The text with references to the characters of markup resolved once, and any white space as one blank. Its case is folded. */
export function withoutMarkup(folded: string): PlainText {
  const starts: number[] = [];
  let text = '';
  let from = 0;
  const passTo = (to: number) => {
    for (let at = from; at < to; at += 1) starts.push(at);
    text += folded.slice(from, to);
  };
  for (const { 0: whole, 1: name, 2: decimal, 3: hex, index } of folded.matchAll(MARKUP)) {
    passTo(index);
    starts.push(index);
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    text += NAMED[name ?? ''] ?? (Number.isNaN(code) ? ' ' : String.fromCharCode(code));
    from = index + whole.length;
  }
  passTo(folded.length);
  starts.push(folded.length);
  return { text, starts };
}
