import type { Continuation } from './formats/record-writer.js';
import { seededId } from './store/ids.js';

const LIFE_MS = 2 * 86_400_000;
const MOST = 100_000;

/** Lists of records that were answered in part; each lives two days. */
export class Cursors {
  readonly #open = new Map<string, { readonly list: Continuation; readonly openedMs: number }>();
  readonly #ids = new WeakMap<Continuation, string>();
  #made = 0;

  constructor(private readonly now: () => number) {}

  /** The cursor's id; the same list keeps its id from page to page. */
  keep(list: Continuation): string {
    const known = this.#ids.get(list);
    if (known !== undefined) return known;
    const id = seededId('01g', this.#made++);
    this.#ids.set(list, id);
    this.#open.set(id, { list, openedMs: this.now() });
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST && oldest !== undefined) this.#open.delete(oldest);
    return id;
  }

  find(id: string): Continuation | undefined {
    const cursor = this.#open.get(id);
    return cursor === undefined || this.now() - cursor.openedMs > LIFE_MS ? undefined : cursor.list;
  }
}
