import type { Clock } from '@connector-runtime/core';

/** A clock that passes a wait at once and keeps account of it. */
export class LentClock implements Clock {
  readonly waits: number[] = [];
  /** What `random` gives. */
  chance = 0.5;

  constructor(
    private nowEpochMs = Date.UTC(2026, 0, 1),
    /** False: a wait passes without the time going on. */
    private readonly goesOn = true,
  ) {}

  now(): number {
    return this.nowEpochMs;
  }

  random(): number {
    return this.chance;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.waits.push(ms);
    if (this.goesOn) this.nowEpochMs += ms;
    // A turn of the event loop, as a real wait has.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }

  advance(ms: number): void {
    this.nowEpochMs += ms;
  }
}
