import { createHash } from 'node:crypto';
import { type CallContext, ConnectorError, type HttpClient, type Secret } from '@connector-runtime/core';
import type { ConnectionProperties } from '../properties/connection-properties.js';
import { configError } from '../transport/refusals.js';
import type { Grant } from './grant.js';
import { clientCredentialsGrant } from './oauth-grants.js';
import { parseLoginUrl, parseServiceUrl, parseTokenUrl, type ServiceAddress } from './service-address.js';

/** Logs in by the credentials of the configuration. What a login by SOAP or by JWT takes is imported when it is used. */
export async function logIn(
  http: HttpClient,
  properties: ConnectionProperties,
  address: ServiceAddress,
  context: CallContext,
): Promise<Grant> {
  if (properties.authenticationType === 'USER_CREDENTIALS') {
    const url = parseLoginUrl(properties.authenticationUrl);
    const username = needed(properties.username, 'username');
    const password = needed(properties.password, 'password').reveal();
    const { soapLogin } = await import('./soap-login.js');
    return soapLogin(http, { url, username, password }, context);
  }
  const tokenUrl = parseTokenUrl(properties.tokenUrl, address.origin);
  const clientId = needed(properties.clientId, 'clientId');
  if (properties.grantType === 'authorizationCode') throw nobodyLoggedIn();
  if (properties.grantType === 'jwtBearer') {
    const privateKey = needed(properties.privateKey, 'privateKey').reveal();
    const subject = needed(properties.jwtSubject, 'jwtSubject');
    const { jwtBearerGrant } = await import('./jwt-bearer.js');
    return jwtBearerGrant(http, { tokenUrl, clientId, privateKey, subject }, context);
  }
  const clientSecret = needed(properties.clientSecret, 'clientSecret').reveal();
  return clientCredentialsGrant(http, { tokenUrl, clientId, clientSecret }, context);
}

/** The newest refresh token; `undefined` where the login goes by other credentials. */
export function refreshTokenOf(
  { authenticationType, grantType, refreshToken }: ConnectionProperties,
  grant: Grant | undefined,
): string | undefined {
  if (authenticationType !== 'OAUTH_2' || grantType === 'clientCredentials' || grantType === 'jwtBearer')
    return undefined;
  if (grantType === 'authorizationCode') return grant?.refreshToken;
  return grant?.refreshToken ?? needed(refreshToken, 'refreshToken').reveal();
}

/**
 * What a stored grant must have been given for. The secret that obtains a session by itself is in it by its digest: a session does not outlive a change of it, lest a wrong one seem right until the session ends.
 * So is a refresh token: another one is another authorisation. The secret of an app alone is not where a refresh token obtains the session: a login by browser outlives its change.
 */
export function identityOf(properties: ConnectionProperties): string {
  const { authenticationType, url, username, authenticationUrl, grantType, clientId, tokenUrl, jwtSubject } =
    properties;
  const digest = digestOf(properties) ?? null;
  const parts =
    authenticationType === 'USER_CREDENTIALS'
      ? [username, authenticationUrl, digest]
      : [grantType, clientId, tokenUrl ?? null, digest, ...(jwtSubject === undefined ? [] : [jwtSubject])];
  return JSON.stringify([authenticationType, parseServiceUrl(url).origin, ...parts]);
}

function digestOf(properties: ConnectionProperties): string | undefined {
  const { authenticationType, grantType, username = '', password, clientSecret, privateKey, refreshToken } = properties;
  if (authenticationType === 'USER_CREDENTIALS') return password && passwordDigest(password, username);
  if (grantType === 'clientCredentials') return clientSecret && sha256(clientSecret);
  return grantType === 'jwtBearer' ? privateKey && sha256(privateKey) : refreshToken && sha256(refreshToken);
}

function sha256(secret: Secret): string {
  return createHash('sha256').update(secret.reveal()).digest('base64');
}

/** People's passwords can be guessed, so that no more of the digest is kept than tells a changed one (all but one in 4,096): nobody can make sure of a guess by it. */
function passwordDigest(password: Secret, username: string): string {
  return createHash('sha256').update(`${username}\0`).update(password.reveal()).digest('hex').slice(0, 3);
}

/** Nothing was refused: it may be tried again, for a person may have logged in meanwhile, in another process too. */
function nobodyLoggedIn(): ConnectorError {
  return new ConnectorError({
    category: 'auth',
    code: 'LOGIN_NEEDED',
    message: 'nobody is logged in: a person has to log in by browser (connector login)',
    effect: 'none',
    retryable: true,
  });
}

/** A property that the schema asks for with these others. */
export function needed<T>(value: T | undefined, property: string): T {
  if (value === undefined) throw configError('PROPERTY_MISSING', `${property} is missing`, `/${property}`);
  return value;
}
