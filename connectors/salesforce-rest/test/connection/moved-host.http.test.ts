import type { CredentialStore, Json } from '@connector-runtime/core';
import { ConnectorRuntime, MemoryCredentialStore } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { type RawAnswer, RawService } from '../raw-service.js';
import { bodies, run } from '../running-org.js';

const create = { operation: 'create', objectType: 'Account' } as const;
const done: RawAnswer = { status: 201, body: '<Result><success>true</success></Result>' };

/** A login that names another host for data calls, and how that one behaves. */
class Move {
  /** What the login names. */
  target = '';
  isMoved = false;
  login!: RawService;
  instance!: RawService;
  readonly stored: string[] = [];
  private readonly memory = new MemoryCredentialStore();
  private readonly store: CredentialStore = {
    get: (key) => this.memory.get(key),
    put: (key, value, revision) => {
      this.stored.push(value);
      return this.memory.put(key, value, revision);
    },
  };

  async start(): Promise<void> {
    this.login = await RawService.start(({ method, path }) => {
      if (path.startsWith('/services/Soap')) return this.login.loginAnswer(this.target);
      return method === 'POST' ? done : 'default';
    });
    this.instance = await RawService.start(({ method }) => {
      if (this.isMoved) return { status: 302, headers: { location: 'https://new.my.salesforce.com/' } };
      return method === 'POST' ? done : 'default';
    });
    this.target = this.instance.url;
  }

  /** A run in a process of its own. */
  async run(more: Readonly<Record<string, Json>> = {}) {
    const runtime = new ConnectorRuntime({ plugins: [salesforceRest], credentialStore: this.store });
    const properties = this.login.properties({ tokenUrl: `${this.instance.url}/services/oauth2/token`, ...more });
    const connection = await runtime.connect({ id: 'one', plugin: 'salesforce-rest', properties });
    const { summary } = await run(connection, create, bodies('<r><Name>a</Name></r>'));
    await runtime.close();
    return summary;
  }

  get logins(): number {
    return this.login.count('/services/Soap');
  }

  async stop(): Promise<void> {
    await Promise.all([this.login.stop(), this.instance.stop().catch(() => undefined)]);
  }
}

let move: Move;
beforeEach(async () => {
  move = new Move();
  await move.start();
});
afterEach(() => move.stop());

describe.each([
  ['whose version is given', true],
  ['whose version is looked up', false],
])('a stored session %s', (_what, isGiven) => {
  const more = () => (isGiven ? {} : { url: move.login.url });

  test.each(['redirects', 'is gone', 'is not to be called'] as const)(
    'is renewed once where its host %s',
    async (how) => {
      expect((await move.run(more())).counts.success).toBe(1);
      if (how === 'redirects') move.isMoved = true;
      if (how === 'is gone') await move.instance.stop();
      const changed = how === 'is not to be called' ? { tokenUrl: `${move.login.url}/services/oauth2/token` } : {};
      move.target = move.login.url;

      const second = await move.run({ ...more(), ...changed });
      const third = await move.run({ ...more(), ...changed });

      expect([second.counts.success, third.counts.success]).toEqual([1, 1]);
      expect(move.logins).toBe(2);
    },
  );
});

test('a session for a host that is not to be called is not stored', async () => {
  move.target = 'https://evil.example.com';

  const refused = await move.run();
  expect(move.stored).toEqual([]);
  move.target = move.login.url;
  const next = await move.run();

  expect(refused.error).toMatchObject({ category: 'config', code: 'EGRESS_REFUSED' });
  expect(next.counts.success).toBe(1);
  expect(move.logins).toBe(2);
});

test('a session whose renewal names the same host again is renewed no further', async () => {
  await move.run();
  move.isMoved = true;

  const summary = await move.run();

  expect(summary.counts.success).toBe(0);
  expect(move.logins).toBe(2);
});
