const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECK_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const INSTANCE = 'Lo0';

/** Adds the three check characters to a 15-character id: each group of five gives one, from which of its characters are capitals. */
export function withChecksum(id15: string): string {
  let check = '';
  for (let group = 0; group < 15; group += 5) {
    let bits = 0;
    for (let bit = 0; bit < 5; bit++) {
      const code = id15.charCodeAt(group + bit);
      if (code >= 65 && code <= 90) bits |= 1 << bit;
    }
    check += CHECK_ALPHABET.charAt(bits);
  }
  return id15 + check;
}

/** The 18-character form of an id in either form; undefined where the text is no id (wrong length, character or checksum). */
export function canonicalId(text: string): string | undefined {
  if (!/^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/.test(text)) return undefined;
  const id = withChecksum(text.slice(0, 15));
  return text.length === 15 || id.slice(15) === text.slice(15).toUpperCase() ? id : undefined;
}

/** Has a text the form of an id, whether it is one or not? */
export function looksLikeId(text: string): boolean {
  return /^[0-9A-Za-z]{15,18}$/.test(text);
}

/** The id of the record at a position of its table. */
export function seededId(keyPrefix: string, position: number): string {
  let number = '';
  for (let rest = position + 1; rest > 0; rest = Math.floor(rest / 62)) number = ALPHABET.charAt(rest % 62) + number;
  return withChecksum(keyPrefix + INSTANCE + number.padStart(9, '0'));
}

/** The key prefixes that custom objects get, in their order: a00, a01, …, azz. */
export function* customKeyPrefixes(): Generator<string> {
  for (const second of ALPHABET) for (const third of ALPHABET) yield `a${second}${third}`;
}

/** The position that `seededId` was given; undefined for an id that this org never made. */
export function positionOfId(id: string): number | undefined {
  if (id.slice(3, 6) !== INSTANCE) return undefined;
  let position = 0;
  for (let at = 6; at < 15; at++) position = position * 62 + ALPHABET.indexOf(id.charAt(at));
  return position - 1;
}
