/** Which writes of records a lock meets; all that are given must fit. */
export interface RowLockSpec {
  /** The record itself, or one that it points to: writing a child locks its parents. 18 characters. Absent: any record. */
  readonly id?: string;
  /** The first matching write that it refuses; 1 where absent. */
  readonly nth?: number;
  /** How many it refuses from there; 1 where absent, `Infinity` (over HTTP: 0) until it is removed. */
  readonly times?: number;
}

/** A planted lock. */
export class RowLock {
  #matched = 0;
  #acted = 0;

  constructor(
    readonly id: number,
    readonly spec: RowLockSpec,
  ) {}

  /** Writes that it refused so far. */
  get acted(): number {
    return this.#acted;
  }

  /** Counts a write of a record with these ids and tells whether this refuses it. */
  take(ids: readonly string[]): boolean {
    const { id, nth = 1, times = 1 } = this.spec;
    if (id !== undefined && !ids.includes(id)) return false;
    this.#matched++;
    if (this.#matched < nth || (times > 0 && this.#acted >= times)) return false;
    this.#acted++;
    return true;
  }
}

/** Records that someone else is writing just now, as tests will have it: a request to write one is refused with `UNABLE_TO_LOCK_ROW`. */
export class RowLocks {
  #planted: RowLock[] = [];
  #made = 0;

  /** Plants a lock. `locks.add({ nth: 3 })` refuses the third write of a record from now on, once. */
  add(spec: RowLockSpec): RowLock {
    const lock = new RowLock(++this.#made, spec);
    this.#planted.push(lock);
    return lock;
  }

  /** Removes one lock, or all. */
  remove(lock?: RowLock): void {
    this.#planted = this.#planted.filter((planted) => lock !== undefined && planted !== lock);
  }

  find(id: number): RowLock | undefined {
    return this.#planted.find((lock) => lock.id === id);
  }

  /** Does a lock refuse a write of the record with these ids (its own, those of its parents)? For the routes. */
  refuses(ids: readonly string[]): boolean {
    return this.#planted.some((lock) => lock.take(ids));
  }
}
