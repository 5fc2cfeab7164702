import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type SalesforceOrg, startSalesforceOrg } from '@connector-runtime/salesforce-org';

const BIN = path.join(path.dirname(require.resolve('@connector-runtime/runtime/package.json')), 'bin', 'connector.js');
const PLUGIN = require.resolve('@connector-runtime/salesforce-rest');

let folder: string;
let state: string;
let org: SalesforceOrg;
let port: number;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'connector-login-'));
  state = path.join(folder, 'state');
  port = await freePort();
  org = await startSalesforceOrg({ accounts: 1, redirectUris: [`http://localhost:${port}/callback`] });
  const { apiBase: url, clientId } = org;
  const properties = { url, authenticationType: 'OAUTH_2', grantType: 'authorizationCode', clientId };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ connectorRuntime: { plugins: [PLUGIN] } }));
  writeFileSync(path.join(folder, 'c.json'), JSON.stringify({ plugin: 'salesforce-rest', properties }));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill();
  await org.close();
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

/** The command under way, with what it has said so far. */
class Command {
  said = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, [BIN, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], XDG_STATE_HOME: state },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(this.child);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (piece: Buffer) => {
        this.said += piece.toString();
      });
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  /** The address that a person is to visit. */
  async address(): Promise<string> {
    for (;;) {
      const [address] = /http\S+authorize\S+(?=\n)/.exec(this.said) ?? [];
      if (address !== undefined) return address;
      await once(this.child.stderr ?? this.child, 'data');
    }
  }

  async code(): Promise<number | null> {
    return this.ended;
  }
}

async function redirectOf(address: string): Promise<string> {
  const { headers } = await fetch(address, { redirect: 'manual' });
  return headers.get('location') ?? '';
}

/** What is stored, over all files. */
function stored(): string {
  const base = path.join(state, 'connector-runtime');
  return readdirSync(base)
    .map((name) => readFileSync(path.join(base, name), 'utf8'))
    .join('\n');
}

/** The callback as another name than `localhost` would reach it. */
async function visit(url: string, host: string, method = 'GET'): Promise<number | undefined> {
  const visited = request(url.replace('localhost', '127.0.0.1'), { method, headers: { host } });
  visited.end();
  const [answer] = (await once(visited, 'response')) as [{ statusCode?: number; resume(): void }];
  answer.resume();
  return answer.statusCode;
}

describe('connector login', () => {
  test('shows the address, takes the browser back, and stores the tokens for later commands, until logout', async () => {
    const login = new Command('login', 'c.json', '--port', String(port));
    const page = await fetch(await redirectOf(await login.address()));
    const loggedIn = await login.code();
    const kept = stored();
    const tested = await new Command('test', 'c.json').code();
    const loggedOut = await new Command('logout', 'c.json').code();
    const after = new Command('test', 'c.json');

    expect([page.status, loggedIn, tested, loggedOut, await after.code()]).toEqual([200, 0, 0, 0, 3]);
    const [, token = ''] = /\\"token\\":\\"([^"\\]+)/.exec(kept) ?? [];
    const [, refreshToken = ''] = /\\"refreshToken\\":\\"([^"\\]+)/.exec(kept) ?? [];
    expect(token).toContain('!AQ');
    for (const secret of [token, refreshToken]) {
      expect(secret).not.toBe('');
      expect(login.said).not.toContain(secret);
      expect(stored()).not.toContain(secret);
    }
    const base = path.join(state, 'connector-runtime');
    for (const name of readdirSync(base)) expect(statSync(path.join(base, name)).mode & 0o777).toBe(0o600);
    expect(after.said).toContain('connector login');
    expect(org.requests.entries.filter(({ kind }) => kind === 'revoke')).toHaveLength(1);
  });

  test('turns away what is no redirect of the login, and goes on waiting', async () => {
    const login = new Command('login', 'c.json', '--port', String(port));
    const callback = await redirectOf(await login.address());
    const own = `localhost:${port}`;
    const foreign = new URL(callback);
    foreign.searchParams.set('state', 'another');

    const turnedAway = [
      await visit(`http://localhost:${port}/favicon.ico`, own),
      await visit(`http://localhost:${port}/callback`, own),
      await visit(`http://localhost:${port}//`, own),
      await visit(callback, 'evil.example'),
      await visit(callback, own, 'POST'),
      await visit(foreign.href, own),
      await visit(`http://localhost:${port}/callback?error=access_denied`, own),
    ];
    const taken = await visit(callback, own);

    expect(new Set(turnedAway)).toEqual(new Set([404]));
    expect([taken, await login.code()]).toEqual([200, 0]);
  });

  test('ends with 2 where the port is taken, or is none', async () => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');

    const codes = [
      await new Command('login', 'c.json', '--port', String(port)).code(),
      await new Command('login', 'c.json', '--port', 'x').code(),
    ];
    server.close();

    expect(codes).toEqual([2, 2]);
  });

  test('is ended by Ctrl-C', async () => {
    const login = new Command('login', 'c.json', '--port', String(port));
    await login.address();
    children[0]?.kill('SIGINT');

    expect(await login.code()).toBe(4);
  });
});
