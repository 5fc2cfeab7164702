import { type CallContext, type Connection, type ConnectorError, isConnectorError } from '@connector-runtime/core';
import type { CallLimit } from './execution/call-limit.js';

/** Where a runtime keeps that a connection's credentials were refused: they are sent once, and never again until the configuration changes. */
export interface RefusalMemory {
  refusal: ConnectorError | undefined;
}

/** Opens a connection once, for whoever comes first; the others wait for it. Tried again at the next use if it threw, never after it succeeded, nor with credentials that were refused. */
export class ConnectionOpening {
  private underWay: Promise<void> | undefined;

  /** `opened` is called once, with the milliseconds that it took. */
  constructor(
    private readonly connection: () => Connection,
    private readonly memory: RefusalMemory,
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
    return this.attempt(context).catch((error: unknown) => {
      this.underWay = undefined;
      if (isConnectorError(error) && error.info.category === 'auth' && !error.info.retryable)
        this.memory.refusal = error;
      throw error;
    });
  }

  private async attempt(context: CallContext): Promise<void> {
    if (this.memory.refusal !== undefined) throw this.memory.refusal;
    const startedMs = context.clock.now();
    await this.connection().open(context);
    this.opened(context.clock.now() - startedMs);
  }
}
