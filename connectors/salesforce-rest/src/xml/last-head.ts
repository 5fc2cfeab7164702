import { ownText } from '../text/own-text.js';

/** The longest head that is worth keeping. */
const MAX_LENGTH = 1_000;

/** Of a text's beginning, or of a root's start tag: what was learnt when it was read last. The documents of one source begin alike. */
export class LastHead<T> {
  private last: { readonly head: string; readonly learnt: T } | undefined;

  /** What was learnt of the head that stands at `from`, and where the head ends. */
  at(text: string, from: number): { readonly learnt: T; readonly end: number } | undefined {
    const { last } = this;
    return last !== undefined && text.startsWith(last.head, from)
      ? { learnt: last.learnt, end: from + last.head.length }
      : undefined;
  }

  /** Keeps a head unless it is long; `learn` tells what of it, and keeps no part of the document alive. */
  keep(head: string, learn: () => T): void {
    if (head.length <= MAX_LENGTH) this.last = { head: ownText(head), learnt: learn() };
  }
}
