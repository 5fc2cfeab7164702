// Parts of patterns for values of JSON that hold no others. Repetitions are bounded, for each takes of the engine's stack: what has more is for the scanner.

const PLAIN = String.raw`[^"\\\0-\x1f]*`;

function textWith(escaped: string): string {
  return String.raw`"${PLAIN}(?:\\${escaped}${PLAIN}){0,200}"`;
}

const REST = String.raw`-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,4})?|true|false|null`;

export const TEXT = textWith(String.raw`(?:["\\/bfnrt]|u[0-9a-fA-F]{4})`);
export const SCALAR = `${TEXT}|${REST}`;
/** Whose text holds no character by its number: no half of a surrogate pair either. */
export const SCALAR_WITHOUT_CODES = `${textWith(String.raw`["\\/bfnrt]`)}|${REST}`;
