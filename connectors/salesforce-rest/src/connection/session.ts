import { createHash } from 'node:crypto';
import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type ConnectorError,
  HTTP_CLIENT,
  type HttpClient,
  inject,
  injectable,
  isConnectorError,
} from '@connector-runtime/core';
import type { ConnectionProperties } from '../properties/connection-properties.js';
import { configError } from '../transport/refusals.js';
import type { Session, SessionSource } from '../transport/session-source.js';
import { SingleFlight } from '../transport/single-flight.js';
import { newestVersion } from './api-version.js';
import { type Grant, SessionToken } from './grant.js';
import {
  asLoginError,
  clientCredentialsGrant,
  isLost,
  refreshTokenGrant,
  TOKEN_REQUEST_UNDERWAY,
} from './oauth-grants.js';
import { parseLoginUrl, parseServiceUrl, parseTokenUrl, type ServiceAddress } from './service-address.js';
import { SessionStore, type StoredGrant } from './session-store.js';
import { soapLogin } from './soap-login.js';

const MAX_TOKEN_REQUESTS = 3;
const TOKEN_PAUSE_MS = 500;

/**
 * The one session of a connection: taken from the credential store or logged in when first needed, renewed once per token that the service refused.
 * Refused credentials are not sent again: the refusal is remembered for the life of the connection, in memory only.
 */
@injectable()
export class SalesforceSession implements SessionSource {
  private session: Session | undefined;
  private version: string | undefined;
  private refusal: ConnectorError | undefined;
  private readonly logins = new SingleFlight<Session>();

  constructor(
    @inject(HTTP_CLIENT) private readonly http: HttpClient,
    @inject(SessionStore) private readonly store: SessionStore,
    @inject(CONNECTION_PROPERTIES) private readonly properties: ConnectionProperties,
  ) {}

  async current(context: CallContext): Promise<Session> {
    return this.session ?? this.logins.run(context, async () => this.session ?? this.establish(undefined, context));
  }

  async renew(refused: Session, context: CallContext): Promise<Session> {
    const newer = () => (this.session === refused ? undefined : this.session);
    return newer() ?? this.logins.run(context, async () => newer() ?? this.establish(refused, context));
  }

  private async establish(refused: Session | undefined, context: CallContext): Promise<Session> {
    if (this.refusal !== undefined) throw this.refusal;
    const address = parseServiceUrl(this.properties.url);
    try {
      const grant = await this.obtain(refused, address, context);
      const origin = grant.origin ?? address.origin;
      this.version ??= address.version ?? (await newestVersion(this.http, origin, context));
      this.session = {
        token: new SessionToken(grant.token),
        origin,
        apiPath: `/services/data/v${this.version}`,
        user: grant.user,
      };
      return this.session;
    } catch (error) {
      const told = asLoginError(error);
      if (isConnectorError(told) && told.info.category === 'auth' && !told.info.retryable) this.refusal = told;
      throw told;
    }
  }

  /** A stored grant that was not refused, else a new one, stored before its first use. */
  private async obtain(refused: Session | undefined, address: ServiceAddress, context: CallContext): Promise<Grant> {
    const identity = this.identity();
    const isFresh = (grant: Grant | undefined): grant is Grant =>
      grant !== undefined && grant.token !== '' && grant.token !== refused?.token.reveal();
    for (let attempt = 1; ; attempt += 1) {
      const stored = await this.store.read(identity);
      if (isFresh(stored)) return stored;
      try {
        const granted = await this.logIn(stored, address, context);
        await this.keep(granted, stored, identity, context);
        return granted;
      } catch (error) {
        if (!isLost(error) && !isUnderway(error)) throw error;
        const meanwhile = await this.store.read(identity);
        if (isFresh(meanwhile)) return meanwhile;
        if (!isUnderway(error) || attempt >= MAX_TOKEN_REQUESTS) throw error;
        await context.clock.sleep(TOKEN_PAUSE_MS * (1 + context.clock.random()), context.signal);
      }
    }
  }

  private async keep(
    granted: Grant,
    before: StoredGrant | undefined,
    identity: string,
    context: CallContext,
  ): Promise<void> {
    const refreshToken = granted.refreshToken ?? before?.refreshToken;
    await this.store.write({
      ...granted,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      identity,
      obtainedAtEpochMs: context.clock.now(),
    });
  }

  private logIn(stored: StoredGrant | undefined, address: ServiceAddress, context: CallContext): Promise<Grant> {
    const { properties, http } = this;
    if (properties.authenticationType === 'USER_CREDENTIALS') {
      const url = parseLoginUrl(properties.authenticationUrl);
      const username = needed(properties.username, 'username');
      return soapLogin(http, { url, username, password: needed(properties.password, 'password').reveal() }, context);
    }
    const tokenUrl = parseTokenUrl(properties.tokenUrl, address.origin);
    const clientId = needed(properties.clientId, 'clientId');
    if (properties.grantType === 'clientCredentials') {
      const clientSecret = needed(properties.clientSecret, 'clientSecret').reveal();
      return clientCredentialsGrant(http, { tokenUrl, clientId, clientSecret }, context);
    }
    const refreshToken = stored?.refreshToken ?? needed(properties.refreshToken, 'refreshToken').reveal();
    return refreshTokenGrant(
      http,
      { tokenUrl, clientId, clientSecret: properties.clientSecret?.reveal(), refreshToken },
      context,
    );
  }

  /** What a stored grant must have been given for. A refresh token is in it by its digest: another one is another authorisation. */
  private identity(): string {
    const { authenticationType, url, username, authenticationUrl, grantType, clientId, tokenUrl, refreshToken } =
      this.properties;
    const digest = refreshToken && createHash('sha256').update(refreshToken.reveal()).digest('base64');
    const parts =
      authenticationType === 'USER_CREDENTIALS'
        ? [username, authenticationUrl]
        : [grantType, clientId, tokenUrl ?? null, digest ?? null];
    return JSON.stringify([authenticationType, parseServiceUrl(url).origin, ...parts]);
  }
}

function isUnderway(error: unknown): boolean {
  return isConnectorError(error) && error.info.code === TOKEN_REQUEST_UNDERWAY;
}

function needed<T>(value: T | undefined, property: string): T {
  if (value === undefined) throw configError('PROPERTY_MISSING', `${property} is missing`, `/${property}`);
  return value;
}
