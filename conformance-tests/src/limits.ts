// Not the global ones: a plugin may have put others in their place.
import { clearTimeout, setTimeout } from 'node:timers';

/** How long the suite waits in real time, milliseconds. */
export interface SuiteLimits {
  /** For a member of the subject or the fixture: to start, to stop, to give the ledger. Default a minute. */
  readonly fixtureMs: number;
  /** For one check. Checks never wait; those with processes of their own work for long. Default three minutes. */
  readonly checkMs: number;
}

export const DEFAULT_LIMITS: SuiteLimits = { fixtureMs: 60_000, checkMs: 180_000 };

/** What `within` rejects with. */
export class TookTooLong extends Error {
  constructor(limitMs: number) {
    super(`it had not ended after ${limitMs / 1000} s`);
    this.name = 'TookTooLong';
  }
}

/** The outcome of the work, or a rejection once its time is over; the work itself cannot be stopped. */
export async function within<T>(limitMs: number, work: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(limitMs)), limitMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
