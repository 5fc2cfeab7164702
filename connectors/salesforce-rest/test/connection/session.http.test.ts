import type { CredentialStore, Json } from '@connector-runtime/core';
import { MemoryCredentialStore } from '@connector-runtime/runtime';
import { bodies, type RunningOrg, run, runOrg, userCredentials } from '../running-org.js';

let world: RunningOrg;
afterEach(() => world.stop());

const query = { operation: 'query', objectType: 'Account', properties: { fields: ['Name'] } } as const;
const finding = async (properties: Parameters<RunningOrg['connect']>[0], name: string) =>
  (await (await world.connect(properties)).test()).find((one) => one.name === name);

function clientCredentials() {
  const { org } = world;
  return {
    url: org.url,
    authenticationType: 'OAUTH_2',
    grantType: 'clientCredentials',
    clientId: org.clientId,
    clientSecret: org.clientSecret,
  };
}

/** Connects by OAuth alone: no property of the user's. */
function connectByOAuth(properties: Parameters<RunningOrg['connect']>[0], id?: string) {
  return world.runtime.connect({
    ...(id === undefined ? {} : { id }),
    plugin: 'salesforce-rest',
    properties: properties ?? {},
  });
}

describe('SOAP login', () => {
  test('sends credentials with markup in them as they are', async () => {
    world = await runOrg({ password: `<&>"'ü€ ]]>`, securityToken: 'x' });

    const { summary } = await run(await world.connect(), query);

    expect(summary.counts.success).toBe(1);
    expect(world.org.requests.count('login')).toBe(1);
  });

  test('with a control character in the password is refused before anything is sent, and without it in the message', async () => {
    world = await runOrg();

    const open = await finding({ password: 'secret\nword' }, 'open');

    expect(open).toMatchObject({
      ok: false,
      error: { category: 'config', code: 'CREDENTIAL_INVALID', path: '/password' },
    });
    expect(open?.message).not.toContain('secret');
    expect(world.org.requests.total).toBe(0);
  });

  test('that is switched off in the organisation says so, with the way out', async () => {
    world = await runOrg({ soapLogin: 'disabled' });

    const open = await finding({}, 'open');

    expect(open).toMatchObject({ ok: false, error: { category: 'auth', code: 'SALESFORCE_INVALID_OPERATION' } });
    expect(open?.message).toMatch(/switched off in this organisation.*External Client App.*clientCredentials/);
  });

  test('of a version without it is refused before anything is sent', async () => {
    world = await runOrg();

    const open = await finding({ authenticationUrl: `${world.org.url}/services/Soap/u/65.0` }, 'open');

    expect(open).toMatchObject({
      ok: false,
      error: { category: 'config', code: 'SOAP_LOGIN_NOT_OFFERED', path: '/authenticationUrl' },
    });
    expect(world.org.requests.total).toBe(0);
  });

  test('with an expired password is refused', async () => {
    world = await runOrg({ passwordExpired: true });

    expect(await finding({}, 'open')).toMatchObject({
      ok: false,
      error: { category: 'auth', code: 'PASSWORD_EXPIRED' },
    });
  });

  test('answered with an HTML page is a protocol error without its markup', async () => {
    world = await runOrg();
    world.org.faults.add({
      kind: 'login',
      action: 'answer',
      status: 200,
      contentType: 'text/html',
      body: '<html><body>portal</body></html>',
    });

    const open = await finding({}, 'open');

    expect(open).toMatchObject({ ok: false, error: { category: 'protocol', code: 'LOGIN_ANSWER_UNEXPECTED' } });
    expect(open?.message).not.toContain('<');
  });

  test('answered without a session id says that', async () => {
    world = await runOrg();
    const body = '<E><Body><loginResponse><result><userId>1</userId></result></loginResponse></Body></E>';
    world.org.faults.add({ kind: 'login', action: 'answer', status: 200, contentType: 'text/xml', body });

    expect(await finding({}, 'open')).toMatchObject({
      ok: false,
      error: { category: 'protocol', code: 'LOGIN_WITHOUT_SESSION' },
    });
  });

  test('whose answer was lost goes again', async () => {
    world = await runOrg();
    world.org.faults.add({ kind: 'login', action: 'lose' });

    expect(await finding({}, 'open')).toMatchObject({ ok: true });
  });

  test('refused for lack of calls is quota, and is tried again at the next use', async () => {
    world = await runOrg();
    const body =
      '<E xmlns:sf="urn:f"><Body><Fault><faultcode>sf:REQUEST_LIMIT_EXCEEDED</faultcode><faultstring>REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.</faultstring></Fault></Body></E>';
    world.org.faults.add({ kind: 'login', action: 'answer', status: 500, contentType: 'text/xml', body });
    const connection = await world.connect();

    const [first] = await connection.test();
    const [second] = await connection.test();

    expect(first).toMatchObject({ ok: false, error: { category: 'quota', code: 'SALESFORCE_REQUEST_LIMIT_EXCEEDED' } });
    expect(second).toMatchObject({ ok: true });
  });
});

