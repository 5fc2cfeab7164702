import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CredentialStore } from '@connector-runtime/core';
import { ConnectorRuntime, MemoryCredentialStore } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { json, RawService, SESSION_REFUSED, xml } from '../raw-service.js';
import { bodies, run } from '../running-org.js';

const COMMAND = path.join(
  path.dirname(require.resolve('@connector-runtime/runtime/package.json')),
  'bin',
  'connector.js',
);
const PLUGIN = require.resolve('@connector-runtime/salesforce-rest');
const FIRST = 'refresh-1';
const create = { operation: 'create', objectType: 'Account' } as const;

/** An authorisation that replaces its refresh token at each exchange, and ends for good when an old one is presented. */
class Authorisation {
  readonly presented: string[] = [];
  isEnded = false;
  /** Awaited by each exchange once the token was replaced; true: the answer is lost. */
  afterReplacing: (exchange: number) => Promise<boolean> = async () => false;
  private number = 1;
  private isExpired = false;
  service!: RawService;

  async start(): Promise<void> {
    this.service = await RawService.start(async ({ path, method, headers, body }) => {
      if (path === '/services/oauth2/token') return this.exchange(new URLSearchParams(body).get('refresh_token') ?? '');
      const isGood = !this.isExpired && !this.isEnded && headers.authorization === `Bearer access-${this.number}`;
      if (path.startsWith('/services/data/v') && !isGood) return SESSION_REFUSED;
      return method === 'POST' ? xml('<Result><id>1</id><success>true</success></Result>', 201) : 'default';
    });
  }

  expire(): void {
    this.isExpired = true;
  }

  private async exchange(token: string) {
    this.presented.push(token);
    if (token !== `refresh-${this.number}`) this.isEnded = true;
    if (this.isEnded) return json({ error: 'invalid_grant', error_description: 'expired access/refresh token' }, 400);
    this.number += 1;
    this.isExpired = false;
    const grant = { access_token: `access-${this.number}`, refresh_token: `refresh-${this.number}` };
    if (await this.afterReplacing(this.presented.length)) return undefined;
    return json({ ...grant, instance_url: this.service.url, id: 'https://x/id/00D/005' });
  }
}

/** A store that a test can look into, change as another process does, and fill up. */
class SharedStore extends MemoryCredentialStore {
  /** What is refused for lack of space. */
  refuses: string | undefined;
  private key = '';

  override put(key: string, value: string, ifRevision: number): Promise<boolean> {
    this.key = key;
    if (this.refuses !== undefined && value.includes(this.refuses)) return Promise.reject(new Error('no space'));
    return super.put(key, value, ifRevision);
  }

  async change(changed: (grant: Record<string, unknown>) => object): Promise<void> {
    const entry = await this.get(this.key);
    const grant = JSON.parse(entry?.value.reveal() ?? '{}') as Record<string, unknown>;
    await this.put(this.key, JSON.stringify(changed(grant)), entry?.revision ?? 0);
  }
}

let authorisation: Authorisation;
const runtimes: ConnectorRuntime[] = [];
beforeEach(async () => {
  authorisation = new Authorisation();
  await authorisation.start();
});
afterEach(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
  await authorisation.service.stop();
});

/** A connection of a runtime of its own. */
function connect(credentialStore: CredentialStore) {
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest], credentialStore });
  runtimes.push(runtime);
  return runtime.connect({ id: 'shared', plugin: 'salesforce-rest', properties: propertiesOf() });
}

function propertiesOf() {
  return {
    url: `${authorisation.service.url}/services/data/v64.0`,
    authenticationType: 'OAUTH_2',
    grantType: 'refreshToken',
    clientId: 'app',
    clientSecret: 'app-secret',
    refreshToken: FIRST,
  };
}

const documents = (count: number) => bodies(...Array<string>(count).fill('<r><Name>a</Name></r>'));

