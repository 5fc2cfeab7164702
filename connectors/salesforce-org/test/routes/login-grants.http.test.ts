import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { SalesforceOrgOptions } from '#src/index.js';
import { OrgClient, type Received } from '../org-client.js';

const REDIRECT = 'http://localhost:1717/callback';
const VERIFIER = 'v'.repeat(50);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwtCertificate = publicKey.export({ type: 'spki', format: 'pem' }).toString();

let client: OrgClient;
afterEach(() => client.close());

async function start(options: SalesforceOrgOptions = {}): Promise<void> {
  client = await OrgClient.start({ jwtCertificate, ...options });
}

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function assertion(claims: object = {}, header: object = { alg: 'RS256' }, key = privateKey): string {
  const { clientId, username, url } = client.org;
  const exp = Math.floor(Date.now() / 1000) + 120;
  const text = `${base64(header)}.${base64({ iss: clientId, sub: username, aud: url, exp, ...claims })}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

const bearer = (jwt: string) =>
  client.form(client.org.tokenUrl, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: jwt });

describe('a JWT bearer grant', () => {
  test('gives a token that works, and no refresh token', async () => {
    await start();

    const { status, json } = await bearer(assertion());
    const { status: seen } = await client.get('/services/data/v64.0/limits', {
      authorization: `Bearer ${json.access_token}`,
    });

    expect([status, seen]).toEqual([200, 200]);
    expect(json).toMatchObject({ instance_url: client.org.url, scope: 'api' });
    expect(json.refresh_token).toBeUndefined();
  });

  test.each<[string, () => string, string]>([
    ['of another user', () => assertion({ sub: 'who@x.example' }), "user hasn't approved this consumer"],
    ['for another host', () => assertion({ aud: 'https://login.salesforce.com' }), 'audience is invalid'],
    ['that has expired', () => assertion({ exp: Math.floor(Date.now() / 1000) - 1 }), 'expired authorization code'],
    ['without an end', () => assertion({ exp: undefined }), 'expired authorization code'],
    ['of another algorithm', () => assertion({}, { alg: 'none' }), 'invalid assertion'],
    [
      'of another key',
      () => assertion({}, { alg: 'RS256' }, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
      'invalid assertion',
    ],
    ['that is none', () => 'a.b', 'invalid assertion'],
  ])('%s is refused', async (_what, make, description) => {
    await start();

    const { status, json } = await bearer(make());

    expect([status, json]).toEqual([400, { error: 'invalid_grant', error_description: description }]);
  });

  test('is judged by the clock of the org, which its answers tell', async () => {
    await start({ now: () => Date.now() + 3_600_000 });

    const { json, headers } = await bearer(assertion());

    expect(json.error_description).toBe('expired authorization code');
    expect(Date.parse(headers.get('date') ?? '') - Date.now()).toBeGreaterThan(3_500_000);
  });
});

describe('an authorization code', () => {
  const authorize = (parameters: Record<string, string> = {}) => {
    const query = {
      response_type: 'code',
      client_id: client.org.clientId,
      redirect_uri: REDIRECT,
      state: 's/1',
      code_challenge: CHALLENGE,
      ...parameters,
    };
    return client.get(`/services/oauth2/authorize?${new URLSearchParams(query).toString()}`);
  };
  const back = ({ headers }: Received) => new URL(headers.get('location') ?? 'about:blank').searchParams;
  const exchange = (code: string, more: Record<string, string> = {}) =>
    client.form(client.org.tokenUrl, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      client_id: client.org.clientId,
      code_verifier: VERIFIER,
      ...more,
    });
  const codeOf = async (parameters?: Record<string, string>) => back(await authorize(parameters)).get('code') ?? '';

  test('comes by a redirect with the state, and is good for tokens once', async () => {
    await start();
    const redirect = await authorize();
    const code = back(redirect).get('code') ?? '';
    const first = await exchange(code);
    const again = await exchange(code);
    const refreshed = await client.form(client.org.tokenUrl, {
      grant_type: 'refresh_token',
      client_id: client.org.clientId,
      refresh_token: first.json.refresh_token,
    });

    expect(redirect.status).toBe(302);
    expect(back(redirect).get('state')).toBe('s/1');
    expect([first.status, refreshed.status]).toEqual([200, 200]);
    expect(again.json).toEqual({ error: 'invalid_grant', error_description: 'invalid authorization code' });
  });

  test.each<[string, Record<string, string>, string]>([
    ['another verifier', { code_verifier: 'w'.repeat(50) }, 'invalid_grant'],
    ['no verifier', { code_verifier: '' }, 'invalid_request'],
    ['another redirect_uri', { redirect_uri: 'http://localhost:1717/callback/' }, 'redirect_uri_mismatch'],
    ['another client', { client_id: 'x' }, 'invalid_client_id'],
    ['a wrong secret', { client_secret: 'x' }, 'invalid_client'],
  ])('is refused with %s', async (_what, more, error) => {
    await start();

    const { status, json } = await exchange(await codeOf(), more);

    expect([status, json.error]).toEqual([400, error]);
  });

  test('without a challenge needs the secret', async () => {
    await start();
    const { clientSecret, clientId } = client.org;
    const query = { response_type: 'code', client_id: clientId, redirect_uri: REDIRECT };
    const plain = async () =>
      back(await client.get(`/services/oauth2/authorize?${new URLSearchParams(query).toString()}`)).get('code') ?? '';

    const without = await exchange(await plain());
    const withSecret = await exchange(await plain(), { client_secret: clientSecret });

    expect([without.status, withSecret.status]).toEqual([400, 200]);
  });

  test('is too old after ten minutes', async () => {
    let passedMs = 0;
    await start({ now: () => Date.now() + passedMs });
    const code = await codeOf();
    passedMs = 600_001;

    expect((await exchange(code)).json.error_description).toBe('expired authorization code');
  });

  test('gives a refresh token only where the scope has one', async () => {
    await start();

    const { json } = await exchange(await codeOf({ scope: 'api' }));

    expect(json.access_token).toEqual(expect.any(String));
    expect(json.refresh_token).toBeUndefined();
  });

  test('is not given to an address that was not registered, and nobody is sent there', async () => {
    await start();

    const { status, headers, json } = await authorize({ redirect_uri: 'http://localhost:1718/callback' });

    expect([status, headers.get('location'), json.error]).toEqual([400, null, 'redirect_uri_mismatch']);
  });

  test('is not given where the person denies it', async () => {
    await start({ consent: 'denied' });

    const parameters = back(await authorize());

    expect([parameters.get('error'), parameters.get('code'), parameters.get('state')]).toEqual([
      'access_denied',
      null,
      's/1',
    ]);
  });
});
