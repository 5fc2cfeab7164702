import {
  type CallContext,
  CONNECTION_PROPERTIES,
  ConnectorError,
  HTTP_CLIENT,
  type HttpClient,
  inject,
  injectable,
  isConnectorError,
  type LoginPrompt,
} from '@connector-runtime/core';
import type { ConnectionProperties } from '../properties/connection-properties.js';
import type { Session, SessionSource } from '../transport/session-source.js';
import { SingleFlight } from '../transport/single-flight.js';
import { isStaleHost } from '../transport/stale-host.js';
import { newestVersion } from './api-version.js';
import { identityOf, logIn, needed, refreshTokenOf } from './credentials.js';
import { type Grant, SessionToken } from './grant.js';
import { asLoginError, asRenewalError, isAway, isLost } from './login-errors.js';
import { refreshTokenGrant, revokeToken, TOKEN_REQUEST_UNDERWAY } from './oauth-grants.js';
import { onOwnTime } from './own-time.js';
import { parseAuthorizationUrl, parseServiceUrl, parseTokenUrl, type ServiceAddress } from './service-address.js';
import { type Claimed, type Kept, SessionStore, type StoredGrant } from './session-store.js';

const MAX_TOKEN_REQUESTS = 3;
const TOKEN_PAUSE_MS = 500;

/** So long may the exchange of a refresh token take, and so long the claim to it counts: longer, so that nobody presents it while it is under way. */
const EXCHANGE_LIMIT_MS = 60_000;
const CLAIM_MS = 90_000;

/** There is one session: whoever needs one waits for the same login. */
const LOGIN = 'login';

/** A grant to go on with. */
interface Obtained {
  readonly grant: Grant;
  readonly isStored: boolean;
}

/** So long a session that could not be renewed is not renewed again. */
const RENEWAL_PAUSE_MS = 30_000;

/** A login that failed and is not tried again as it was. */
interface FailedLogin {
  readonly error: ConnectorError;
  readonly untilEpochMs: number;
  /** What was presented: with another one it may be tried. */
  readonly refreshToken: string | undefined;
}

/**
 * The one session of a connection: taken from the credential store or logged in when first needed, renewed once per token that the service refused.
 * Refused credentials are not sent again: the refusal is remembered for the life of the connection, in memory only. Other renewals that failed are tried again after a pause.
 */
@injectable()
export class SalesforceSession implements SessionSource {
  private session: Session | undefined;
  private version: string | undefined;
  private failed: FailedLogin | undefined;
  private readonly logins = new SingleFlight<Session>();

  constructor(
    @inject(HTTP_CLIENT) private readonly http: HttpClient,
    @inject(SessionStore) private readonly store: SessionStore,
    @inject(CONNECTION_PROPERTIES) private readonly properties: ConnectionProperties,
  ) {}

  async current(context: CallContext): Promise<Session> {
    return (
      this.session ?? this.logins.run(LOGIN, context, async (own) => this.session ?? this.establish(undefined, own))
    );
  }

  async renew(refused: Session, context: CallContext): Promise<Session> {
    const newer = () => (this.session === refused ? undefined : this.session);
    return (
      newer() ?? this.logins.run(LOGIN, context, async (own) => newer() ?? this.establish(refused.token.reveal(), own))
    );
  }

  /** A person logs in by browser; the tokens are stored, and used from then on. */
  async login(person: LoginPrompt, context: CallContext): Promise<void> {
    const { properties, http } = this;
    if (properties.authenticationType !== 'OAUTH_2' || properties.grantType !== 'authorizationCode') {
      throw new ConnectorError({
        category: 'unsupported',
        code: 'LOGIN_UNSUPPORTED',
        message: 'only a connection with grantType authorizationCode is logged in by browser',
        effect: 'none',
        retryable: false,
      });
    }
    try {
      const address = parseServiceUrl(properties.url);
      const app = {
        authorizationUrl: parseAuthorizationUrl(properties.authorizationUrl, address.origin),
        tokenUrl: parseTokenUrl(properties.tokenUrl, address.origin),
        clientId: needed(properties.clientId, 'clientId'),
        clientSecret: properties.clientSecret?.reveal(),
      };
      const { authorizationCodeGrant } = await import('./authorization-code.js');
      const granted = await authorizationCodeGrant(http, app, person, context);
      const { revision } = await this.store.read(identityOf(this.properties));
      await this.keep(granted, { revision }, address, context);
      this.session = undefined;
      this.failed = undefined;
    } catch (error) {
      throw asLoginError(error);
    }
  }

  /** Ends what is stored at the service, where that can be, and forgets it in any case. */
  async logout(context: CallContext): Promise<void> {
    const { properties } = this;
    const { grant } = await this.store.read(identityOf(this.properties));
    const { refreshToken, token = '' } = grant ?? {};
    // A refresh token of the configuration is its owner's to end.
    const ended = properties.grantType === 'authorizationCode' ? (refreshToken ?? token) : token;
    try {
      if (properties.authenticationType === 'OAUTH_2' && ended !== '') {
        const tokenUrl = parseTokenUrl(properties.tokenUrl, parseServiceUrl(properties.url).origin);
        await revokeToken(this.http, tokenUrl, ended, context);
      }
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      context.logger.warn(`the tokens are forgotten here, but the service did not end them: ${error.message}`);
    } finally {
      await this.store.forget();
      this.session = undefined;
    }
  }