describe('client credentials', () => {
  test("log in at the organisation's own host", async () => {
    world = await runOrg();

    const connection = await connectByOAuth(clientCredentials());

    expect(await connection.test()).toEqual([
      expect.objectContaining({ name: 'open', ok: true }),
      expect.objectContaining({ name: 'edition', ok: true }),
      expect.objectContaining({ name: 'api usage', ok: true }),
      expect.objectContaining({ name: 'login method', ok: true, message: 'OAuth 2.0, clientCredentials' }),
      expect.objectContaining({ name: 'host', ok: true }),
    ]);
  });

  test('that are wrong are sent once', async () => {
    world = await runOrg();
    const connection = await connectByOAuth({ ...clientCredentials(), clientSecret: 'wrong' });

    const [first] = await connection.test();
    await connection.test();
    const { summary } = await run(connection, query);

    expect(first).toMatchObject({ ok: false, error: { category: 'auth', code: 'SALESFORCE_OAUTH_INVALID_CLIENT' } });
    expect(summary.error).toMatchObject({ category: 'auth' });
    expect(world.org.requests.count('token')).toBe(1);
  });

  test('that the endpoint cannot take at the moment are no wrong credentials', async () => {
    world = await runOrg();
    world.org.faults.add({
      kind: 'token',
      action: 'answer',
      status: 400,
      contentType: 'application/json',
      body: '{"error":"temporarily_unavailable"}',
      times: Infinity,
    });
    const connection = await connectByOAuth(clientCredentials());

    await connection.test();
    world.org.faults.remove();

    expect((await connection.test())[0]).toMatchObject({ ok: true });
  });
});

describe('a refresh token', () => {
  function byRefresh(more: Record<string, string> = {}) {
    const { clientSecret: _, ...rest } = clientCredentials();
    return {
      ...rest,
      grantType: 'refreshToken',
      refreshToken: world.org.refreshToken,
      clientSecret: world.org.clientSecret,
      ...more,
    };
  }

  test('that rotates is replaced in the store before the session is used, and the next runtime goes on with it', async () => {
    const credentialStore = new MemoryCredentialStore();
    world = await runOrg({ rotateRefreshTokens: true }, { credentialStore });
    const connection = await connectByOAuth(byRefresh(), 'shared');
    await run(connection, query);

    world.org.expireSessions();
    await run(connection, query);
    await connection.close();
    world.org.expireSessions();
    const { summary } = await run(await connectByOAuth(byRefresh(), 'shared'), query);

    expect(summary.counts.success).toBe(1);
    expect(world.org.requests.count('token')).toBe(3);
  });

  test('that is no longer good is refused once, with what to do', async () => {
    world = await runOrg();
    const connection = await connectByOAuth(byRefresh({ refreshToken: 'gone' }));

    const [open] = await connection.test();
    await connection.test();

    expect(open).toMatchObject({ ok: false, error: { category: 'auth', code: 'SALESFORCE_OAUTH_INVALID_GRANT' } });
    expect(open?.message).toContain('obtain a new refresh token');
    expect(world.org.requests.count('token')).toBe(1);
  });

  test('whose answer was lost is not presented again by itself', async () => {
    world = await runOrg({ rotateRefreshTokens: true });
    world.org.faults.add({ kind: 'token', action: 'lose' });
    const connection = await connectByOAuth(byRefresh());

    const [open] = await connection.test();

    expect(open).toMatchObject({ ok: false });
    expect(world.org.requests.count('token')).toBe(1);
  });
});

