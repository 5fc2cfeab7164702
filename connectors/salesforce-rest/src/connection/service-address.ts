import { DEFAULT_LOGIN_URL, SOAP_LOGIN_PATH } from '../properties/connection-properties.js';
import { LAST_SOAP_LOGIN_VERSION } from '../service-limits.js';
import { configError } from '../transport/refusals.js';

/** The oldest version of the data API that is supported, and the range that this release was tested with. */
export const OLDEST_VERSION = 59;
export const NEWEST_TESTED_VERSION = 67;

/** What the property `url` says. */
export interface ServiceAddress {
  readonly origin: string;
  /** Such as `64.0`; absent where the newest suitable one is to be taken. */
  readonly version?: string;
}

/** Reads the property `url`: an origin, or `…/services/data/vNN.N`. */
export function parseServiceUrl(text: string): ServiceAddress {
  const url = parseUrl(text, '/url');
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '' || path === '/services/data') return { origin: url.origin };
  const version = /^\/services\/data\/v(\d{1,3}\.\d)$/.exec(path)?.[1];
  if (version === undefined) {
    throw configError(
      'URL_INVALID',
      `url must be an origin or end in /services/data/vNN.N, got ${url.origin}${path}`,
      '/url',
    );
  }
  if (Number(version) < OLDEST_VERSION) {
    throw configError(
      'API_VERSION_TOO_LOW',
      `url names API version ${version}; the lowest supported is ${OLDEST_VERSION}.0`,
      '/url',
    );
  }
  return { origin: url.origin, version };
}

/** Reads the property `authenticationUrl`. */
export function parseLoginUrl(text: string): string {
  const url = parseUrl(text.trim() === '' ? DEFAULT_LOGIN_URL : text, '/authenticationUrl');
  const version = /\/services\/Soap\/[uc]\/(\d+)(?:\.\d+)?/.exec(url.pathname)?.[1];
  if (version === undefined) {
    throw configError(
      'URL_INVALID',
      `authenticationUrl must end in /services/Soap/u/NN.N, got ${url.origin}${url.pathname}`,
      '/authenticationUrl',
    );
  }
  if (Number(version) > LAST_SOAP_LOGIN_VERSION) {
    throw configError(
      'SOAP_LOGIN_NOT_OFFERED',
      `authenticationUrl names version ${version}.0, but Salesforce offers login() only up to ${LAST_SOAP_LOGIN_VERSION}.0: use …${SOAP_LOGIN_PATH}, or OAuth 2.0 (authenticationType OAUTH_2)`,
      '/authenticationUrl',
    );
  }
  return url.href;
}

/** Reads the property `tokenUrl`; unset, it is the token endpoint of the organisation's own host. */
export function parseTokenUrl(text: string | undefined, origin: string): string {
  return text === undefined ? `${origin}/services/oauth2/token` : parseUrl(text, '/tokenUrl').href;
}

/** Reads the property `authorizationUrl`; unset, it is the page of the organisation's own host. */
export function parseAuthorizationUrl(text: string | undefined, origin: string): string {
  return text === undefined ? `${origin}/services/oauth2/authorize` : parseUrl(text, '/authorizationUrl').href;
}

/** The origin of an address that a login answer names, or `undefined` where it is none. */
export function originOf(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url.origin : undefined;
}

function parseUrl(text: string, path: string): URL {
  const name = path.slice(1);
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) throw configError('URL_INVALID', `${name} is no absolute address`, path);
  const url = new URL(trimmed);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw configError('URL_INVALID', `${name} must begin with https:// (http:// is for loopback addresses only)`, path);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw configError('URL_INVALID', `${name} must hold no user name, password, "?" or "#"`, path);
  }
  return url;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
