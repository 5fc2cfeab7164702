import { setImmediate, setTimeout } from 'node:timers';
import type { Clock } from '@connector-runtime/core';
import { seededRandom } from './seeded-random.js';

/** Where the lent time begins: 2026-01-15T12:00:00Z. */
const START_EPOCH_MS = Date.UTC(2026, 0, 15, 12);
/** Turns of the event loop without any sign of work before a wait is skipped. */
const QUIET_TURNS = 12;

/** Waits of so long are seldom pauses: what they limit may be at work where no sign is seen, in a thread or at the service before its gate. */
const LONG_WAIT_MS = 5_000;
const QUIET_BEFORE_LONG_MS = 20;

/** Longer waits are limits (deadlines), not pauses: they are passed only when a check says so. */
const LONGEST_PAUSE_MS = 10 * 60_000;
/** Before a limit is passed: what a plugin does in a thread must not be taken for nothing. */
const QUIET_BEFORE_LIMIT_MS = 500;

interface Waiting {
  /** How long it was when it began. */
  readonly ms: number;
  readonly dueMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export interface LentClockOptions {
  readonly seed: number;
  /** Is a request under way? No wait is skipped meanwhile. */
  readonly isBusy: () => boolean;
  /** Grows with each sign of work; no wait is skipped meanwhile. */
  readonly movements: () => number;
  /** How long nothing may have happened before a wait is skipped, in real time. */
  readonly quietMs: number;
}

/**
 * Time that stands still while there is work to do and jumps to the end of the next wait when there is none, so that a check of an hour takes milliseconds.
 * Randomness comes from the seed.
 */
export class LentClock implements Clock {
  readonly random: () => number;
  private nowMs = START_EPOCH_MS;
  private readonly waiting = new Set<Waiting>();
  private orders = 0;
  private activity = 0;
  private isWatching = false;
  private isHeld = false;
  private skipUpToMs = LONGEST_PAUSE_MS;

  constructor(private readonly options: LentClockOptions) {
    this.random = seededRandom(options.seed);
  }

  now(): number {
    return this.nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.activity += 1;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const end = () => {
        this.activity += 1;
        this.waiting.delete(waiting);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        end();
        reject(signal.reason);
      };
      const waiting: Waiting = {
        ms,
        dueMs: this.nowMs + Math.max(0, ms),
        order: this.orders++,
        wake: () => {
          end();
          resolve();
        },
      };
      this.waiting.add(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
      void this.watch();
    });
  }

  /** No wait is skipped until {@link go}: for a check that acts while the plugin waits. */
  hold(): void {
    this.isHeld = true;
  }

  go(): void {
    this.isHeld = false;
  }

  /** From now on only waits that end within so long are passed: for a check that sets a limit, which must not be taken for a pause. */
  passUpTo(ms: number): void {
    this.skipUpToMs = ms;
  }

  /** From now on limits are passed too, where nothing else is left to wait for. */
  passLimits(): void {
    this.skipUpToMs = Number.POSITIVE_INFINITY;
    void this.watch();
  }

  /** Ends the skipping; who still waits is left waiting. */
  stop(): void {
    this.waiting.clear();
  }

  /** Lets so much time pass, waking who waits in order and giving each a chance to go on; used after the work of a check. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      await quietTurns(QUIET_TURNS);
      const next = this.earliest(untilMs);
      if (next === undefined) break;
      this.wake(next);
    }
    this.nowMs = untilMs;
  }

  private get signs(): number {
    return this.activity + this.options.movements();
  }

  private async watch(): Promise<void> {
    if (this.isWatching) return;
    this.isWatching = true;
    while (this.earliest(this.nowMs + this.skipUpToMs) !== undefined) {
      const seen = this.signs;
      await quietTurns(QUIET_TURNS);
      await new Promise((resolve) => setTimeout(resolve, this.options.quietMs));
      if (this.isHeld || this.options.isBusy() || this.signs !== seen) continue;
      const next = this.earliest(this.nowMs + this.skipUpToMs);
      if (next === undefined) break;
      if (next.dueMs - this.nowMs >= LONG_WAIT_MS && !(await this.staysQuiet(seen, QUIET_BEFORE_LONG_MS))) continue;
      if (next.ms >= LONGEST_PAUSE_MS && !(await this.staysQuiet(seen, QUIET_BEFORE_LIMIT_MS))) continue;
      if (this.waiting.has(next)) this.wake(next);
    }
    this.isWatching = false;
  }

  /** Is there no sign of work for so long? Known as soon as there is one. */
  private async staysQuiet(seen: number, forMs: number): Promise<boolean> {
    for (let quietMs = 0; quietMs < forMs; quietMs += QUIET_BEFORE_LONG_MS) {
      await new Promise((resolve) => setTimeout(resolve, QUIET_BEFORE_LONG_MS));
      if (this.isHeld || this.options.isBusy() || this.signs !== seen) return false;
    }
    return true;
  }

  private wake(waiting: Waiting): void {
    this.nowMs = Math.max(this.nowMs, waiting.dueMs);
    waiting.wake();
  }

  private earliest(untilMs: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.waiting) {
      if (waiting.dueMs > untilMs) continue;
      if (
        first === undefined ||
        waiting.dueMs < first.dueMs ||
        (waiting.dueMs === first.dueMs && waiting.order < first.order)
      )
        first = waiting;
    }
    return first;
  }
}

async function quietTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