describe('the session', () => {
  test('of another user is not taken from the store', async () => {
    const credentialStore = new MemoryCredentialStore();
    world = await runOrg({}, { credentialStore });
    const first = await world.connect({}, 'same');
    await run(first, query);
    await first.close();

    await run(await connectByOAuth(clientCredentials(), 'same'), query);

    expect(world.org.requests.count('token')).toBe(1);
  });

  test.each<[string, () => Record<string, Json>, Record<string, Json>]>([
    ['client secret', clientCredentials, { clientSecret: 'wrong' }],
    ['password', () => userCredentials(world.org), { password: 'wrong' }],
  ])('of another %s is not taken from the store', async (_, credentials, wrong) => {
    world = await runOrg({}, { credentialStore: new MemoryCredentialStore() });
    const first = await connectByOAuth(credentials(), 'same');
    await run(first, query);
    await first.close();
    const again = await connectByOAuth(credentials(), 'same');
    expect((await run(again, query)).summary.counts.success).toBe(1);
    await again.close();
    expect(world.org.requests.count('token') + world.org.requests.count('login')).toBe(1);

    const [open] = await (await connectByOAuth({ ...credentials(), ...wrong }, 'same')).test();

    expect(open).toMatchObject({ name: 'open', ok: false, error: { category: 'auth' } });
  });

  test('is in the store before it is used', async () => {
    const memory = new MemoryCredentialStore();
    let letGo: () => void = () => undefined;
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let puts = 0;
    const credentialStore: CredentialStore = {
      get: (key) => memory.get(key),
      put: async (key, value, revision) => {
        puts += 1;
        if (puts > 1) return memory.put(key, value, revision);
        asked();
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
        return memory.put(key, value, revision);
      },
    };
    world = await runOrg({}, { credentialStore });
    const running = run(await world.connect({}, 'one'), query);
    await isAsked;
    // Another connection goes its whole way meanwhile.
    await run(await world.connect({}, 'two'), query);

    expect(world.org.requests.counts()).toEqual({ login: 2, describe: 1, query: 1 });
    letGo();
    expect((await running).summary.counts.success).toBe(1);
  });

  test('that is refused twice ends the request with auth', async () => {
    world = await runOrg();
    const connection = await world.connect();
    await run(connection, query);
    world.org.faults.add({ kind: 'query', action: 'expireSessions', times: Infinity });

    const { summary } = await run(connection, query);

    expect(summary.error).toMatchObject({ category: 'auth', code: 'SALESFORCE_INVALID_SESSION_ID' });
    expect(summary.error?.message).toContain('also with a renewed session');
    expect(world.org.requests.count('login')).toBe(2);
  });

  test('whose first renewer is cancelled is renewed for those who wait', async () => {
    world = await runOrg();
    const connection = await world.connect();
    await run(connection, query);
    world.org.expireSessions();
    const held = world.org.faults.add({ kind: 'login', action: 'hold' });
    const leaving = new AbortController();

    const left = run(connection, query, undefined, { signal: leaving.signal });
    await held.reached();
    const staying = run(connection, query);
    leaving.abort();
    await left;
    held.release();

    expect((await staying).summary.counts.success).toBe(1);
  });

  test('belongs to a host outside the egress list: nothing is sent there', async () => {
    world = await runOrg();
    const { sessionId, serverUrl } = {
      sessionId: '00D!x',
      serverUrl: 'https://evil-salesforce.com/services/Soap/u/64.0/00D',
    };
    const body = `<E><Body><loginResponse><result><serverUrl>${serverUrl}</serverUrl><sessionId>${sessionId}</sessionId><userId>1</userId></result></loginResponse></Body></E>`;
    world.org.faults.add({
      kind: 'login',
      action: 'answer',
      status: 200,
      contentType: 'text/xml',
      body,
      times: Infinity,
    });

    const { summary } = await run(await world.connect(), query);

    expect(summary.error).toMatchObject({ category: 'config', code: 'EGRESS_REFUSED' });
  });
});

