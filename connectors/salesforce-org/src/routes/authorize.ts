import { type Answer, answerOf, type OrgRequest } from '../exchange.js';
import type { Org } from '../org.js';
import { OAuthError, required } from './oauth-error.js';

/**
 * `GET /services/oauth2/authorize`: the page where a person logs in and allows the app. This org's person is logged in and decides at once, as the option `consent` says.
 * Source: Salesforce Help, "OAuth 2.0 Web Server Flow for Web App Integration".
 */
export function answerAuthorize(org: Org, request: OrgRequest): Answer {
  const { query } = request;
  try {
    const redirectUri = checkedRedirect(org, query);
    const state = query.get('state');
    const back = (parameters: Readonly<Record<string, string>>): Answer => {
      const url = new URL(redirectUri);
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      if (state !== null) url.searchParams.set('state', state);
      return { status: 302, headers: { Location: url.href } };
    };
    if (query.get('response_type') !== 'code')
      return back({ error: 'unsupported_response_type', error_description: 'response type not supported' });
    if (org.settings.consent === 'denied')
      return back({ error: 'access_denied', error_description: 'end-user denied authorization' });
    const scope = query.get('scope') ?? 'api refresh_token';
    return back({ code: org.codes.give({ redirectUri, scope, challenge: query.get('code_challenge') ?? undefined }) });
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return answerOf('json', 400, '', { error: error.code, error_description: error.description });
  }
}

/** Nobody is sent back to an address that was not registered. */
function checkedRedirect(org: Org, query: URLSearchParams): string {
  if (required(query.get('client_id'), 'client_id') !== org.settings.clientId)
    throw new OAuthError('invalid_client_id', 'client identifier invalid');
  const redirectUri = required(query.get('redirect_uri'), 'redirect_uri');
  if (!org.settings.redirectUris.includes(redirectUri))
    throw new OAuthError('redirect_uri_mismatch', 'redirect_uri must match configuration');
  return redirectUri;
}
