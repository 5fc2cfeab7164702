import { type CallContext, type Connection, inject, injectable, type TestFinding } from '@connector-runtime/core';
import { ItemsClient } from './items-client.js';
import { ItemsSession } from './items-session.js';

@injectable()
export class ItemsConnection implements Connection {
  constructor(
    @inject(ItemsSession) protected readonly session: ItemsSession,
    @inject(ItemsClient) protected readonly client: ItemsClient,
  ) {}

  async open(context: CallContext): Promise<void> {
    await this.session.open(context);
  }

  async test(context: CallContext): Promise<readonly TestFinding[]> {
    const startedMs = context.clock.now();
    await this.client.send({ method: 'GET', path: '/me', effect: 'none', step: 'test' }, context);
    return [{ name: 'account', ok: true, message: 'the account can be read', tookMs: context.clock.now() - startedMs }];
  }

  async close(): Promise<void> {}
}
