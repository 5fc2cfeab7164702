/** Characters of a form that are looked for before its pattern is tried. */
const ANCHOR_LENGTH = 4;

/** A secret in the forms in which it travels: as it is, and as JSON, XML, HTML, an address, a form, hex or Base64 has it. */
export class KnownSecret {
  /** Empty: too short to look for, so it may be anywhere. */
  private readonly anchors: readonly number[];
  #literals: readonly string[] | undefined;
  #pattern: RegExp | undefined;

  constructor(private readonly secret: string) {
    const { literals, isAnchored } = formsOf(secret);
    this.anchors = isAnchored ? [...new Set(literals.map((literal) => anchorOf(literal, 0)))] : [];
  }

  get length(): number {
    return this.secret.length;
  }

  /** False: a text with these {@link anchorsIn} it does not hold the secret. */
  mayBeAmong(anchors: ReadonlySet<number>): boolean {
    return this.anchors.length === 0 || this.anchors.some((anchor) => anchors.has(anchor));
  }

  /** The pattern is made when it is first needed: few of many secrets ever are, and it takes milliseconds for a long one. */
  strike(text: string, by: string): string {
    if (!this.mayStandIn(text)) return text;
    this.#pattern ??= new RegExp(formsOf(this.secret).patterns.join('|'), 'gi');
    return text.replace(this.#pattern, by);
  }

  /** False: no form of the secret is in the text, in whatever case; what regular expressions take for equal are letters with one capital. Source: ECMA-262, Canonicalize. */
  private mayStandIn(text: string): boolean {
    this.#literals ??= formsOf(this.secret).literals.map((literal) => literal.toUpperCase());
    const capitals = text.toUpperCase();
    return this.#literals.some((literal) => capitals.includes(literal));
  }
}

interface Forms {
  /** As regular expressions, the longest first, so that no form is struck out in part. */
  readonly patterns: readonly string[];
  /** A text that each has in it. */
  readonly literals: readonly string[];
  readonly isAnchored: boolean;
}

/** The anchors at each place of a text. */
export function anchorsIn(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = 0; at + ANCHOR_LENGTH <= text.length; at += 1) found.add(anchorOf(text, at));
  return found;
}

/** Of four characters, without regard to case; two that differ may have one, so it only tells where to look closer. */
function anchorOf(text: string, at: number): number {
  let anchor = 0;
  for (let index = at; index < at + ANCHOR_LENGTH; index += 1) {
    const code = text.charCodeAt(index);
    anchor = (Math.imul(anchor, 31_337) + (code >= 65 && code <= 90 ? code + 32 : code)) | 0;
  }
  return anchor;
}

/** As it was at the start: code in the same process may replace it. */
const { stringify } = JSON;

function formsOf(secret: string): Forms {
  const bytes = Buffer.from(secret);
  const literal = new Set([
    stringify(secret).slice(1, -1),
    // Through UTF-8 and back, which replaces a lone surrogate: encodeURIComponent would throw.
    encodeURIComponent(bytes.toString()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    bytes.toString('hex'),
  ]);
  for (const shift of [0, 1, 2]) {
    const inside = base64Inside(bytes, shift);
    if (inside.length >= 6) literal.add(inside).add(inside.replaceAll('+', '-').replaceAll('/', '_'));
  }
  const plain = secret.split(/[\s&<>"']+/).sort((a, b) => b.length - a.length)[0] ?? '';
  const lengths = new Map([...literal].map((form) => [escaped(form), form.length]));
  lengths.set(inMarkup(secret), secret.length);
  return {
    patterns: [...lengths].sort(([, a], [, b]) => b - a).map(([pattern]) => pattern),
    literals: [plain, ...literal],
    isAnchored: [plain, ...literal].every((form) => form.length >= ANCHOR_LENGTH),
  };
}

const MARKUP: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** The text as it is, or with any of its special characters written as a reference, and its white space as any other. */
function inMarkup(text: string): string {
  return text.replace(/\s+|[&<>"']|[^\s&<>"']+/g, (piece) => {
    const name = MARKUP[piece];
    if (name === undefined) return /^\s/.test(piece) ? '\\s+' : escaped(piece);
    const code = piece.charCodeAt(0);
    return `(?:${piece}|&${name};|&#0*${code};|&#x0*${code.toString(16)};)`;
  });
}

/** The characters that the bytes are sure to have in Base64 when `shift` bytes (modulo 3) stand before them, as in `user:password`. */
function base64Inside(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const start = [0, 2, 3][shift] ?? 0;
  const end = Math.floor(((shift + bytes.byteLength) * 8) / 6);
  return text.slice(start, end);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
