import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { type CallContext, type HttpClient, isConnectorError } from '@connector-runtime/core';
import { configError } from '../transport/refusals.js';
import type { Grant } from './grant.js';
import { sendLogin } from './login-errors.js';
import { readGrant, refusalOf, tokenRequest } from './oauth-grants.js';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const VALID_FOR_MS = 180_000;
/** Clocks this far apart are no reason for a refusal. */
const TOLERATED_SKEW_MS = 30_000;

/** What an assertion is made of. */
export interface JwtApp {
  readonly tokenUrl: string;
  readonly clientId: string;
  /** PEM. */
  readonly privateKey: string;
  /** Name of the user whom the app acts for. */
  readonly subject: string;
}

/**
 * Asks for a token by an assertion that the app's key signs. Refused while the clocks are apart, it is made once more by the service's clock, as the `Date` of its answer tells it.
 * Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration"; RFC 7523.
 */
export async function jwtBearerGrant(http: HttpClient, app: JwtApp, context: CallContext): Promise<Grant> {
  const key = readKey(app.privateKey);
  let skewMs: number | undefined;
  const ask = async (correctionMs: number): Promise<Grant> => {
    const assertion = signedAssertion(app, key, context.clock.now() + correctionMs);
    const request = tokenRequest(app.tokenUrl, { grant_type: GRANT_TYPE, assertion });
    const response = await sendLogin(
      http,
      {
        ...request,
        judge: (answer) => {
          const serverMs = Date.parse(answer.headers['date'] ?? '');
          skewMs = Number.isNaN(serverMs) ? undefined : serverMs - context.clock.now();
          return refusalOf(answer);
        },
      },
      context,
    );
    return readGrant(response);
  };
  try {
    return await ask(0);
  } catch (error) {
    const isRefused = isConnectorError(error) && error.info.service?.code === 'invalid_grant';
    if (!isRefused || skewMs === undefined || Math.abs(skewMs) <= TOLERATED_SKEW_MS) throw error;
    context.logger.warn(
      `the clock here is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the service's; logging in by the service's`,
    );
    return ask(skewMs);
  }
}

function signedAssertion({ tokenUrl, clientId, subject }: JwtApp, key: KeyObject, nowMs: number): string {
  const claims = {
    iss: clientId,
    sub: subject,
    aud: new URL(tokenUrl).origin,
    exp: Math.floor((nowMs + VALID_FOR_MS) / 1000),
  };
  const text = `${encoded({ alg: 'RS256' })}.${encoded(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** What the parser says of a key is not told: it may quote it. */
function readKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Below.
  }
  if (key?.asymmetricKeyType === 'rsa') return key;
  throw configError(
    'PRIVATE_KEY_INVALID',
    'privateKey must be an RSA key in PEM form (-----BEGIN PRIVATE KEY-----), without a passphrase',
    '/privateKey',
  );
}
