import type { Clock } from '@connector-runtime/core';

/** The clock of this machine, on which a test may let time pass: who waited for it goes on at once. */
export class PassingClock implements Clock {
  private passedMs = 0;
  private readonly waiting = new Set<{ readonly dueMs: number; readonly wake: () => void }>();
  private readonly watchers = new Set<(ms: number) => void>();

  /** `random` of 0: repeats come without a pause. */
  constructor(readonly random: () => number = Math.random) {}

  now(): number {
    return Date.now() + this.passedMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const end = () => {
        clearTimeout(timer);
        this.waiting.delete(waiting);
        signal.removeEventListener('abort', leave);
      };
      const leave = () => {
        end();
        reject(signal.reason as Error);
      };
      const wake = () => {
        end();
        resolve();
      };
      const waiting = { dueMs: this.now() + ms, wake };
      const timer = setTimeout(wake, ms);
      this.waiting.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
      for (const watcher of this.watchers) watcher(ms);
    });
  }

  /** Resolves when somebody begins to wait for so long. */
  waits(fromMs: number, toMs: number): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (ms: number): void => {
        if (ms < fromMs || ms > toMs) return;
        this.watchers.delete(watcher);
        resolve();
      };
      this.watchers.add(watcher);
    });
  }

  pass(ms: number): void {
    this.passedMs += ms;
    for (const { dueMs, wake } of this.waiting) if (dueMs <= this.now()) wake();
  }
}
