import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type CallContext, ConnectorError, type HttpClient, type LoginPrompt } from '@connector-runtime/core';
import { plainText } from '../transport/plain-text.js';
import { protocolError } from '../transport/refusals.js';
import { untilAborted } from '../transport/until-aborted.js';
import type { Grant } from './grant.js';
import { readGrant, tokenRequest } from './oauth-grants.js';

const SCOPE = 'api refresh_token';

/** The app that a person allows to act for them. */
export interface BrowserApp {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
}

/**
 * Has a person log in by browser, and exchanges the code that comes back, with the proof that it was asked for here (PKCE). A code is good once: it is not presented a second time.
 * Source: Salesforce Help, "OAuth 2.0 Web Server Flow for Web App Integration"; RFC 7636.
 */
export async function authorizationCodeGrant(
  http: HttpClient,
  app: BrowserApp,
  person: LoginPrompt,
  context: CallContext,
): Promise<Grant> {
  const { redirectUri } = person;
  const state = randomBytes(24).toString('base64url');
  const verifier = randomBytes(48).toString('base64url');
  const url = new URL(app.authorizationUrl);
  const parameters = {
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: redirectUri,
    scope: SCOPE,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  person.show(url.href);
  const code = codeIn(await untilAborted(person.redirected(), context.signal), state);
  const { clientSecret } = app;
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: app.clientId,
    code_verifier: verifier,
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
  };
  return readGrant(await http.send({ ...tokenRequest(app.tokenUrl, form), effect: 'once' }, context));
}

/** A redirect that does not bring the state was not asked for here: nothing in it is used. */
function codeIn(answer: Readonly<Record<string, string>>, state: string): string {
  if (!isSame(answer['state'] ?? '', state)) {
    throw refusal('LOGIN_STATE_WRONG', 'the browser came back from another login than the one that was begun here');
  }
  const { error, error_description: description = '', code = '' } = answer;
  if (error !== undefined)
    throw refusal('LOGIN_DENIED', `the login was refused: ${plainText(`${error}: ${description}`)}`);
  if (code === '') throw protocolError('LOGIN_WITHOUT_CODE', 'the browser came back without a code', 'none');
  return code;
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function refusal(code: string, message: string): ConnectorError {
  return new ConnectorError({ category: 'auth', code, message, effect: 'none', retryable: false });
}
