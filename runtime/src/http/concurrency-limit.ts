/** At most so many at once; who waits is served in the order of asking. */
export class ConcurrencyLimit {
  private free: number;
  private readonly waiting = new Set<() => void>();

  constructor(places: number) {
    this.free = places;
  }

  /** Settles with a place, to be given back by {@link leave}; rejects with the signal's reason. `undefined`: the place is taken already, without a wait. */
  enter(signal: AbortSignal): Promise<void> | undefined {
    if (this.free > 0) {
      this.free -= 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const served = () => {
        signal.removeEventListener('abort', gaveUp);
        resolve();
      };
      const gaveUp = () => {
        this.waiting.delete(served);
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', gaveUp, { once: true });
      this.waiting.add(served);
    });
  }

  leave(): void {
    const [next] = this.waiting;
    if (next === undefined) this.free += 1;
    else {
      this.waiting.delete(next);
      next();
    }
  }
}
