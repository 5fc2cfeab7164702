import type { Json, LoginPrompt } from '@connector-runtime/core';
import {
  ConnectorRuntime,
  fetchTransport,
  MemoryCredentialStore,
  type RuntimeConnection,
} from '@connector-runtime/runtime';
import { type SalesforceOrg, type SalesforceOrgOptions, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import salesforceRest from '#src/index.js';
import { run } from '../running-org.js';

const REDIRECT = 'http://localhost:1717/callback';
const create = { operation: 'create', objectType: 'Account', properties: {} } as const;

let org: SalesforceOrg;
let store: MemoryCredentialStore;
const runtimes: ConnectorRuntime[] = [];
let logged: string[] = [];
/** The status of every answer. */
let answered: number[] = [];
afterEach(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
  await org.close();
});

async function start(options: SalesforceOrgOptions = {}): Promise<void> {
  store = new MemoryCredentialStore();
  logged = [];
  answered = [];
  org = await startSalesforceOrg({ accounts: 5, keepBodies: true, ...options });
}

/** A connection of a runtime of its own, as another process has; all share the store. */
async function connect(properties: Readonly<Record<string, Json>> = {}): Promise<RuntimeConnection> {
  const note = (data: object, message: string) => logged.push(`${message} ${JSON.stringify(data)}`);
  const logger = { debug: note, info: note, warn: note, error: note };
  const http = fetchTransport(async (url, init) => {
    const response = await fetch(url, init);
    answered.push(response.status);
    return response;
  });
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest], credentialStore: store, logger, http });
  runtimes.push(runtime);
  const { apiBase: url, clientId } = org;
  return runtime.connect({
    id: 'c',
    plugin: 'salesforce-rest',
    properties: { url, authenticationType: 'OAUTH_2', grantType: 'authorizationCode', clientId, ...properties },
  });
}

/** A person whose browser goes where it is sent. `changed` is what comes back in place of what the service said. */
class Person implements LoginPrompt {
  readonly redirectUri = REDIRECT;
  readonly shown: URL[] = [];
  private answer: Promise<Record<string, string>> = new Promise(() => undefined);

  constructor(private readonly changed: (query: Record<string, string>) => Record<string, string> = (query) => query) {}

  show(url: string): void {
    this.shown.push(new URL(url));
    this.answer = fetch(url, { redirect: 'manual' }).then(({ headers }) =>
      this.changed(Object.fromEntries(new URL(headers.get('location') ?? 'about:blank').searchParams)),
    );
  }

  redirected(): Promise<Record<string, string>> {
    return this.answer;
  }
}

const tokenRequests = () => org.requests.entries.filter(({ kind }) => kind === 'token');
const records = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ body: `<records><Name>Made ${index}</Name></records>` }));
const code = (expected: string) => expect.objectContaining({ info: expect.objectContaining({ code: expected }) });