describe('the version', () => {
  test('is the newest that the organisation offers and this release was tested with', async () => {
    world = await runOrg({ versions: ['31.0', '59.0', '66.0', '70.0'] });

    expect((await finding({ url: world.org.url }, 'edition'))?.message).toContain('API version 66.0');
    expect(world.org.requests.count('versions')).toBe(1);
  });

  test('that is too low everywhere is a config error', async () => {
    world = await runOrg({ versions: ['31.0', '58.0'] });

    expect(await finding({ url: world.org.url }, 'open')).toMatchObject({
      ok: false,
      error: { code: 'API_VERSION_TOO_LOW', path: '/url' },
    });
  });

  test('below 59 in the url is refused before anything is sent', async () => {
    world = await runOrg();

    expect(await finding({ url: `${world.org.url}/services/data/v58.0` }, 'open')).toMatchObject({
      ok: false,
      error: { category: 'config', code: 'API_VERSION_TOO_LOW', path: '/url' },
    });
    expect(world.org.requests.total).toBe(0);
  });
});

describe('findings', () => {
  test('name edition, organisation, version and the calls that are left, and warn of SOAP login', async () => {
    world = await runOrg({ edition: 'Enterprise Edition', isSandbox: true, apiLimit: 15_000 });

    const findings = await (await world.connect()).test();

    expect(findings.map(({ name, ok, warning }) => [name, ok, warning])).toEqual([
      ['open', true, undefined],
      ['edition', true, undefined],
      ['api usage', true, undefined],
      ['login method', true, true],
      ['host', true, undefined],
    ]);
    expect(findings[1]?.message).toBe(
      `Enterprise Edition (sandbox), organisation ${world.org.organizationId} on LOOP1, API version 64.0`,
    );
    expect(findings[2]?.message).toMatch(/^14,99\d of 15,000 API calls of this day are left$/);
    expect(findings[3]?.message).toMatch(/June 2027.*OAUTH_2/);
  });

  test('fail for an edition that is not supported', async () => {
    world = await runOrg({ edition: 'Team Edition' });

    expect(await finding({}, 'edition')).toMatchObject({
      ok: false,
      error: { category: 'unsupported', code: 'EDITION_UNSUPPORTED' },
    });
  });

  test('warn where the login names another host than url', async () => {
    world = await runOrg();
    const url = world.org.url.replace('127.0.0.1', 'localhost');

    expect(await finding({ ...userCredentials(world.org), url }, 'host')).toMatchObject({ ok: true, warning: true });
  });
});

test("a refusal tells of the day's calls too", async () => {
  world = await runOrg({ apiLimit: 30 });
  const connection = await world.connect({ apiUsageWarningPercent: 100 });
  world.org.faults.add({
    kind: 'create',
    action: 'error',
    status: 403,
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
    message: 'TotalRequests Limit exceeded.',
    headers: { 'Sforce-Limit-Info': 'api-usage=30/30' },
  });

  const { summary } = await run(
    connection,
    { operation: 'create', objectType: 'Account' },
    bodies('<r><Name>a</Name></r>'),
  );

  expect(summary.error).toMatchObject({ category: 'quota' });
  expect(summary.usage).toEqual({ 'API calls of this day': { used: 30, allowed: 30 } });
  expect(summary.warnings.filter((text) => text.includes('30 of 30 API calls of this day are used'))).toHaveLength(1);
});

test("a warning is given once when the day's calls run low", async () => {
  world = await runOrg({ apiLimit: 30 });
  const connection = await world.connect({ apiUsageWarningPercent: 10 });

  const { summary } = await run(
    connection,
    { operation: 'create', objectType: 'Account' },
    bodies(...Array<string>(10).fill('<r><Name>a</Name></r>')),
  );

  expect(summary.warnings.filter((text) => text.includes('API calls of this day are used'))).toHaveLength(1);
  // A describe and ten creates.
  expect(summary.usage).toEqual({ 'API calls of this day': { used: 11, allowed: 30 } });
});
