import { createHmac, randomBytes } from 'node:crypto';
import { isVerifier } from '../authorization-codes.js';
import { type Answer, answerOf, type OrgRequest } from '../exchange.js';
import { xmlDocument } from '../formats/xml-text.js';
import type { Org } from '../org.js';
import { checkAssertion } from './jwt-assertion.js';
import { OAuthError, required } from './oauth-error.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** `POST /services/oauth2/token`. Source: Salesforce Help, "OAuth 2.0 … Flow" pages and "OAuth Error Codes". */
export function answerToken(org: Org, request: OrgRequest): Answer {
  const form = formOf(request);
  try {
    const tokens = grant(org, form, clientOf(request, form), request.origin);
    org.ledger.logins++;
    return tokenAnswer(request, form, 200, { ...session(org, request.origin), ...tokens });
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return tokenAnswer(request, form, 400, { error: error.code, error_description: error.description });
  }
}

/** `POST /services/oauth2/revoke`: ends an access or refresh token. */
export function answerRevoke(org: Org, request: OrgRequest): Answer {
  const token = formOf(request).get('token') ?? request.query.get('token') ?? '';
  if (org.sessions.close(token) || org.refreshTokens.delete(token)) return { status: 200, body: '' };
  return answerOf('json', 400, '', {
    error: 'unsupported_token_type',
    error_description: 'this token type is not supported',
  });
}

function formOf({ body, headers, query }: OrgRequest): URLSearchParams {
  const isForm = /^\s*application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
  return isForm ? new URLSearchParams(body.toString('utf8')) : query;
}

interface Client {
  readonly id: string | undefined;
  readonly secret: string | undefined;
}

/** Client id and secret, from the form or from HTTP Basic. */
function clientOf({ headers }: OrgRequest, form: URLSearchParams): Client {
  const [, basic] = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (basic === undefined)
    return { id: form.get('client_id') ?? undefined, secret: form.get('client_secret') ?? undefined };
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret.join(':')) };
}

function grant(org: Org, form: URLSearchParams, client: Client, origin: string): object {
  const { settings } = org;
  const type = required(form.get('grant_type'), 'grant_type');
  if (!settings.grants.some((offered) => offered === type)) {
    if (type === 'password') throw new OAuthError('invalid_grant', 'authentication failure');
    throw new OAuthError('unsupported_grant_type', 'grant type not supported');
  }
  if (type === JWT_BEARER) {
    checkAssertion(org, form.get('assertion'), origin);
    return { scope: 'api' };
  }
  if (required(client.id, 'client_id') !== settings.clientId)
    throw new OAuthError('invalid_client_id', 'client identifier invalid');
  if (type === 'refresh_token' && client.secret === undefined) return refresh(org, form);
  if (type === 'authorization_code' && client.secret === undefined) return exchangeCode(org, form, 'verifier');
  if (required(client.secret, 'client_secret') !== settings.clientSecret)
    throw new OAuthError('invalid_client', 'invalid client credentials');
  if (type === 'refresh_token') return refresh(org, form);
  if (type === 'authorization_code') return exchangeCode(org, form, 'secret');
  if (type === 'client_credentials') return { scope: 'api' };
  const user = required(form.get('username'), 'username').toLowerCase();
  const password = required(form.get('password'), 'password');
  if (user !== settings.username.toLowerCase() || password !== org.password + org.securityToken) {
    throw new OAuthError('invalid_grant', 'authentication failure');
  }
  return {};
}

/** `proof`: by what the client shows that it is the one; without its secret it has to have named a challenge. */
function exchangeCode(org: Org, form: URLSearchParams, proof: 'secret' | 'verifier'): object {
  const given = org.codes.take(required(form.get('code'), 'code'));
  const redirectUri = required(form.get('redirect_uri'), 'redirect_uri');
  if (given === undefined) throw new OAuthError('invalid_grant', 'invalid authorization code');
  if (given === 'expired') throw new OAuthError('invalid_grant', 'expired authorization code');
  if (redirectUri !== given.redirectUri)
    throw new OAuthError('redirect_uri_mismatch', 'redirect_uri must match configuration');
  const { challenge, scope } = given;
  if (challenge === undefined && proof === 'verifier')
    throw new OAuthError('invalid_request', 'missing required parameter: client_secret');
  if (challenge !== undefined && !isVerifier(required(form.get('code_verifier'), 'code_verifier'), challenge))
    throw new OAuthError('invalid_grant', 'invalid code verifier');
  if (!/\b(?:refresh_token|offline_access)\b/.test(scope)) return { scope };
  return { scope, refresh_token: newRefreshToken(org) };
}

function newRefreshToken(org: Org): string {
  const token = `5Aep861.${randomBytes(24).toString('base64url')}`;
  org.refreshTokens.add(token);
  return token;
}

function refresh(org: Org, form: URLSearchParams): object {
  const token = required(form.get('refresh_token'), 'refresh_token');
  if (!org.refreshTokens.has(token)) throw new OAuthError('invalid_grant', 'expired access/refresh token');
  if (!org.settings.rotateRefreshTokens) return { scope: 'refresh_token api' };
  org.refreshTokens.delete(token);
  return { scope: 'refresh_token api', refresh_token: newRefreshToken(org) };
}

function session(org: Org, origin: string): object {
  const id = `${origin}/id/${org.organizationId}/${org.userId}`;
  const issuedAt = String(org.settings.now());
  const signature = createHmac('sha256', org.settings.clientSecret)
    .update(id + issuedAt)
    .digest('base64');
  return {
    access_token: org.sessions.open(),
    signature,
    instance_url: origin,
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  };
}

/** JSON unless `format` or Accept asks for XML or a form. */
function tokenAnswer({ headers }: OrgRequest, form: URLSearchParams, status: number, value: object): Answer {
  const wanted =
    form.get('format') ??
    (/xml/i.test(headers.accept ?? '') ? 'xml' : /urlencoded/i.test(headers.accept ?? '') ? 'urlencoded' : 'json');
  const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
  if (wanted === 'xml')
    return {
      status,
      headers: noStore,
      contentType: 'application/xml;charset=UTF-8',
      body: xmlDocument('OAuth', value),
    };
  if (wanted !== 'urlencoded') return answerOf('json', status, '', value, noStore);
  const pairs = Object.entries(value).map(([name, text]): [string, string] => [name, String(text)]);
  return {
    status,
    headers: noStore,
    contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
    body: new URLSearchParams(pairs).toString(),
  };
}
