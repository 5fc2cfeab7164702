import { type CallContext, type Connection, inject, injectable, type TestFinding } from '@connector-runtime/core';
import { objectIn, textIn } from './answers.js';
import { Client } from './client.js';
import { Session } from './session.js';

/** A configured link to the service. Constructors do no I/O: `open` does. */
@injectable()
export class ServiceConnection implements Connection {
  constructor(
    @inject(Session) private readonly session: Session,
    @inject(Client) private readonly client: Client,
  ) {}

  /** Called at first use. What it throws becomes the failed finding `open`, or ends the execution. */
  async open(context: CallContext): Promise<void> {
    await this.session.token(context);
  }

  /** For the button "Test connection": looks, and changes nothing. */
  async test(context: CallContext): Promise<readonly TestFinding[]> {
    const startedMs = context.clock.now();
    const answer = await this.client.send({ method: 'GET', path: '/me', effect: 'none' }, context);
    const account = textIn(await objectIn(answer, 'none'), 'account');
    const tookMs = context.clock.now() - startedMs;
    return [{ name: 'account', ok: true, message: `logged in as ${account}`, tookMs }];
  }

  async close(): Promise<void> {
    // Nothing is held: sockets are the host's.
  }
}