describe('a refresh token that is replaced at each exchange', () => {
  test('is presented once by three processes that share the store of the command', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'connector-rotation-'));
    const properties = {
      ...propertiesOf(),
      clientSecret: { $secret: 'env:APP_SECRET' },
      refreshToken: { $secret: 'env:REFRESH_TOKEN' },
    };
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ connectorRuntime: { plugins: [PLUGIN] } }));
    writeFileSync(path.join(folder, 'c.json'), JSON.stringify({ plugin: 'salesforce-rest', properties }));
    writeFileSync(
      path.join(folder, 'create.json'),
      JSON.stringify({ ...create, connection: 'c.json', properties: {} }),
    );
    const command = async () => {
      const child = spawn(process.execPath, [COMMAND, 'run', 'create.json', '--input', '-'], {
        cwd: folder,
        env: { PATH: process.env['PATH'], XDG_STATE_HOME: folder, APP_SECRET: 'app-secret', REFRESH_TOKEN: FIRST },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      child.stdin.end('{"body":"<r><Name>a</Name></r>"}\n');
      const [code] = (await once(child, 'close')) as [number];
      return code;
    };
    const first = await command();
    authorisation.expire();

    const codes = await Promise.all([command(), command(), command()]);
    rmSync(folder, { recursive: true });

    expect([first, ...codes]).toEqual([0, 0, 0, 0]);
    expect(authorisation.presented).toEqual([FIRST, 'refresh-2']);
  });

  test('is presented once by two connections that share a store', async () => {
    const store = new MemoryCredentialStore();
    const [one, other] = [await connect(store), await connect(store)];
    await run(one, create, documents(1));
    await run(other, create, documents(1));
    authorisation.expire();

    const both = await Promise.all([run(one, create, documents(3)), run(other, create, documents(3))]);

    expect(both.map(({ summary }) => summary.counts.success)).toEqual([3, 3]);
    expect(authorisation.presented).toEqual([FIRST, 'refresh-2']);
  });

  test('is presented once though whoever began is cancelled meanwhile', async () => {
    const connection = await connect(new MemoryCredentialStore());
    await run(connection, create, documents(1));
    authorisation.expire();
    let begun: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    authorisation.afterReplacing = async () => {
      begun();
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return false;
    };
    const leaving = new AbortController();

    const left = run(connection, create, documents(1), { signal: leaving.signal });
    await hasBegun;
    leaving.abort();
    const { summary } = await left;
    const staying = run(connection, create, documents(1));
    goOn();

    expect(summary.counts.notAttempted).toBe(1);
    expect((await staying).summary.counts.success).toBe(1);
    expect(authorisation.presented).toEqual([FIRST, 'refresh-2']);
  });

  test('is not presented again where the answer was lost, until another process has stored a newer one', async () => {
    const store = new SharedStore();
    const connection = await connect(store);
    await run(connection, create, documents(1));
    authorisation.expire();
    authorisation.afterReplacing = async (exchange) => exchange === 2;

    const { summary } = await run(connection, create, documents(20));
    await run(connection, create, documents(1));
    const presented = [...authorisation.presented];
    await store.change((grant) => ({ ...grant, token: 'access-3', refreshToken: 'refresh-3' }));
    const healed = await run(connection, create, documents(1));

    expect(summary.counts.success).toBe(0);
    expect(summary.error).toMatchObject({ category: 'auth', code: 'REFRESH_TOKEN_UNCERTAIN', effect: 'none' });
    expect(presented).toEqual([FIRST, 'refresh-2']);
    expect(healed.summary.counts.success).toBe(1);
  });

  test('is presented by another process once the claim of one that died is too old', async () => {
    const store = new SharedStore();
    const connection = await connect(store);
    await run(connection, create, documents(1));
    authorisation.expire();
    const untilEpochMs = Date.now() + 400;
    await store.change((grant) => ({ ...grant, claim: { by: 'a dead process', untilEpochMs } }));

    const { summary } = await run(connection, create, documents(1));

    expect(summary.counts.success).toBe(1);
    expect(Date.now()).toBeGreaterThanOrEqual(untilEpochMs);
    expect(authorisation.presented).toEqual([FIRST, 'refresh-2']);
  });

  test('is kept in memory where the store cannot be written, and written first the next time', async () => {
    const store = new SharedStore();
    const connection = await connect(store);
    await run(connection, create, documents(1));
    authorisation.expire();
    store.refuses = 'refresh-3';

    const first = await run(connection, create, documents(1));
    store.refuses = undefined;
    const second = await run(connection, create, documents(1));

    expect(first.summary.counts.success).toBe(0);
    expect(second.summary.counts.success).toBe(1);
    expect(authorisation.presented).toEqual([FIRST, 'refresh-2']);
  });
});