  private async establish(refused: string | undefined, context: CallContext): Promise<Session> {
    try {
      const address = parseServiceUrl(this.properties.url);
      const { grant, isStored } = await this.obtain(refused, address, context);
      const origin = grant.origin ?? address.origin;
      try {
        this.version ??= address.version ?? (await newestVersion(this.http, origin, context));
      } catch (error) {
        if (!isStored || !isStaleHost(error)) throw error;
        return await this.establish(grant.token, context);
      }
      this.session = {
        token: new SessionToken(grant.token),
        origin,
        apiPath: `/services/data/v${this.version}`,
        isStored,
        user: grant.user,
      };
      return this.session;
    } catch (error) {
      throw asLoginError(error);
    }
  }

  /** A stored grant that was not refused, else a new one, stored before its first use. */
  private async obtain(refused: string | undefined, address: ServiceAddress, context: CallContext): Promise<Obtained> {
    const identity = identityOf(this.properties);
    for (;;) {
      const kept = await this.store.read(identity);
      if (isFresh(kept.grant, refused)) return { grant: kept.grant, isStored: true };
      const refreshToken = refreshTokenOf(this.properties, kept.grant);
      const { failed } = this;
      if (failed !== undefined && failed.refreshToken === refreshToken && context.clock.now() < failed.untilEpochMs) {
        throw failed.error;
      }
      try {
        if (refreshToken === undefined) {
          return await this.keep(await logIn(this.http, this.properties, address, context), kept, address, context);
        }
        const claimed = await this.store.claim({ ...kept, identity, refreshToken }, CLAIM_MS, context.clock);
        if (claimed !== undefined) {
          // Called off now, it would leave a token behind that may have been replaced.
          return await onOwnTime(context, EXCHANGE_LIMIT_MS, (own) => this.exchange(claimed, refused, address, own));
        }
      } catch (error) {
        const told = refused === undefined ? asLoginError(error) : asRenewalError(error);
        if (isConnectorError(told)) {
          const untilEpochMs = context.clock.now() + holdMs(told, refused !== undefined);
          this.failed = { error: told, refreshToken, untilEpochMs };
        }
        throw told;
      }
      await pause(context);
    }
  }

  /** Presents a claimed refresh token. One whose answer was lost may have been replaced: it is not presented again, and the claim stays until it is too old. */
  private async exchange(
    claimed: Claimed,
    refused: string | undefined,
    address: ServiceAddress,
    context: CallContext,
  ): Promise<Obtained> {
    let granted: Grant;
    try {
      granted = await this.present(claimed.grant.refreshToken, address, context);
    } catch (error) {
      if (!isLost(error)) {
        // A claim that stays grows too old by itself.
        await this.store.release(claimed).catch(() => undefined);
        throw error;
      }
      const meanwhile = (await this.store.read(claimed.grant.identity)).grant;
      if (isFresh(meanwhile, refused)) return { grant: meanwhile, isStored: true };
      throw uncertain(error);
    }
    return this.keep(granted, claimed, address, context);
  }

  private async present(refreshToken: string, address: ServiceAddress, context: CallContext): Promise<Grant> {
    const { properties, http } = this;
    const tokenUrl = parseTokenUrl(properties.tokenUrl, address.origin);
    const clientId = needed(properties.clientId, 'clientId');
    const clientSecret = properties.clientSecret?.reveal();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await refreshTokenGrant(http, { tokenUrl, clientId, clientSecret, refreshToken }, context);
      } catch (error) {
        if (!isUnderway(error) || attempt >= MAX_TOKEN_REQUESTS) throw error;
        await pause(context);
      }
    }
  }

  /** Stores a new grant. Of one whose calls may not go where it says, no more than the refresh token. */
  private async keep(granted: Grant, before: Kept, address: ServiceAddress, context: CallContext): Promise<Obtained> {
    const refreshToken = granted.refreshToken ?? before.grant?.refreshToken;
    const refusal = await this.refusalToCall(granted.origin ?? address.origin, address, context);
    if (refusal !== undefined && refreshToken === undefined) throw refusal;
    const grant = {
      ...granted,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      token: refusal === undefined ? granted.token : '',
      identity: identityOf(this.properties),
      obtainedAtEpochMs: context.clock.now(),
    };
    const kept = await this.store.keep(grant, before.revision);
    if (refusal !== undefined) throw refusal;
    return { grant: kept.grant ?? grant, isStored: false };
  }

  /** Why no call may go to an origin that a login names. It is asked for its versions, which needs no session. */
  private async refusalToCall(origin: string, address: ServiceAddress, context: CallContext): Promise<unknown> {
    if (origin === address.origin) return undefined;
    try {
      await newestVersion(this.http, origin, context);
    } catch (error) {
      if (isConnectorError(error) && error.info.code === 'EGRESS_REFUSED') return error;
    }
    return undefined;
  }
}

function isFresh(grant: StoredGrant | undefined, refused: string | undefined): grant is StoredGrant {
  return grant !== undefined && grant.token !== '' && grant.token !== refused;
}

/** How long a failed login is not tried again: refused credentials never are. A service that is away is left to the runtime's own limits. */
function holdMs({ info }: ConnectorError, isRenewal: boolean): number {
  if (info.category === 'auth' && !info.retryable) return Infinity;
  return isRenewal && !isAway(info.category) ? RENEWAL_PAUSE_MS : 0;
}

function pause({ clock, signal }: CallContext): Promise<void> {
  return clock.sleep(TOKEN_PAUSE_MS * (1 + clock.random()), signal);
}

function uncertain(lost: ConnectorError): ConnectorError {
  return new ConnectorError(
    {
      category: 'auth',
      code: 'REFRESH_TOKEN_UNCERTAIN',
      message: `the refresh token may have been replaced, for the answer to its exchange was lost, and is not presented again: ${lost.message}`,
      effect: 'none',
      retryable: false,
    },
    { cause: lost },
  );
}

function isUnderway(error: unknown): boolean {
  return isConnectorError(error) && error.info.code === TOKEN_REQUEST_UNDERWAY;
}
