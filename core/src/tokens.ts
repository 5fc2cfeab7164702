import type { InjectionToken } from 'tsyringe';
import type { Properties } from './document.js';
import type { Cache, CredentialStore, HttpClient } from './services.js';

// Symbol.for: two copies of this package agree on them.

/** Injects the connection's {@link HttpClient}. Absent where the manifest says `egress: 'own'`. */
export const HTTP_CLIENT: InjectionToken<HttpClient> = Symbol.for('connector-runtime:http-client');

/** Injects the connection's {@link Cache}. */
export const CACHE: InjectionToken<Cache> = Symbol.for('connector-runtime:cache');

/** Injects the connection's {@link CredentialStore}. */
export const CREDENTIAL_STORE: InjectionToken<CredentialStore> = Symbol.for('connector-runtime:credential-store');

/** Injects the connection's checked {@link Properties}. */
export const CONNECTION_PROPERTIES: InjectionToken<Properties> = Symbol.for('connector-runtime:connection-properties');
