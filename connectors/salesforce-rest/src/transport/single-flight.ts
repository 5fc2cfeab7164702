import { type CallContext, isConnectorError } from '@connector-runtime/core';

/** Lets everybody who wants the same thing at the same time wait for one piece of work. Who waits can leave by its own signal. */
export class SingleFlight<T> {
  private underway: Promise<T> | undefined;

  /** The outcome of the work under way, or of `work` where none is. If whoever started it was cancelled, one of those who wait starts anew. */
  async run(context: CallContext, work: () => Promise<T>): Promise<T> {
    for (;;) {
      context.signal.throwIfAborted();
      if (this.underway === undefined) {
        const started = work().finally(() => {
          this.underway = undefined;
        });
        this.underway = started;
        return await started;
      }
      try {
        return await untilAborted(this.underway, context.signal);
      } catch (error) {
        if (context.signal.aborted || !wasCalledOff(error)) throw error;
      }
    }
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
