import { createHmac, randomBytes } from 'node:crypto';
import { type Answer, answerOf, type OrgRequest } from '../exchange.js';
import { xmlDocument } from '../formats/xml-text.js';
import type { Org } from '../org.js';

/** A refusal of the token endpoint. */
class OAuthError extends Error {
  constructor(
    readonly code: string,
    readonly description: string,
  ) {
    super(`${code}: ${description}`);
  }
}

/** `POST /services/oauth2/token`. Source: Salesforce Help, "OAuth 2.0 … Flow" pages and "OAuth Error Codes". */
export function answerToken(org: Org, request: OrgRequest): Answer {
  const form = formOf(request);
  try {
    const tokens = grant(org, form, clientOf(request, form));
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

function grant(org: Org, form: URLSearchParams, client: Client): object {
  const { settings } = org;
  const type = required(form.get('grant_type'), 'grant_type');
  if (!settings.grants.some((offered) => offered === type)) {
    if (type === 'password') throw new OAuthError('invalid_grant', 'authentication failure');
    throw new OAuthError('unsupported_grant_type', 'grant type not supported');
  }
  if (required(client.id, 'client_id') !== settings.clientId)
    throw new OAuthError('invalid_client_id', 'client identifier invalid');
  if (type === 'refresh_token' && client.secret === undefined) return refresh(org, form);
  if (required(client.secret, 'client_secret') !== settings.clientSecret)
    throw new OAuthError('invalid_client', 'invalid client credentials');
  if (type === 'refresh_token') return refresh(org, form);
  if (type === 'client_credentials') return { scope: 'api' };
  const user = required(form.get('username'), 'username').toLowerCase();
  const password = required(form.get('password'), 'password');
  if (user !== settings.username.toLowerCase() || password !== org.password + org.securityToken) {
    throw new OAuthError('invalid_grant', 'authentication failure');
  }
  return {};
}

function refresh(org: Org, form: URLSearchParams): object {
  const token = required(form.get('refresh_token'), 'refresh_token');
  if (!org.refreshTokens.has(token)) throw new OAuthError('invalid_grant', 'expired access/refresh token');
  if (!org.settings.rotateRefreshTokens) return { scope: 'refresh_token api' };
  const next = `5Aep861.${randomBytes(24).toString('base64url')}`;
  org.refreshTokens.delete(token);
  org.refreshTokens.add(next);
  return { scope: 'refresh_token api', refresh_token: next };
}

function required(value: string | null | undefined, name: string): string {
  if (value === null || value === undefined || value === '')
    throw new OAuthError('invalid_request', `missing required parameter: ${name}`);
  return value;
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
