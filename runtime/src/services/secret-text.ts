import { inspect } from 'node:util';
import type { Secret } from '@connector-runtime/core';

const SHOWN = '[secret]';

/** A secret that only `reveal` gives away: no print, log, JSON, inspection, copy or enumeration does. */
export class SecretText implements Secret {
  // A true private field: structuredClone, spreading and Object.entries do not see it.
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/** Tells of every secret of these properties. */
export function noteSecrets(properties: Readonly<Record<string, unknown>>, note: (secret: string) => void): void {
  for (const value of Object.values(properties)) if (value instanceof SecretText) note(value.reveal());
}
