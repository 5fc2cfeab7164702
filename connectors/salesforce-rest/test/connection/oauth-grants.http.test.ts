import { MemoryCredentialStore } from '@connector-runtime/runtime';
import { type RunningOrg, run, runOrg } from '../running-org.js';
import { clientCredentials, connectByOAuth, query } from './logins.js';

let world: RunningOrg;
afterEach(() => world.stop());

describe('client credentials', () => {
  test("log in at the organisation's own host", async () => {
    world = await runOrg();

    const connection = await connectByOAuth(world, clientCredentials(world.org));

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
    const connection = await connectByOAuth(world, { ...clientCredentials(world.org), clientSecret: 'wrong' });

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
    const connection = await connectByOAuth(world, clientCredentials(world.org));

    await connection.test();
    world.org.faults.remove();

    expect((await connection.test())[0]).toMatchObject({ ok: true });
  });
});

describe('a refresh token', () => {
  function byRefresh(more: Record<string, string> = {}) {
    const { clientSecret: _, ...rest } = clientCredentials(world.org);
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
    const connection = await connectByOAuth(world, byRefresh(), 'shared');
    await run(connection, query);

    world.org.expireSessions();
    await run(connection, query);
    await connection.close();
    world.org.expireSessions();
    const { summary } = await run(await connectByOAuth(world, byRefresh(), 'shared'), query);

    expect(summary.counts.success).toBe(1);
    expect(world.org.requests.count('token')).toBe(3);
  });

  test('that is no longer good is refused once, with what to do', async () => {
    world = await runOrg();
    const connection = await connectByOAuth(world, byRefresh({ refreshToken: 'gone' }));

    const [open] = await connection.test();
    await connection.test();

    expect(open).toMatchObject({ ok: false, error: { category: 'auth', code: 'SALESFORCE_OAUTH_INVALID_GRANT' } });
    expect(open?.message).toContain('obtain a new refresh token');
    expect(world.org.requests.count('token')).toBe(1);
  });

  test('whose answer was lost is not presented again by itself', async () => {
    world = await runOrg({ rotateRefreshTokens: true });
    world.org.faults.add({ kind: 'token', action: 'lose' });
    const connection = await connectByOAuth(world, byRefresh());

    const [open] = await connection.test();

    expect(open).toMatchObject({ ok: false });
    expect(world.org.requests.count('token')).toBe(1);
  });
});
