import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type ConnectorError,
  inject,
  injectable,
  isConnectorError,
} from '@connector-runtime/core';
import { unlessAborted } from '../unless-aborted.js';
import type { LinesProperties } from './lines-properties.js';
import { nameIn, refusal } from './lines-refusal.js';
import { LinesWire, type Statement } from './lines-wire.js';

/** Stands where a statement has no session, or no target. */
export const NONE = '-';

/** The logged-in state: the name of a session, good on every socket of the connection until the service forgets it. */
@injectable()
export class LinesSession {
  private current = NONE;
  private renewing: Promise<void> | undefined;
  private refused: ConnectorError | undefined;

  constructor(
    @inject(LinesWire) protected readonly wire: LinesWire,
    @inject(CONNECTION_PROPERTIES) protected readonly properties: LinesProperties,
  ) {}

  get name(): string {
    return this.current;
  }

  /** Replaces the session that the service rejected, once however many ask; does nothing where it has been replaced already. */
  async renew(rejected: string, context: CallContext): Promise<void> {
    while (this.current === rejected) {
      if (this.refused !== undefined) throw this.refused;
      const isOwn = this.renewing === undefined;
      this.renewing ??= this.login(context).finally(() => {
        this.renewing = undefined;
      });
      try {
        return await unlessAborted(this.renewing, context.signal);
      } catch (error) {
        // The end of our own attempt would be the end of the next one too.
        if (isOwn || context.signal.aborted || !isEndOfCall(error)) throw error;
      }
    }
  }

  /** Refused credentials are kept: sent again they might lock the account. */
  protected async login(context: CallContext): Promise<void> {
    const statement = this.statement(this.properties.password.reveal());
    const answer = await this.wire.send(statement, NONE, context);
    if (answer.outcome !== 'OK') {
      this.refused = refusal(answer, statement);
      throw this.refused;
    }
    this.current = nameIn(answer, statement);
  }

  /** Nothing but its payload shows the password: verb and target are what others may log. */
  protected statement(password: string): Statement {
    return { verb: 'LOGIN', target: NONE, payload: password, effect: 'none' };
  }
}

/** The call that logged in for all was ended: the others' affair it is not. */
function isEndOfCall(error: unknown): boolean {
  return isConnectorError(error) && (error.info.category === 'cancelled' || error.info.code === 'DEADLINE');
}
