import { generateKeyPairSync } from 'node:crypto';
import { errorInfoOf, type LoginPrompt } from '@connector-runtime/core';
import { ConnectorRuntime, MemoryCredentialStore } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { json, RawService, xml } from '../raw-service.js';
import { bodies, run } from '../running-org.js';

const create = { operation: 'create', objectType: 'Account' } as const;
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const GRANTS = [
  ['clientCredentials', { clientSecret: 'client secret' }],
  ['refreshToken', { refreshToken: 'refresh token' }],
  ['jwtBearer', { jwtSubject: 'user@example.org', privateKey }],
  ['authorizationCode', {}],
] as const;

/** Where tokens come from, where the connection points to, and a host that no property names. */
class Hosts {
  /** What a token answer names as the host for data calls. */
  instanceUrl: string | undefined;
  readonly stored: string[] = [];
  login!: RawService;
  named!: RawService;
  stranger!: RawService;

  async start(): Promise<void> {
    const written = xml('<Result><id>001</id><success>true</success></Result>', 201);
    const dataCalls = ({ method }: { readonly method: string }) => (method === 'POST' ? written : 'default');
    this.login = await RawService.start((request) => {
      if (request.path !== '/services/oauth2/token') return dataCalls(request);
      const where = this.instanceUrl === undefined ? {} : { instance_url: this.instanceUrl };
      return json({ access_token: 'access token', id: 'https://x/id/00D/005', ...where });
    });
    this.named = await RawService.start(dataCalls);
    this.stranger = await RawService.start(dataCalls);
  }

  async run(grantType: string, more: object) {
    const memory = new MemoryCredentialStore();
    const runtime = new ConnectorRuntime({
      plugins: [salesforceRest],
      credentialStore: {
        get: (key) => memory.get(key),
        put: (key, value, revision) => {
          this.stored.push(value);
          return memory.put(key, value, revision);
        },
      },
    });
    const properties = {
      url: `${this.named.url}/services/data/v64.0`,
      authenticationType: 'OAUTH_2',
      grantType,
      clientId: 'client',
      tokenUrl: `${this.login.url}/services/oauth2/token`,
      ...more,
    };
    const connection = await runtime.connect({ plugin: 'salesforce-rest', properties });
    const refused =
      grantType === 'authorizationCode'
        ? await connection.login(this.person()).then(
            () => undefined,
            (error: unknown) => errorInfoOf(error, 'unknown'),
          )
        : undefined;
    const { summary } = await run(connection, create, bodies('<r><Name>a</Name></r>'));
    await runtime.close();
    return { counts: summary.counts, error: refused ?? summary.error };
  }

  /** One who is let in at once. */
  private person(): LoginPrompt {
    let state = '';
    return {
      redirectUri: 'http://localhost:1717/callback',
      show: (url) => {
        state = new URL(url).searchParams.get('state') ?? '';
      },
      redirected: () => Promise.resolve({ state, code: 'code' }),
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.login, this.named, this.stranger].map((service) => service.stop()));
  }
}

let hosts: Hosts;
beforeEach(async () => {
  hosts = new Hosts();
  await hosts.start();
});
afterEach(() => hosts.stop());

describe.each(GRANTS)('a token by %s', (grantType, more) => {
  test('has its data calls go to the host that it names, not to the one of the address', async () => {
    hosts.instanceUrl = hosts.login.url;

    const { counts } = await hosts.run(grantType, more);

    expect(counts.success).toBe(1);
    expect(hosts.login.count('/sobjects/Account')).toBe(2);
    expect(hosts.named.requests).toEqual([]);
  });

  test('that names no host has them go to the one of the address', async () => {
    const { counts } = await hosts.run(grantType, more);

    expect(counts.success).toBe(1);
    expect(hosts.named.count('/sobjects/Account')).toBe(2);
  });

  test('for a host that is not to be called is not used there, and not stored', async () => {
    hosts.instanceUrl = hosts.stranger.url;

    const { counts, error } = await hosts.run(grantType, more);

    expect(error).toMatchObject({ category: 'config', code: 'EGRESS_REFUSED', effect: 'none' });
    expect(counts.success).toBe(0);
    expect(hosts.stranger.requests).toEqual([]);
    expect(hosts.stored.join('\n')).not.toContain('access token');
  });
});
