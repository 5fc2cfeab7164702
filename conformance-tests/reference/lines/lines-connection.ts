import { type CallContext, type Connection, inject, injectable, type TestFinding } from '@connector-runtime/core';
import { LinesClient } from './lines-client.js';
import { LinesPool } from './lines-pool.js';
import { LinesSession, NONE } from './lines-session.js';

@injectable()
export class LinesConnection implements Connection {
  constructor(
    @inject(LinesPool) protected readonly pool: LinesPool,
    @inject(LinesSession) protected readonly session: LinesSession,
    @inject(LinesClient) protected readonly client: LinesClient,
  ) {}

  async open(context: CallContext): Promise<void> {
    await this.session.renew(NONE, context);
  }

  async test(context: CallContext): Promise<readonly TestFinding[]> {
    const startedMs = context.clock.now();
    await this.client.send({ verb: 'PING', target: NONE, effect: 'none' }, context);
    return [{ name: 'ping', ok: true, message: 'the service answers', tookMs: context.clock.now() - startedMs }];
  }

  async close(): Promise<void> {
    this.pool.close();
  }
}
