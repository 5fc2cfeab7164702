import {
  type CallContext,
  CONNECTION_PROPERTIES,
  ConnectorError,
  CREDENTIAL_STORE,
  type CredentialStore,
  type ErrorInfo,
  HTTP_CLIENT,
  type HttpClient,
  inject,
  injectable,
  isConnectorError,
  type Properties,
  type Secret,
} from '@connector-runtime/core';
import { unlessAborted } from '../unless-aborted.js';

const KEY = 'token';
const MAX_TOKEN_BYTES = 10_000;

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** The logged-in state: an access token, and a refresh token of which each use gives the next. Shared by all operations of a connection, and through the store by all processes. */
@injectable()
export class ItemsSession {
  protected tokens: Tokens | undefined;
  private renewing: Promise<void> | undefined;
  private refusal: ConnectorError | undefined;

  constructor(
    @inject(HTTP_CLIENT) protected readonly http: HttpClient,
    @inject(CONNECTION_PROPERTIES) protected readonly properties: Properties,
    @inject(CREDENTIAL_STORE) protected readonly store: CredentialStore,
  ) {}

  get accessToken(): string {
    return this.tokens?.access ?? '';
  }

  protected get refreshToken(): string {
    return this.tokens?.refresh ?? '';
  }

  async open(context: CallContext): Promise<void> {
    this.tokens ??= await this.stored();
    if (this.tokens === undefined) await this.renew('', context);
  }

  /** Replaces the token that the service rejected, once however many ask; does nothing where it has been replaced already. */
  async renew(rejected: string, context: CallContext): Promise<void> {
    while (this.accessToken === rejected) {
      if (this.refusal !== undefined) throw this.refusal;
      const isOwn = this.renewing === undefined;
      this.renewing ??= this.exchange(rejected, context).finally(() => {
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

  /** Another process may have renewed it meanwhile: what is stored then is used. */
  protected async exchange(rejected: string, context: CallContext): Promise<void> {
    const stored = await this.store.get(KEY);
    const current = stored === undefined ? undefined : (JSON.parse(stored.value.reveal()) as Tokens);
    if (current !== undefined && current.access !== rejected) {
      this.tokens = current;
      return;
    }
    const grant =
      current === undefined
        ? { password: (this.properties['password'] as Secret).reveal() }
        : { refresh: current.refresh };
    const tokens = await this.send(grant, context);
    await this.keep(tokens, stored?.revision ?? 0);
  }

  /** Durable before the new access token is used for the first time: the old refresh token is worth nothing any more. */
  protected async keep(tokens: Tokens, revision: number): Promise<void> {
    if (await this.store.put(KEY, JSON.stringify(tokens), revision)) this.tokens = tokens;
    else this.tokens = (await this.stored()) ?? tokens;
  }

  protected async send(
    grant: { readonly password: string } | { readonly refresh: string },
    context: CallContext,
  ): Promise<Tokens> {
    const answer = await this.http.send(
      {
        method: 'POST',
        url: this.address(grant),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(grant),
        effect: 'once',
        judge: ({ status }) => this.refused(status),
      },
      context,
    );
    return (await answer.body.json(MAX_TOKEN_BYTES)) as unknown as Tokens;
  }

  protected address(_grant: { readonly password: string } | { readonly refresh: string }): string {
    return `${String(this.properties['url'])}/token`;
  }

  /** Refused credentials are kept: sent again they might lock the account. */
  protected refused(status: number): Partial<ErrorInfo> {
    if (status !== 401) return {};
    const info: ErrorInfo = {
      category: 'auth',
      code: 'CREDENTIALS_REFUSED',
      message: 'the service refuses the password, or the stored refresh token',
      effect: 'none',
      retryable: false,
    };
    this.refusal = new ConnectorError(info);
    return info;
  }

  private async stored(): Promise<Tokens | undefined> {
    const entry = await this.store.get(KEY);
    return entry === undefined ? undefined : (JSON.parse(entry.value.reveal()) as Tokens);
  }
}

/** The call that renewed for all was ended: the others' affair it is not. */
function isEndOfCall(error: unknown): boolean {
  return isConnectorError(error) && (error.info.category === 'cancelled' || error.info.code === 'DEADLINE');
}
