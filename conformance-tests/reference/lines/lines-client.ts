import { type CallContext, inject, injectable } from '@connector-runtime/core';
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
    if (answer.outcome === 'EXPIRED') {
      const { earlier } = answer;
      await this.session.renew(used, context);
      answer = await this.wire.send(statement, this.session.name, context);
      if (earlier === 'unknown') answer = { ...answer, earlier };
    }
    if (answer.outcome !== 'OK') throw refusal(answer, statement);
    return answer;
  }
}
