import { createPublicKey, verify } from 'node:crypto';
import type { Org } from '../org.js';
import { OAuthError, required } from './oauth-error.js';

/** Checks the assertion of a JWT bearer grant: made by the app's key, for this user and this host, still good. One that is good for longer than the few minutes that the guide allows is taken: Salesforce's own clients send such. Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration". */
export function checkAssertion(org: Org, assertion: string | null, origin: string): void {
  const { settings } = org;
  const [header = '', payload = '', signature = ''] = required(assertion, 'assertion').split('.');
  const claims = readPart(payload);
  if (claims['iss'] !== settings.clientId) throw new OAuthError('invalid_client_id', 'client identifier invalid');
  if (readPart(header)['alg'] !== 'RS256' || !isSigned(settings.jwtCertificate, `${header}.${payload}`, signature))
    throw new OAuthError('invalid_grant', 'invalid assertion');
  const { aud, sub, exp } = claims;
  if (aud !== origin) throw new OAuthError('invalid_grant', 'audience is invalid');
  const now = Math.floor(settings.now() / 1000);
  if (typeof exp !== 'number' || exp <= now) throw new OAuthError('invalid_grant', 'expired authorization code');
  if (typeof sub !== 'string' || sub.toLowerCase() !== settings.username.toLowerCase() || settings.consent === 'denied')
    throw new OAuthError('invalid_grant', "user hasn't approved this consumer");
}

function isSigned(certificate: string, text: string, signature: string): boolean {
  if (certificate === '') return false;
  return verify('RSA-SHA256', Buffer.from(text), createPublicKey(certificate), Buffer.from(signature, 'base64url'));
}

function readPart(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Below.
  }
  throw new OAuthError('invalid_grant', 'invalid assertion');
}
