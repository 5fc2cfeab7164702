import type { CallContext, Secret } from '@connector-runtime/core';
import type { InjectionToken } from 'tsyringe';

/** The service's logged-in state. A new object for every token. */
export interface Session {
  readonly token: Secret;
  /** Where data calls go, such as `https://acme.my.salesforce.com`. */
  readonly origin: string;
  /** Base of data calls, such as `/services/data/v64.0`. */
  readonly apiPath: string;
  /** It was kept from an earlier login, and its origin may be out of date. */
  readonly isStored: boolean;
  /** Organisation and user, `00D…/005…`, as far as the login told: tells what is remembered of one user apart from another's. */
  readonly user: string;
}

/** What the transport needs of whoever logs in. */
export interface SessionSource {
  /** The session in use; logs in where there is none. */
  current(context: CallContext): Promise<Session>;
  /** A session newer than one that the service refused: however many ask at once, it is renewed once. */
  renew(refused: Session, context: CallContext): Promise<Session>;
}

/** Injects the connection's {@link SessionSource}. */
export const SESSION_SOURCE: InjectionToken<SessionSource> = Symbol.for(
  'connector-runtime:salesforce-rest:session-source',
);
