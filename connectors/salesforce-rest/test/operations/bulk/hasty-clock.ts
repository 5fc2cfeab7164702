import { PassingClock } from '../../passing-clock.js';

/** How long the runtime waits for an operation to stop. */
const STOP_MS = 10_000;

/** Lets pauses of up to a minute pass at once, and notes them. */
export class HastyClock extends PassingClock {
  readonly pausesMs: number[] = [];

  override sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 60_000 || ms === STOP_MS) return super.sleep(ms, signal);
    this.pausesMs.push(ms);
    return super.sleep(0, signal);
  }
}
