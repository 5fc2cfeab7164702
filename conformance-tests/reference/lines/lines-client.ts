import {
  type CallContext,
  ConnectorError,
  type ErrorInfo,
  errorInfoOf,
  inject,
  injectable,
} from '@connector-runtime/core';
import { refusal } from './lines-refusal.js';
import { LinesSession } from './lines-session.js';
import { type Answer, LinesWire, type Statement } from './lines-wire.js';

/** Puts the session on every statement, renews it once, and names the service's refusals. */
@injectable()
export class LinesClient {
  constructor(
    @inject(LinesWire) protected readonly wire: LinesWire,
    @inject(LinesSession) protected readonly session: LinesSession,
  ) {}

  /** Gives the answer that is OK; any other is a `ConnectorError`. */
  async send(statement: Statement, context: CallContext): Promise<Answer> {
    const used = this.session.name;
    let answer = await this.wire.send(statement, used, context);
    if (answer.outcome === 'EXPIRED') answer = await this.sendAgain(statement, used, answer.earlier, context);
    if (answer.outcome !== 'OK') throw refusal(answer, statement);
    return answer;
  }

  /** With a new session. What attempts with the old one may have done stays open, whatever comes of this. */
  private async sendAgain(
    statement: Statement,
    rejected: string,
    earlier: ErrorInfo['effect'],
    context: CallContext,
  ): Promise<Answer> {
    try {
      await this.session.renew(rejected, context);
      const answer = await this.wire.send(statement, this.session.name, context);
      return earlier === 'unknown' ? { ...answer, earlier } : answer;
    } catch (error) {
      if (earlier !== 'unknown') throw error;
      throw new ConnectorError({ ...errorInfoOf(error, earlier), effect: earlier }, { cause: error });
    }
  }
}
