import { setMaxListeners } from 'node:events';
import { type CallContext, type Clock, isConnectorError, type Logger, type Meter } from '@connector-runtime/core';
import { untilAborted } from './until-aborted.js';

interface Flight<T> {
  readonly outcome: Promise<T>;
  readonly context: SharedContext;
  readonly calledOff: AbortController;
  waiting: number;
}

/** Of work that several wait for: it has until the latest of their deadlines. Logger and meter are those of who began it. */
class SharedContext implements CallContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  deadlineEpochMs = 0;

  constructor(
    { clock, logger, meter }: CallContext,
    readonly signal: AbortSignal,
  ) {
    this.clock = clock;
    this.logger = logger;
    this.meter = meter;
  }
}

/** Lets everybody who wants the same thing at the same time wait for one piece of work. Who waits can leave by its own signal; when all have left, the work is called off. */
export class SingleFlight<T> {
  private readonly underway = new Map<string, Flight<T>>();

  /** The outcome of the work under way for that key, or of `work` where none is. It is given a context that belongs to all who wait. */
  async run(key: string, context: CallContext, work: (context: CallContext) => Promise<T>): Promise<T> {
    for (;;) {
      context.signal.throwIfAborted();
      const known = this.underway.get(key);
      const flight = known ?? this.start(key, context, work);
      flight.context.deadlineEpochMs = Math.max(flight.context.deadlineEpochMs, context.deadlineEpochMs);
      flight.waiting += 1;
      try {
        return await untilAborted(flight.outcome, context.signal);
      } catch (error) {
        // The end of our own work would be the end of the next one too.
        if (known === undefined || context.signal.aborted || !wasCalledOff(error)) throw error;
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0 && context.signal.aborted) flight.calledOff.abort(context.signal.reason);
      }
    }
  }

  private start(key: string, context: CallContext, work: (context: CallContext) => Promise<T>): Flight<T> {
    const calledOff = new AbortController();
    // Many flights may start from within this one and wait for its end.
    setMaxListeners(Number.POSITIVE_INFINITY, calledOff.signal);
    const shared = new SharedContext(context, calledOff.signal);
    shared.deadlineEpochMs = context.deadlineEpochMs;
    const outcome = work(shared).finally(() => this.underway.delete(key));
    // Nobody may be waiting any more when it fails.
    outcome.catch(() => undefined);
    const flight = { outcome, context: shared, calledOff, waiting: 0 };
    this.underway.set(key, flight);
    return flight;
  }
}

function wasCalledOff(error: unknown): boolean {
  return isConnectorError(error) && (error.info.category === 'cancelled' || error.info.code === 'DEADLINE');
}
