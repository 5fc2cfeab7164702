import { type CallContext, isConnectorError } from '@connector-runtime/core';

interface Flight<T> {
  readonly outcome: Promise<T>;
  readonly calledOff: AbortController;
  waiting: number;
}

/** Lets everybody who wants the same thing at the same time wait for one piece of work. Who waits can leave by its own signal; when all have left, the work is called off. */
export class SingleFlight<T> {
  private underway: Flight<T> | undefined;

  /** The outcome of the work under way, or of `work` where none is. It is given a context that belongs to all who wait. */
  async run(context: CallContext, work: (context: CallContext) => Promise<T>): Promise<T> {
    for (;;) {
      context.signal.throwIfAborted();
      const isOwn = this.underway === undefined;
      this.underway ??= this.start(context, work);
      const flight = this.underway;
      flight.waiting += 1;
      try {
        return await untilAborted(flight.outcome, context.signal);
      } catch (error) {
        // The end of our own work would be the end of the next one too.
        if (isOwn || context.signal.aborted || !wasCalledOff(error)) throw error;
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0 && context.signal.aborted) flight.calledOff.abort(context.signal.reason);
      }
    }
  }

  private start(
    { deadlineEpochMs, clock, logger, meter }: CallContext,
    work: (context: CallContext) => Promise<T>,
  ): Flight<T> {
    const calledOff = new AbortController();
    const outcome = work({ deadlineEpochMs, clock, logger, meter, signal: calledOff.signal }).finally(() => {
      this.underway = undefined;
    });
    // Nobody may be waiting any more when it fails.
    outcome.catch(() => undefined);
    return { outcome, calledOff, waiting: 0 };
  }
}

function wasCalledOff(error: unknown): boolean {
  return isConnectorError(error) && (error.info.category === 'cancelled' || error.info.code === 'DEADLINE');
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (leave !== undefined) signal.removeEventListener('abort', leave);
  }
}
