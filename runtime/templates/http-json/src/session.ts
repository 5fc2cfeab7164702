import {
  type CallContext,
  CONNECTION_PROPERTIES,
  HTTP_CLIENT,
  type HttpClient,
  inject,
  injectable,
  isConnectorError,
} from '@connector-runtime/core';
import { objectIn, textIn } from './answers.js';
import type { ConnectionProperties } from './manifest.js';

/** The logged-in state: one token for all operations of a connection. */
@injectable()
export class Session {
  private login: { readonly token: Promise<string>; readonly signal: AbortSignal } | undefined;

  constructor(
    @inject(HTTP_CLIENT) private readonly http: HttpClient,
    @inject(CONNECTION_PROPERTIES) private readonly properties: ConnectionProperties,
  ) {}

  /** The token; logs in where there is none. Requests that ask at once share one login. */
  async token(context: CallContext): Promise<string> {
    this.login ??= { token: this.logIn(context), signal: context.signal };
    const login = this.login;
    try {
      return await unlessAborted(login.token, context.signal);
    } catch (error) {
      // Whoever else awaits this login still may.
      context.signal.throwIfAborted();
      // A refused key stays refused: sent again and again it might lock the account. All else may pass.
      if (isConnectorError(error) && error.info.category === 'auth') throw error;
      if (this.login === login) this.login = undefined;
      // Whoever began the login was cancelled; we were not.
      if (login.signal.aborted) return this.token(context);
      throw error;
    }
  }

  /** Forgets a token that the service refused; the next who asks logs in. Does nothing where there is a newer one. */
  async drop(token: string): Promise<void> {
    const login = this.login;
    if (login !== undefined && (await login.token.catch(() => '')) === token && this.login === login)
      this.login = undefined;
  }

  private async logIn(context: CallContext): Promise<string> {
    const answer = await this.http.send(
      {
        method: 'POST',
        url: `${this.properties.url}/session`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ apiKey: this.properties.apiKey.reveal() }),
        // A second session does no harm, so a login may be repeated like a read.
        effect: 'none',
      },
      context,
    );
    return textIn(await objectIn(answer, 'none'), 'token');
  }
}

/** What the promise gives, unless the signal aborts first: rejects with its reason then. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
