import {
  type CallContext,
  type ErrorInfo,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  isConnectorError,
} from '@connector-runtime/core';
import { errorOf, readErrorAnswer } from '../transport/error-answer.js';
import { plainText } from '../transport/plain-text.js';
import { protocolError } from '../transport/refusals.js';
import { publicCode } from '../transport/service-codes.js';
import type { Grant } from './grant.js';
import { sendLogin } from './login-errors.js';
import { originOf } from './service-address.js';

const MAX_ANSWER_BYTES = 1_048_576;

/** Code of the error for a refresh token that another request is presenting at this moment. */
export const TOKEN_REQUEST_UNDERWAY = 'OAUTH_TOKEN_REQUEST_UNDERWAY';

/** Errors of the token endpoint that are no answer to the credentials. */
const PASSING = new Set(['server_error', 'temporarily_unavailable', 'unknown_error']);

/** Asks for a token as the app itself. Source: Salesforce Help, "OAuth 2.0 Client Credentials Flow". */
export async function clientCredentialsGrant(
  http: HttpClient,
  app: { readonly tokenUrl: string; readonly clientId: string; readonly clientSecret: string },
  context: CallContext,
): Promise<Grant> {
  const form = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: app.clientSecret };
  return readGrant(await sendLogin(http, tokenRequest(app.tokenUrl, form), context));
}

/**
 * Exchanges a refresh token. Source: Salesforce Help, "OAuth 2.0 Refresh Token Flow".
 * Where the organisation rotates them, presenting one twice ends the whole authorisation: the request goes again only if it provably did not arrive.
 */
export async function refreshTokenGrant(
  http: HttpClient,
  app: {
    readonly tokenUrl: string;
    readonly clientId: string;
    readonly clientSecret: string | undefined;
    readonly refreshToken: string;
  },
  context: CallContext,
): Promise<Grant> {
  const form = {
    grant_type: 'refresh_token',
    client_id: app.clientId,
    refresh_token: app.refreshToken,
    ...(app.clientSecret === undefined ? {} : { client_secret: app.clientSecret }),
  };
  return readGrant(await http.send({ ...tokenRequest(app.tokenUrl, form), effect: 'once' }, context));
}

/** A request to the token endpoint; what it refuses is an error of the login. */
export function tokenRequest(url: string, form: Readonly<Record<string, string>>): Omit<HttpRequest, 'effect'> {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
    judge: refusalOf,
  };
}

/** The tokens of an answer. */
export async function readGrant(response: HttpResponse): Promise<Grant> {
  const answer = await jsonObject(response);
  const token = answer?.['access_token'];
  if (typeof token !== 'string' || token === '') {
    throw protocolError(
      'LOGIN_WITHOUT_SESSION',
      'the token address answered without an access token; is tokenUrl right?',
      'none',
    );
  }
  const origin = originOf(textOf(answer?.['instance_url']));
  const [organization, user] = (textOf(answer?.['id']) ?? '').split('/').slice(-2);
  const refreshToken = textOf(answer?.['refresh_token']);
  return {
    token,
    ...(origin === undefined ? {} : { origin }),
    user: `${organization ?? ''}/${user ?? ''}`,
    ...(refreshToken === undefined ? {} : { refreshToken }),
  };
}

/** What a refusal of the token endpoint means. */
export async function refusalOf(answer: HttpResponse): Promise<Partial<ErrorInfo>> {
  const body = await jsonObject(answer);
  const error = textOf(body?.['error']);
  if (error === undefined) {
    const { message = '', ...meaning } = errorOf(await readErrorAnswer(answer));
    return { ...meaning, message: `the token address does not answer as one: ${message}; is tokenUrl right?` };
  }
  const description = textOf(body?.['error_description']) ?? '';
  const message = `token refused: ${plainText(`${error}: ${description}`)}${adviceOf(error, description)}`;
  const service = { httpStatus: answer.status, code: error };
  if (/already being processed/i.test(description)) {
    return {
      category: 'unavailable',
      code: TOKEN_REQUEST_UNDERWAY,
      message,
      effect: 'none',
      retryable: false,
      service,
    };
  }
  if (answer.status === 429) return { message, service };
  if (PASSING.has(error)) return { category: 'unavailable', message, effect: 'none', retryable: false, service };
  return { category: 'auth', code: publicCode(`oauth_${error}`), message, effect: 'none', retryable: false, service };
}

function adviceOf(error: string, description: string): string {
  if (/no client credentials user/i.test(description))
    return ' (name a "Run As" user in the app\'s client credentials flow)';
  if (/not supported on this domain/i.test(description))
    return " (tokenUrl must be on the organisation's My Domain host)";
  if (/expired access\/refresh token/i.test(description))
    return ' (the authorisation has ended: log in again, or obtain a new refresh token)';
  if (/hasn't approved this consumer/i.test(description))
    return ' (jwtSubject must be allowed to use the app: pre-authorize its profile or permission set)';
  if (/audience is invalid/i.test(description)) return ' (tokenUrl must be the login host that the app is known at)';
  if (error === 'invalid_client_id') return ' (check clientId)';
  if (error === 'invalid_client') return ' (check clientSecret)';
  return '';
}

async function jsonObject(answer: HttpResponse): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const value: unknown = JSON.parse(await answer.body.text(MAX_ANSWER_BYTES));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (answer.status < 300) {
      const seen = isConnectorError(error) ? error.message : 'text that is no JSON';
      throw protocolError(
        'LOGIN_ANSWER_UNEXPECTED',
        `the token address answered with ${seen}; is tokenUrl right?`,
        'none',
        error,
      );
    }
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Ends a token at the service. Source: Salesforce Help, "Revoke OAuth Tokens". */
export async function revokeToken(
  http: HttpClient,
  tokenUrl: string,
  token: string,
  context: CallContext,
): Promise<void> {
  const request = tokenRequest(`${new URL(tokenUrl).origin}/services/oauth2/revoke`, { token });
  await http.send({ ...request, effect: 'repeatable' }, context);
}
