import { LITERAL_SCALAR } from './flat-text.js';

const MAX_MEMBERS = 100;
/** Longer text is looked at in steps. */
const MAX_LENGTH = 100_000;
/** Of shapes that are known at a time. */
const MAX_SHAPES = 20;

const FLAT = new RegExp(
  `^\\{"\\w{1,100}":(?:${LITERAL_SCALAR})(?:,"\\w{1,100}":(?:${LITERAL_SCALAR})){0,${MAX_MEMBERS - 1}}\\}$`,
);
/** In text that is flat: no quote follows a comma or a brace elsewhere, for inside a text it is escaped. */
const NAME = /[{,]"(\w+)":/g;

/** Patterns of records by their names, in order. */
const shapes = new Map<string, RegExp>();
let last: RegExp | undefined;

/**
 * Is text a record that may be sent, with plain values side by side and without white space, of the same names as a record before it? By one pattern for all of it.
 * False says nothing: the check of any record has to look.
 */
export function isKnownRecord(text: string): boolean {
  return text.length <= MAX_LENGTH && last?.test(text) === true;
}

/** Lets {@link isKnownRecord} know records that look like this one, which was checked: no name stands twice in it. */
export function learnRecord(text: string): void {
  if (text.length > MAX_LENGTH || !FLAT.test(text)) return;
  const names = [...text.matchAll(NAME)].map(([, name = '']) => name);
  const key = names.join();
  last = shapes.get(key);
  if (last !== undefined) return;
  if (shapes.size >= MAX_SHAPES) shapes.clear();
  last = new RegExp(`^\\{${names.map((name) => `"${name}":(?:${LITERAL_SCALAR})`).join()}\\}$`);
  shapes.set(key, last);
}
