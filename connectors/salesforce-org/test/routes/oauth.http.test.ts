import type { SalesforceOrgOptions } from '#src/index.js';
import { OrgClient, type Received } from '../org-client.js';

let client: OrgClient;

afterEach(() => client.close());

async function token(
  options: SalesforceOrgOptions,
  fields: Record<string, string>,
  headers?: Record<string, string>,
): Promise<Received> {
  client = await OrgClient.start(options);
  return grant(fields, headers);
}

function grant(fields: Record<string, string>, headers?: Record<string, string>): Promise<Received> {
  const { tokenUrl, clientId, clientSecret } = client.org;
  const known: Record<string, string> =
    headers === undefined ? { client_id: clientId, client_secret: clientSecret } : {};
  const form = Object.entries({ ...known, ...fields }).filter(([, value]) => value !== '-');
  return client.form(tokenUrl, Object.fromEntries(form), headers);
}

test('client credentials give a token of the org and no refresh token', async () => {
  const { status, json } = await token({}, { grant_type: 'client_credentials' });

  expect(status).toBe(200);
  expect(json).toEqual({
    access_token: expect.stringMatching(/^00D\w{12}!AQ/),
    signature: expect.any(String),
    instance_url: client.org.url,
    id: `${client.org.url}/id/${client.org.organizationId}/${client.org.userId}`,
    token_type: 'Bearer',
    issued_at: expect.stringMatching(/^\d{13}$/),
    scope: 'api',
  });
});

test('client id and secret may come as HTTP Basic', async () => {
  const { status } = await token(
    { clientId: 'a b', clientSecret: 'c:d' },
    { grant_type: 'client_credentials' },
    {
      authorization: `Basic ${Buffer.from('a%20b:c%3Ad').toString('base64')}`,
    },
  );

  expect(status).toBe(200);
});

test('a refresh token stays good where rotation is off', async () => {
  const first = await token({ refreshToken: 'r1' }, { grant_type: 'refresh_token', refresh_token: 'r1' });
  const second = await grant({ grant_type: 'refresh_token', refresh_token: 'r1' });

  expect(first.json.refresh_token).toBeUndefined();
  expect(second.status).toBe(200);
});

test('a refresh token is good once where rotation is on', async () => {
  const first = await token(
    { refreshToken: 'r1', rotateRefreshTokens: true },
    { grant_type: 'refresh_token', refresh_token: 'r1' },
  );
  const again = await grant({ grant_type: 'refresh_token', refresh_token: 'r1' });
  const next = await grant({ grant_type: 'refresh_token', refresh_token: first.json.refresh_token });

  expect(again.json).toEqual({ error: 'invalid_grant', error_description: 'expired access/refresh token' });
  expect(next.status).toBe(200);
});

test('the password grant wants the security token behind the password', async () => {
  const user = { grant_type: 'password', username: 'u@x.example' };
  const options = { username: 'u@x.example', password: 'p', securityToken: 't' };

  const bad = await token(options, { ...user, password: 'p' });
  const good = await grant({ ...user, password: 'pt' });

  expect(bad.json).toEqual({ error: 'invalid_grant', error_description: 'authentication failure' });
  expect(good.status).toBe(200);
});

test.each([
  [
    'an unknown client',
    { grant_type: 'client_credentials', client_id: 'nobody' },
    'invalid_client_id',
    'client identifier invalid',
  ],
  [
    'a wrong secret',
    { grant_type: 'client_credentials', client_secret: 'no' },
    'invalid_client',
    'invalid client credentials',
  ],
  ['an unknown grant', { grant_type: 'magic' }, 'unsupported_grant_type', 'grant type not supported'],
  ['no grant', {}, 'invalid_request', 'missing required parameter: grant_type'],
  [
    'no secret',
    { grant_type: 'client_credentials', client_secret: '-' },
    'invalid_request',
    'missing required parameter: client_secret',
  ],
  [
    'an unknown refresh token',
    { grant_type: 'refresh_token', refresh_token: 'x' },
    'invalid_grant',
    'expired access/refresh token',
  ],
])('%s is refused with 400', async (_case, fields: Record<string, string>, error, error_description) => {
  const { status, json } = await token({}, fields);

  expect(status).toBe(400);
  expect(json).toEqual({ error, error_description });
});

test('a grant that is switched off is not offered', async () => {
  const { json } = await token({ grants: ['client_credentials'] }, { grant_type: 'refresh_token', refresh_token: 'r' });

  expect(json.error).toBe('unsupported_grant_type');
});

test('the answer may be asked for as XML or as a form', async () => {
  const xml = await token({}, { grant_type: 'client_credentials', format: 'xml' });
  const form = await grant({ grant_type: 'client_credentials', format: 'urlencoded' });

  expect(xml.text).toMatch(/^<\?xml .*<OAuth .*<token_type>Bearer<\/token_type>/);
  expect(new URLSearchParams(form.text).get('instance_url')).toBe(client.org.url);
});

test('a revoked token is refused, and is revoked once', async () => {
  client = await OrgClient.start();
  const revoke = () => client.form(`${client.org.url}/services/oauth2/revoke`, { token: client.token });

  const [first, second] = [await revoke(), await revoke()];

  expect([first.status, second.status]).toEqual([200, 400]);
  expect((await client.get('/services/data/v64.0')).status).toBe(401);
});

test('the identity of a session names its user, org and addresses', async () => {
  const { json } = await token({}, { grant_type: 'client_credentials' });

  const identity = await client.get(json.id);
  const userinfo = await client.get('/services/oauth2/userinfo');

  expect(identity.json).toMatchObject({
    user_id: client.org.userId,
    organization_id: client.org.organizationId,
    username: client.org.username,
  });
  expect(identity.json.urls.rest).toBe(`${client.org.url}/services/data/v{version}/`);
  expect(userinfo.json.preferred_username).toBe(client.org.username);
});

test('a bad token has no identity', async () => {
  client = await OrgClient.start();

  const { status, text } = await client.get(`/id/${client.org.organizationId}/${client.org.userId}`, {
    authorization: 'Bearer no',
  });

  expect([status, text]).toEqual([403, 'Bad_OAuth_Token']);
});
