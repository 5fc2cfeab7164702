import type { CallContext, Connection } from '@connector-runtime/core';
import type { CallLimit } from './execution/call-limit.js';

/** Opens a connection once, for whoever comes first; the others wait for it. Tried again at the next use if it threw, never after it succeeded. */
export class ConnectionOpening {
  private underWay: Promise<void> | undefined;

  /** `opened` is called once, with the milliseconds that it took. */
  constructor(
    private readonly connection: () => Connection,
    private readonly opened: (tookMs: number) => void,
  ) {}

  /** Settles when it is open, or the call is ended: the opening itself then goes on for the others, until it hears of its own call's end. */
  async open(context: CallContext, limit: CallLimit): Promise<void> {
    for (;;) {
      const isFirst = this.underWay === undefined;
      this.underWay ??= this.start(context);
      try {
        await limit.race(this.underWay);
        return;
      } catch (error) {
        // Another call's opening failed, perhaps because that call was ended: this one tries for itself.
        if (isFirst || limit.signal.aborted) throw error;
      }
    }
  }

  private start(context: CallContext): Promise<void> {
    const startedMs = context.clock.now();
    const opening = Promise.resolve()
      .then(() => this.connection().open(context))
      .then(
        () => this.opened(context.clock.now() - startedMs),
        (error: unknown) => {
          this.underWay = undefined;
          throw error;
        },
      );
    return opening;
  }
}
