import { getMaxListeners } from 'node:events';
import type { CallContext } from '@connector-runtime/core';
import { SingleFlight } from '#src/transport/single-flight.js';

const context = { signal: new AbortController().signal, deadlineEpochMs: 1_000 } as CallContext;

test('work that many wait for is done once, and much may begin within it: its signal warns of no leak of listeners', async () => {
  const flights = new SingleFlight<number>();
  let works = 0;
  const work = async ({ signal }: CallContext): Promise<number> => {
    works += 1;
    return getMaxListeners(signal);
  };

  const outcomes = await Promise.all([1, 2, 3].map(() => flights.run('same', context, work)));

  expect(outcomes).toEqual([1, 2, 3].map(() => Number.POSITIVE_INFINITY));
  expect(works).toBe(1);
});
