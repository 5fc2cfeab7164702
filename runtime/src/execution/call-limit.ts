import { setMaxListeners } from 'node:events';
import { type Clock, ConnectorError } from '@connector-runtime/core';
import { TIMER_OVER } from '../services/timer-over.js';

/** How long a call may last when the host says nothing. */
export const DEFAULT_DEADLINE_MS = 3_600_000;

/** What a host may say about one call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** A duration. */
  readonly deadlineMs?: number;
}

/** Ends a call: by the host's signal, by its deadline, or by the runtime. Its signal's reason is always a ConnectorError. */
export class CallLimit {
  readonly deadlineEpochMs: number;
  private readonly controller = new AbortController();
  private readonly timer = new AbortController();
  private readonly hostAborted = () => this.abort(cancelled('CANCELLED', reasonOf(this.options.signal)));

  constructor(
    clock: Clock,
    private readonly options: CallOptions,
  ) {
    const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
    // Much may wait for the end of one call at the same time; that is no leak.
    setMaxListeners(Number.POSITIVE_INFINITY, this.controller.signal);
    if (!(deadlineMs > 0)) throw new TypeError(`deadlineMs must be above 0, got ${deadlineMs}`);
    this.deadlineEpochMs = clock.now() + deadlineMs;
    if (options.signal?.aborted) this.hostAborted();
    else {
      options.signal?.addEventListener('abort', this.hostAborted, { once: true });
      clock.sleep(deadlineMs, this.timer.signal).then(
        () => this.abort(deadlinePassed(deadlineMs)),
        () => undefined,
      );
    }
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason: ConnectorError): void {
    if (!this.controller.signal.aborted) this.controller.abort(reason);
  }

  /** Lets go of the host's signal and the timer; to be called when the call is over. */
  end(): void {
    this.options.signal?.removeEventListener('abort', this.hostAborted);
    this.timer.abort(TIMER_OVER);
  }

  /** Settles with `work`, or rejects as soon as the call is ended. */
  async race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    let aborted: (() => void) | undefined;
    try {
      return await Promise.race([
        work,
        new Promise<never>((_, reject) => {
          aborted = () => reject(signal.reason);
          if (signal.aborted) aborted();
          else signal.addEventListener('abort', aborted, { once: true });
        }),
      ]);
    } finally {
      if (aborted !== undefined) signal.removeEventListener('abort', aborted);
      work.catch(() => undefined);
    }
  }
}

/** An abort without a reason of the host's own is a DOMException that says nothing. */
function reasonOf(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  return reason instanceof Error && reason.name !== 'AbortError' ? reason.message : 'cancelled by the host';
}

/** The reason of an ended call: `CANCELLED`, `SHUTDOWN` or `HOST_LEFT`. */
export function cancelled(code: 'CANCELLED' | 'SHUTDOWN' | 'HOST_LEFT', message: string): ConnectorError {
  return new ConnectorError({ category: 'cancelled', code, message, effect: 'none', retryable: true });
}

function deadlinePassed(deadlineMs: number): ConnectorError {
  const message = `the deadline of ${deadlineMs} ms has passed`;
  return new ConnectorError({ category: 'timeout', code: 'DEADLINE', message, effect: 'none', retryable: true });
}
