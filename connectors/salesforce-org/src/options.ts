import type { CertificateOptions } from './certificates.js';
import type { ObjectSpec } from './store/object-spec.js';

/** OAuth grants by their `grant_type`. */
export type OrgGrant =
  | 'authorization_code'
  | 'client_credentials'
  | 'refresh_token'
  | 'password'
  | 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const ALL_GRANTS: readonly OrgGrant[] = [
  'authorization_code',
  'client_credentials',
  'refresh_token',
  'password',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
];

/** How an org is to be; every part has a default that fits a demo. */
export interface SalesforceOrgOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port?: number;
  /** Decides the seeded records; the same seed gives the same org. */
  readonly seed?: number;
  /** Seeded accounts, up to millions: they take no memory until written. The other objects follow, up to some ten thousands each. */
  readonly accounts?: number;
  /** HTTPS with a certificate authority and a server certificate made at start; an object makes bad ones for tests. */
  readonly tls?: boolean | CertificateOptions;
  /** Appends every applied write to this file, as NDJSON, before the answer leaves. */
  readonly ledgerFile?: string;
  /**
   * Keeps what becomes of records in this file, before the answer leaves: an org started with it anew goes on from there, with the same `seed`,
   * `accounts` and object types. Sessions and bulk jobs are not kept.
   */
  readonly store?: string;
  /** Keeps the entries of the ledger in memory; false: only their counts, for millions of writes. True where absent. */
  readonly keepLedger?: boolean;
  /** API versions offered, such as `64.0`. */
  readonly versions?: readonly string[];
  /** Rows of a query page where the request names no batch size; one that it names is held to 200..2000, or to this where it is smaller. */
  readonly pageSize?: number;
  /** Child records within their parent before a cursor takes over, and of each page of that cursor. */
  readonly childPageSize?: number;
  /** Rows of a page of a bulk query's results where the request names none. */
  readonly bulkPageSize?: number;
  /** `OrganizationType`, such as `Developer Edition`. */
  readonly edition?: string;
  readonly isSandbox?: boolean;
  /** Seconds without a request after which a session ends. */
  readonly sessionSecondsValid?: number;
  /** `disabled` refuses every SOAP login as orgs created lately do. From version 65.0 on it is refused in any case. */
  readonly soapLogin?: 'enabled' | 'disabled';
  /** The user's password has expired: SOAP login says so. */
  readonly passwordExpired?: boolean;
  /** OAuth grants that are switched on. */
  readonly grants?: readonly OrgGrant[];
  /** Every refresh gives a new refresh token and ends the old one. */
  readonly rotateRefreshTokens?: boolean;
  /** Addresses that the app may be sent back to; a client's is compared with them character by character. */
  readonly redirectUris?: readonly string[];
  /** The certificate or public key (PEM) that the app's JWT assertions are checked with; without one none is taken. */
  readonly jwtCertificate?: string;
  /** Does the user allow the app? */
  readonly consent?: 'granted' | 'denied';
  /** API calls a day; beyond it every call is refused with 403 REQUEST_LIMIT_EXCEEDED. */
  readonly apiLimit?: number;
  readonly username?: string;
  readonly password?: string;
  readonly securityToken?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly refreshToken?: string;
  /** Object types beside the standard ones. */
  readonly objects?: readonly ObjectSpec[];
  /**
   * Describes as JSON files, or folders of them: their objects are added, and fields to objects that are there. An `Error` names file and
   * field of what cannot be used.
   */
  readonly describes?: string | readonly string[];
  /** Keeps request bodies in the request log. */
  readonly keepBodies?: boolean;
  /** The org's clock, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** The options with every default filled in. */
export type OrgSettings = Required<Omit<SalesforceOrgOptions, 'ledgerFile' | 'store' | 'describes'>> & {
  readonly store: string | undefined;
  readonly describes: readonly string[];
  readonly ledgerFile: string | undefined;
};

const DEFAULT_VERSIONS = ['59.0', '60.0', '61.0', '62.0', '63.0', '64.0', '65.0', '66.0', '67.0'];

/** Fills in the defaults. Throws a `TypeError` that names an option out of its range. */
export function orgSettings(options: SalesforceOrgOptions): OrgSettings {
  const whole = (
    name:
      | 'port'
      | 'seed'
      | 'accounts'
      | 'pageSize'
      | 'childPageSize'
      | 'bulkPageSize'
      | 'sessionSecondsValid'
      | 'apiLimit',
    fallback: number,
    least: number,
  ): number => {
    const value = options[name] ?? fallback;
    if (!Number.isSafeInteger(value) || value < least)
      throw new TypeError(`${name} must be a whole number from ${least} on, got ${value}`);
    return value;
  };
  return {
    port: whole('port', 0, 0),
    seed: whole('seed', 1, 0),
    accounts: whole('accounts', 200, 1),
    tls: options.tls ?? false,
    ledgerFile: options.ledgerFile,
    store: options.store,
    keepLedger: options.keepLedger ?? true,
    versions: options.versions ?? DEFAULT_VERSIONS,
    pageSize: whole('pageSize', 2000, 1),
    childPageSize: whole('childPageSize', 200, 1),
    bulkPageSize: whole('bulkPageSize', 50_000, 1),
    edition: options.edition ?? 'Developer Edition',
    isSandbox: options.isSandbox ?? false,
    sessionSecondsValid: whole('sessionSecondsValid', 7200, 1),
    soapLogin: options.soapLogin ?? 'enabled',
    passwordExpired: options.passwordExpired ?? false,
    grants: options.grants ?? ALL_GRANTS,
    rotateRefreshTokens: options.rotateRefreshTokens ?? false,
    redirectUris: options.redirectUris ?? ['http://localhost:1717/callback'],
    jwtCertificate: options.jwtCertificate ?? '',
    consent: options.consent ?? 'granted',
    apiLimit: whole('apiLimit', 15_000_000, 0),
    username: options.username ?? 'admin@loopback.example',
    password: options.password ?? 'open&<Sesame>1',
    securityToken: options.securityToken ?? 'tok3nFromTheMail',
    clientId: options.clientId ?? '3MVG9.LoopbackOrgExternalClientApp',
    clientSecret: options.clientSecret ?? 'C0FFEE1234567890ABCDEF',
    refreshToken: options.refreshToken ?? '5Aep861.LoopbackRefreshToken',
    objects: options.objects ?? [],
    describes: [options.describes ?? []].flat(),
    keepBodies: options.keepBodies ?? false,
    now: options.now ?? Date.now,
  };
}
