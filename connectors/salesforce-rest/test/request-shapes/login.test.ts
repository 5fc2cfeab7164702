import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { run } from '../running-org.js';
import { BASE, bearer, HOST, JSON_TYPE, jsonBack, PinnedService, SESSION, XML, xmlBack } from './pinned-service.js';

const PAGE =
  '<?xml version="1.0" encoding="UTF-8"?><QueryResult><done>true</done><records type="Account"><Name>A</Name></records><totalSize>1</totalSize></QueryResult>';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

const TOKEN_ANSWER = JSON.stringify({
  access_token: SESSION,
  instance_url: HOST,
  id: 'https://login.salesforce.com/id/00D/005',
  token_type: 'Bearer',
});
const withoutSession = { accept: 'application/json', 'accept-encoding': 'identity', host: 'acme.my.salesforce.com' };
const tokenHeaders = { ...withoutSession, 'content-type': 'application/x-www-form-urlencoded' };
const byApp = { url: HOST, authenticationType: 'OAUTH_2', clientId: 'id/1' };

describe('the shape of', () => {
  test('SOAP login', async () => {
    service.answerLogin();
    service.answerDescribe();
    service.answer('GET', `${BASE}/query?q=SELECT%20Name%20FROM%20Account`, 200, PAGE, XML);

    await run(await service.connect(), { operation: 'query', objectType: 'Account', properties: { fields: ['Name'] } });

    expect(service.seen).toEqual([
      {
        method: 'POST',
        path: '/services/Soap/u/64.0',
        headers: {
          accept: 'text/xml',
          'accept-encoding': 'identity',
          'content-type': 'text/xml; charset=UTF-8',
          host: 'login.salesforce.com',
          soapaction: 'login',
        },
        body:
          '<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>' +
          '<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>u@x.com</n1:username><n1:password>p&amp;&lt;w&gt;TOKEN</n1:password></n1:login></env:Body></env:Envelope>',
      },
      { method: 'GET', path: `${BASE}/sobjects/Account/describe`, headers: jsonBack, body: '' },
      { method: 'GET', path: `${BASE}/query?q=SELECT%20Name%20FROM%20Account`, headers: xmlBack, body: '' },
    ]);
  });

  test.each([
    [
      'clientCredentials',
      { clientSecret: 's&1' },
      'grant_type=client_credentials&client_id=id%2F1&client_secret=s%261',
    ],
    ['refreshToken', { refreshToken: 'r+1' }, 'grant_type=refresh_token&client_id=id%2F1&refresh_token=r%2B1'],
    [
      'refreshToken',
      { refreshToken: 'r', clientSecret: 's' },
      'grant_type=refresh_token&client_id=id%2F1&refresh_token=r&client_secret=s',
    ],
  ])('a token request by %s', async (grantType, more, body) => {
    service.answer('POST', '/services/oauth2/token', 200, TOKEN_ANSWER, JSON_TYPE);
    service.answer(
      'GET',
      '/services/data',
      200,
      '[{"version":"63.0"},{"version":"64.0"},{"version":"68.0"}]',
      JSON_TYPE,
    );
    service.answer('GET', `${BASE}/sobjects`, 200, '{"sobjects":[]}', JSON_TYPE);
    const properties = { ...byApp, grantType, ...more };
    const connection = await service.runtime.connect({ plugin: 'salesforce-rest', properties });

    for await (const _type of connection.objectTypes({ operation: 'query' }));

    expect(service.seen).toEqual([
      { method: 'POST', path: '/services/oauth2/token', headers: tokenHeaders, body },
      { method: 'GET', path: '/services/data', headers: withoutSession, body: '' },
      { method: 'GET', path: `${BASE}/sobjects`, headers: jsonBack, body: '' },
    ]);
  });

  test('a token request by jwtBearer, to the token address that is given', async () => {
    const login = 'https://test.salesforce.com';
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    service.answer('POST', '/services/oauth2/token', 200, TOKEN_ANSWER, JSON_TYPE, login);
    service.answer('GET', `${BASE}/sobjects`, 200, '{"sobjects":[]}', JSON_TYPE);
    const properties = {
      ...byApp,
      url: HOST + BASE,
      grantType: 'jwtBearer',
      tokenUrl: `${login}/services/oauth2/token`,
      jwtSubject: 'u@x.com',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    const connection = await service.runtime.connect({ plugin: 'salesforce-rest', properties });
    const before = Math.floor(Date.now() / 1000);

    for await (const _type of connection.objectTypes({ operation: 'query' }));

    const [request] = service.seen;
    const [, assertion = ''] =
      /^grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=([\w.-]+)$/.exec(
        request?.body ?? '',
      ) ?? [];
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const { exp, ...others } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    expect(request?.headers).toEqual({ ...tokenHeaders, host: 'test.salesforce.com' });
    expect(Buffer.from(header, 'base64url').toString()).toBe('{"alg":"RS256"}');
    expect(others).toEqual({ iss: 'id/1', sub: 'u@x.com', aud: login });
    expect(exp - before).toBeGreaterThanOrEqual(180);
    expect(exp - before).toBeLessThanOrEqual(240);
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test.each([
    [{}, ''],
    [{ clientSecret: 's&1' }, '&client_secret=s%261'],
  ])('the exchange of a code, with %j', async (more, ending) => {
    service.answer('POST', '/services/oauth2/token', 200, TOKEN_ANSWER, JSON_TYPE);
    const properties = { ...byApp, url: HOST + BASE, grantType: 'authorizationCode', ...more };
    const connection = await service.runtime.connect({ plugin: 'salesforce-rest', properties });
    const shown: URL[] = [];

    await connection.login({
      redirectUri: 'http://localhost:1717/callback',
      show: (url) => shown.push(new URL(url)),
      redirected: async () => ({ code: 'c/1==', state: shown[0]?.searchParams.get('state') ?? '' }),
    });

    const [request] = service.seen;
    const verifier = new URLSearchParams(request?.body).get('code_verifier') ?? '';
    expect(request?.headers).toEqual(tokenHeaders);
    expect(request?.body).toBe(
      `grant_type=authorization_code&code=c%2F1%3D%3D&redirect_uri=http%3A%2F%2Flocalhost%3A1717%2Fcallback&client_id=id%2F1&code_verifier=${verifier}${ending}`,
    );
    expect(shown[0]?.origin).toBe(HOST);
    expect(shown[0]?.pathname).toBe('/services/oauth2/authorize');
    expect(verifier).toMatch(/^[\w-]{43,128}$/);
    expect(shown[0]?.searchParams.get('code_challenge')).toBe(
      createHash('sha256').update(verifier).digest('base64url'),
    );
  });

  test('the connection test', async () => {
    service.answerLogin();
    const organization = {
      records: [{ Id: '00D', OrganizationType: 'Developer Edition', IsSandbox: false, InstanceName: 'NA1' }],
    };
    const soql = 'SELECT%20Id%2CName%2COrganizationType%2CIsSandbox%2CInstanceName%20FROM%20Organization';
    service.answer('GET', `${BASE}/query?q=${soql}`, 200, JSON.stringify(organization), JSON_TYPE);
    service.answer('GET', `${BASE}/limits`, 200, '{"DailyApiRequests":{"Max":15000,"Remaining":14998}}', JSON_TYPE);

    const findings = await (await service.connect()).test();

    expect(findings.every(({ ok }) => ok)).toBe(true);
    expect(service.calls).toEqual([
      { method: 'GET', path: `${BASE}/query?q=${soql}`, headers: jsonBack, body: '' },
      { method: 'GET', path: `${BASE}/limits`, headers: jsonBack, body: '' },
    ]);
  });
});

describe('a session that a login gives for', () => {
  const describeAt = async (origin: string) => {
    const answer = JSON.stringify({ ...(JSON.parse(TOKEN_ANSWER) as object), instance_url: origin });
    service.answer('POST', '/services/oauth2/token', 200, answer, JSON_TYPE);
    const properties = { ...byApp, url: `${HOST}${BASE}`, grantType: 'clientCredentials', clientSecret: 's' };
    const connection = await service.runtime.connect({ plugin: 'salesforce-rest', properties });
    const types: string[] = [];
    for await (const { id } of connection.objectTypes({ operation: 'query' })) types.push(id);
    return types;
  };

  test.each([
    'https://acme.my.salesforce.com',
    'https://acme--dev.sandbox.my.salesforce.com',
    'https://acme-ed.develop.my.salesforce.com',
    'https://na139.salesforce.com',
    'https://acme.lightning.force.com',
  ])('%s is used there', async (origin) => {
    if (origin !== HOST) service.answer('GET', '/services/data', 200, '[{"version":"64.0"}]', JSON_TYPE, origin);
    const object = { name: 'Account', label: 'Account', queryable: true };
    service.answer('GET', `${BASE}/sobjects`, 200, JSON.stringify({ sobjects: [object] }), JSON_TYPE, origin);

    expect(await describeAt(origin)).toEqual(['Account']);
    // What the host is asked before it is used carries no session.
    for (const { path, headers } of service.seen)
      expect(headers['authorization']).toBe(path === `${BASE}/sobjects` ? bearer.authorization : undefined);
  });

  test.each([
    'https://evilsalesforce.com',
    'https://acme.my.salesforce.com.evil.example',
    'https://my-salesforce.com',
    'https://acme.my.salesforce.com:8443',
    'http://acme.my.salesforce.com',
    'https://acme.force.com.',
  ])('%s is not used at all', async (origin) => {
    await expect(describeAt(origin)).rejects.toMatchObject({ info: { code: 'EGRESS_REFUSED' } });
  });
});
