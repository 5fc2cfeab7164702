// Parts of patterns for values of JSON that hold no others. Repetitions are bounded, for each takes of the engine's stack: what has more is for the scanner.

const PLAIN = String.raw`[^"\\\0-\x1f]*`;

function textWith(escaped: string): string {
  return String.raw`"${PLAIN}(?:\\${escaped}${PLAIN}){0,200}"`;
}

const REST = String.raw`-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,4})?|true|false|null`;
/** The same, compiled in a quarter of the time, for patterns of texts that are not long. */
const REST_OF_SHORT = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null`;

export const TEXT = textWith(String.raw`(?:["\\/bfnrt]|u[0-9a-fA-F]{4})`);
export const SCALAR = `${TEXT}|${REST}`;
/** In a text that is not long; without characters by their number, and so without half of a surrogate pair. */
export const SCALAR_OF_SHORT = `${textWith(String.raw`["\\/bfnrt]`)}|${REST_OF_SHORT}`;
