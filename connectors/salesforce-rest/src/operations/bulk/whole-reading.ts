import type { CallContext } from '@connector-runtime/core';

/** Results may lag behind the state of their job, or come cut at a row's end where nothing else tells their length. */
const MAX_READINGS = 3;
const FIRST_PAUSE_MS = 500;

/** Reads results; again after a pause, where what was read is not whole. Gives the last reading, whole or not. */
export async function readUntilWhole<T>(
  read: () => Promise<T>,
  isWhole: (reading: T) => boolean,
  { clock, signal }: CallContext,
): Promise<T> {
  for (let readings = 1; ; readings += 1) {
    const reading = await read();
    if (isWhole(reading) || readings >= MAX_READINGS) return reading;
    await clock.sleep(FIRST_PAUSE_MS * readings * (0.5 + clock.random() / 2), signal);
  }
}