describe('a person who logs in by browser', () => {
  test('leaves tokens that another process goes on with', async () => {
    await start();
    const person = new Person();

    await (await connect()).login(person);
    const { summary } = await run(await connect(), create, records(1));

    expect(summary.counts.success).toBe(1);
    expect(tokenRequests()).toHaveLength(1);
    expect(person.shown[0]?.origin).toBe(org.url);
    expect(Object.fromEntries(person.shown[0]?.searchParams ?? [])).toEqual({
      response_type: 'code',
      client_id: org.clientId,
      redirect_uri: REDIRECT,
      scope: 'api refresh_token',
      state: expect.stringMatching(/^[\w-]{32}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  test('has a new state and verifier each time', async () => {
    await start();
    const [first, second] = [new Person(), new Person()];

    await (await connect()).login(first);
    await (await connect()).login(second);

    for (const name of ['state', 'code_challenge'])
      expect(first.shown[0]?.searchParams.get(name)).not.toBe(second.shown[0]?.searchParams.get(name));
  });

  test.each([
    ['another state', (query: Record<string, string>) => ({ ...query, state: 'x' }), 'LOGIN_STATE_WRONG'],
    ['no state', ({ code: given = '' }: Record<string, string>) => ({ code: given }), 'LOGIN_STATE_WRONG'],
    ['no code', ({ state = '' }: Record<string, string>) => ({ state }), 'LOGIN_WITHOUT_CODE'],
    ['a wrong code', (query: Record<string, string>) => ({ ...query, code: 'x' }), 'SALESFORCE_OAUTH_INVALID_GRANT'],
  ])('and whose browser comes back with %s is not logged in', async (_what, changed, expected) => {
    await start();
    const connection = await connect();

    await expect(connection.login(new Person(changed))).rejects.toEqual(code(expected));
    const { summary } = await run(connection, create, records(1));

    expect(summary.error?.code).toBe('LOGIN_NEEDED');
    expect(tokenRequests()).toHaveLength(expected.includes('OAUTH') ? 1 : 0);
  });

  test('and denies the app is told so', async () => {
    await start({ consent: 'denied' });

    await expect((await connect()).login(new Person())).rejects.toEqual(code('LOGIN_DENIED'));
  });

  test('and takes too long is not waited for', async () => {
    await start();
    const never: LoginPrompt = {
      redirectUri: REDIRECT,
      show: () => undefined,
      redirected: () => new Promise(() => undefined),
    };

    await expect((await connect()).login(never, { signal: AbortSignal.timeout(50) })).rejects.toEqual(
      code('CANCELLED'),
    );
  });

  test('does so only where the grant is authorizationCode', async () => {
    await start();
    const { clientSecret } = org;

    await expect((await connect({ grantType: 'clientCredentials', clientSecret })).login(new Person())).rejects.toEqual(
      code('LOGIN_UNSUPPORTED'),
    );
  });

  test('can do so after a run that found nobody logged in', async () => {
    await start();
    const connection = await connect();
    const before = await run(connection, create, records(1));
    await connection.login(new Person());
    const after = await run(connection, create, records(1));

    expect(before.summary.error).toMatchObject({ category: 'auth', code: 'LOGIN_NEEDED', effect: 'none' });
    expect(after.summary.counts.success).toBe(1);
  });

  test('has nothing secret written into the log', async () => {
    await start();
    await (await connect()).login(new Person());
    org.expireSessions();
    await run(await connect(), create, records(1));
    const forms = tokenRequests().map(({ body }) => new URLSearchParams(body));
    const secrets = forms.flatMap((form) =>
      ['code', 'code_verifier', 'refresh_token'].flatMap((name) => form.getAll(name)),
    );

    expect(secrets).toHaveLength(3);
    for (const secret of secrets) expect(logged.join('\n')).not.toContain(secret);
  });
});

describe('with a refresh token that is replaced at each use', () => {
  test('50 requests that meet one expired session renew it once, and nothing is created twice', async () => {
    await start({ rotateRefreshTokens: true });
    // One connection has at most 25 requests under way.
    const [first, second] = [await connect({ concurrent: 25 }), await connect({ concurrent: 25 })];
    await first.login(new Person());
    await Promise.all([run(first, create, records(1)), run(second, create, records(1))]);
    const before = org.ledger.entries.length;
    const met = org.faults.add({ kind: 'create', times: 50, action: 'hold' });

    const running = Promise.all([run(first, create, records(25)), run(second, create, records(25))]);
    await met.holding(50);
    org.expireSessions();
    met.release();
    const ran = await running;

    expect(ran.map(({ summary }) => summary.counts.success)).toEqual([25, 25]);
    expect(answered.filter((status) => status === 401)).toHaveLength(50);
    expect(org.ledger.entries.length - before).toBe(50);
    expect(tokenRequests()).toHaveLength(2);
  });

  test('two connections that meet one expired session renew it once', async () => {
    await start({ rotateRefreshTokens: true });
    const [first, second] = [await connect(), await connect()];
    await first.login(new Person());
    org.expireSessions();

    const ran = await Promise.all([run(first, create, records(10)), run(second, create, records(10))]);
    org.expireSessions();
    const again = await run(second, create, records(1));

    expect(ran.map(({ summary }) => summary.counts.success)).toEqual([10, 10]);
    expect(again.summary.counts.success).toBe(1);
    expect(tokenRequests()).toHaveLength(3);
  });
});

describe('logging out', () => {
  test('ends the tokens at the service and leaves nothing of them in the store', async () => {
    await start();
    const connection = await connect();
    await connection.login(new Person());
    const key = JSON.stringify(['salesforce-rest/c', 'session']);
    const kept = (await store.get(key))?.value.reveal() ?? '';

    await connection.logout();
    const { summary } = await run(await connect(), create, records(1));

    expect(JSON.parse(kept)).toMatchObject({ token: expect.any(String), refreshToken: expect.any(String) });
    expect((await store.get(key))?.value.reveal()).toBe('');
    expect(org.requests.entries.filter(({ kind }) => kind === 'revoke')).toHaveLength(1);
    expect(summary.error?.code).toBe('LOGIN_NEEDED');
  });

  test('forgets them also where the service is away', async () => {
    await start();
    const connection = await connect();
    await connection.login(new Person());
    org.faults.add({ kind: 'revoke', action: 'answer', status: 400, times: Infinity });

    await connection.logout();

    expect((await store.get(JSON.stringify(['salesforce-rest/c', 'session'])))?.value.reveal()).toBe('');
  });
});
