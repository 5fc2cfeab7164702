import {
  type CallContext,
  ConnectorError,
  type ErrorInfo,
  errorInfoOf,
  inject,
  injectable,
  isConnectorError,
} from '@connector-runtime/core';
import { type Frame, frameBytes } from './lines-frame.js';
import { LinesPool } from './lines-pool.js';
import type { LinesSocket } from './lines-socket.js';
import { withinLimit } from './lines-waiting.js';

const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;

/** One statement, as those above state it. */
export interface Statement {
  readonly verb: string;
  /** Without blanks. */
  readonly target: string;
  readonly payload?: string;
  /** On the service. `none`: a read. `repeatable`: may be sent again after any loss. `once`: again only if it was provably not applied. */
  readonly effect: 'none' | 'repeatable' | 'once';
}

/** What the service said. */
export interface Answer {
  /** `OK`, or the service's code for what it does not like. */
  readonly outcome: string;
  readonly text: string;
  /** What attempts before this one may have done. */
  readonly earlier: ErrorInfo['effect'];
}

/**
 * Sends statements, and again where their effect allows it. What of HTTP the host would do is done here: the limit of one attempt, the pauses between them, and
 * an error's effect, which only whoever writes to the socket can know.
 */
@injectable()
export class LinesWire {
  /** Of one attempt, waiting for a socket included. */
  protected readonly attemptLimitMs: number = 30_000;

  constructor(@inject(LinesPool) protected readonly pool: LinesPool) {}

  /** Gives any answer but BUSY, which is an attempt in vain. */
  async send(statement: Statement, session: string, context: CallContext): Promise<Answer> {
    let earlier: ErrorInfo['effect'] = 'none';
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (attempt > 1) await this.pause(attempt, context);
        return { ...(await this.attempt(statement, session, context)), earlier };
      } catch (error) {
        const info = errorInfoOf(error, 'none');
        if (info.effect === 'unknown') earlier = 'unknown';
        if (attempt === MAX_ATTEMPTS || !this.mayRepeat(statement, info))
          throw new ConnectorError(
            { ...info, effect: earlier, attempts: attempt, step: statement.verb },
            { cause: error },
          );
      }
    }
  }

  protected mayRepeat({ effect }: Statement, info: ErrorInfo): boolean {
    return info.retryable && (info.effect === 'none' || effect === 'repeatable');
  }

  /** Longer each time, and never the same for two clients that failed together. */
  protected async pause(attempt: number, { clock, deadlineEpochMs, signal }: CallContext): Promise<void> {
    const ms = FIRST_PAUSE_MS * 2 ** (attempt - 2) * (0.5 + clock.random());
    await clock.sleep(Math.min(ms, deadlineEpochMs - clock.now()), signal);
  }

  protected attempt({ verb, target, payload = '', effect }: Statement, session: string, context: CallContext) {
    const statement = frameBytes({ words: [verb, target, session], payload: Buffer.from(payload) });
    return withinLimit(this.attemptLimitMs, context, (stop) =>
      this.pool.use(stop, (socket) => this.exchange(socket, statement, effect, stop)),
    );
  }

  protected async exchange(socket: LinesSocket, statement: Uint8Array, effect: Statement['effect'], stop: AbortSignal) {
    let answer: Frame;
    try {
      answer = await socket.exchange(statement, stop);
    } catch (error) {
      throw this.lost(error, effect);
    }
    const [outcome = ''] = answer.words;
    if (outcome === 'BUSY') throw busy();
    return { outcome, text: Buffer.from(answer.payload).toString() };
  }

  /** The statement may have arrived: what became of a write is open. */
  protected lost(cause: unknown, effect: Statement['effect']): ConnectorError {
    const known = isConnectorError(cause) ? cause.info : CONNECTION_LOST;
    return new ConnectorError({ ...known, effect: effect === 'none' ? 'none' : 'unknown' }, { cause });
  }
}

const CONNECTION_LOST = {
  category: 'unavailable',
  code: 'LINES_CONNECTION_LOST',
  message: 'the connection broke before the answer',
  retryable: true,
} as const;

/** By the protocol nothing of a statement was applied that is answered so. */
function busy(): ConnectorError {
  const message = 'the service is busy';
  return new ConnectorError({ category: 'unavailable', code: 'LINES_BUSY', message, effect: 'none', retryable: true });
}
