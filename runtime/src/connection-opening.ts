import type { CallContext, Connection } from '@connector-runtime/core';
import type { CallLimit } from './execution/call-limit.js';

/** Opens a connection once, for whoever comes first; the others wait for it. Tried again at the next use if it threw. */
export class ConnectionOpening {
  private underWay: Promise<void> | undefined;
  private isOpen = false;

  /** `opened` is called once, with the milliseconds that it took. */
  constructor(
    private readonly connection: () => Connection,
    private readonly opened: (tookMs: number) => void,
  ) {}

  async open(context: CallContext, limit: CallLimit): Promise<void> {
    while (!this.isOpen) {
      if (this.underWay !== undefined) {
        await limit.race(this.underWay.catch(() => undefined));
        continue;
      }
      const startedMs = context.clock.now();
      this.underWay = this.connection().open(context);
      try {
        await limit.race(this.underWay);
        this.isOpen = true;
        this.opened(context.clock.now() - startedMs);
      } finally {
        this.underWay = undefined;
      }
    }
  }
}
