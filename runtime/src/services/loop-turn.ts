import { setImmediate } from 'node:timers/promises';

const MAX_BUSY_MS = 10;
const LOOKS_BETWEEN_CLOCK_READS = 32;

/** A loop that never waits starves timers, cancellation and other executions; this gives the event loop a turn every 10 ms. */
export class LoopTurn {
  private looks = 0;
  private lastTurnMs = performance.now();

  /** A loop of large steps looks at the clock at each. */
  constructor(private readonly looksBetweenClockReads = LOOKS_BETWEEN_CLOCK_READS) {}

  /** Costs an increment; the clock is read at every 32nd look, or as told. */
  isDue(): boolean {
    this.looks += 1;
    if (this.looks < this.looksBetweenClockReads) return false;
    this.looks = 0;
    return performance.now() - this.lastTurnMs > MAX_BUSY_MS;
  }

  async take(): Promise<void> {
    await setImmediate();
    this.lastTurnMs = performance.now();
  }
}
