import { inspect } from 'node:util';
import type { Secret } from '@connector-runtime/core';

/** What a login gives. */
export interface Grant {
  readonly token: string;
  /** Where the service wants data calls to go; absent where the answer does not say. */
  readonly origin?: string;
  /** Organisation and user, `00D…/005…`. */
  readonly user: string;
  /** Takes the place of the one that was used. */
  readonly refreshToken?: string;
}

/** A token in memory, which nothing prints. */
export class SessionToken implements Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
