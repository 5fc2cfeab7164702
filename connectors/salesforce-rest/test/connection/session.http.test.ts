import type { CredentialStore, Json } from '@connector-runtime/core';
import { MemoryCredentialStore } from '@connector-runtime/runtime';
import { type RunningOrg, run, runOrg, userCredentials } from '../running-org.js';
import { clientCredentials, connectByOAuth, query } from './logins.js';

let world: RunningOrg;
afterEach(() => world.stop());

describe('the session', () => {
  test('of another user is not taken from the store', async () => {
    const credentialStore = new MemoryCredentialStore();
    world = await runOrg({}, { credentialStore });
    const first = await world.connect({}, 'same');
    await run(first, query);
    await first.close();

    await run(await connectByOAuth(world, clientCredentials(world.org), 'same'), query);

    expect(world.org.requests.count('token')).toBe(1);
  });

  test.each<[string, () => Record<string, Json>, Record<string, Json>]>([
    ['client secret', () => clientCredentials(world.org), { clientSecret: 'wrong' }],
    ['password', () => userCredentials(world.org), { password: 'wrong' }],
  ])('of another %s is not taken from the store', async (_, credentials, wrong) => {
    world = await runOrg({}, { credentialStore: new MemoryCredentialStore() });
    const first = await connectByOAuth(world, credentials(), 'same');
    await run(first, query);
    await first.close();
    const again = await connectByOAuth(world, credentials(), 'same');
    expect((await run(again, query)).summary.counts.success).toBe(1);
    await again.close();
    expect(world.org.requests.count('token') + world.org.requests.count('login')).toBe(1);

    const [open] = await (await connectByOAuth(world, { ...credentials(), ...wrong }, 'same')).test();

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
