import { isConnectorError } from '@connector-runtime/core';
/** What a check did, expected and saw. */
export interface Finding {
  readonly did: string;
  readonly expected: string;
  readonly seen: string;
  /** The operation or variant that was tried. */
  readonly operation?: string;
}

/** The plugin breaks the rule. */
export class CheckFailure extends Error {
  constructor(readonly finding: Finding) {
    super(`expected ${finding.expected}; seen ${finding.seen}; after ${finding.did}`);
    this.name = 'CheckFailure';
  }
}

/** The fixture cannot show it; `hint` says what to add. */
export class Unproven extends Error {
  constructor(readonly hint: string) {
    super(hint);
    this.name = 'Unproven';
  }
}

/** The plugin does not do what the rule is about, which no manifest tells. */
export class NotApplicable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotApplicable';
  }
}

/** The fixture or the suite is at fault, not the plugin. */
export class SubjectError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SubjectError';
  }
}

/** Anything as text, also what throws when it is read. */
export function textOfAny(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `what cannot be shown (${typeof value})`;
  }
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? textOfAny(value);
  } catch {
    return textOfAny(value);
  }
}

/** More than any card shows: it is shortened when secrets have been struck out, which a cut one would not be. */
const MAX_SEEN_CHARACTERS = 20_000;

/** Fails unless `holds`. `seen` is shown as JSON where it is no text. */
export function expectThat(
  holds: boolean,
  expected: string,
  seen: unknown,
  did: string,
  operation?: string,
): asserts holds {
  if (holds) return;
  const text = typeof seen === 'string' ? seen : asJson(seen);
  const shown = text.length > MAX_SEEN_CHARACTERS ? `${text.slice(0, MAX_SEEN_CHARACTERS)}…` : text;
  throw new CheckFailure({ did, expected, seen: shown, ...(operation === undefined ? {} : { operation }) });
}

/** As `instanceof`, also of what throws when it is looked at. */
export function isA<T>(value: unknown, type: abstract new (...given: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** The error's code and category, for messages. */
export function nameOf(error: unknown): string {
  try {
    return isConnectorError(error) ? `${error.info.category}/${error.info.code}` : String(error);
  } catch {
    return textOfAny(error);
  }
}
