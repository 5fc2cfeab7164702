import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BIN = join(__dirname, '..', 'bin', 'salesforce-org.js');
let child: ChildProcess | undefined;

afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Starts the command and reads its first line. */
async function start(...flags: string[]): Promise<Record<string, string>> {
  child = spawn(process.execPath, [BIN, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = await once(createInterface(child.stdout), 'line');
  return JSON.parse(line);
}

async function stop(signal: NodeJS.Signals): Promise<unknown[]> {
  if (child === undefined) throw new Error('not started');
  const ended = once(child, 'exit');
  child.kill(signal);
  return ended;
}

async function run(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const running = spawn(process.execPath, [BIN, ...flags]);
  const [stdout, stderr] = [running.stdout, running.stderr].map(async (stream) => {
    let text = '';
    for await (const chunk of stream) text += chunk;
    return text;
  });
  const [code] = await once(running, 'close');
  return { code, stdout: (await stdout) ?? '', stderr: (await stderr) ?? '' };
}

async function token(org: Record<string, string>): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: org['clientId'] ?? '',
    client_secret: org['clientSecret'] ?? '',
  };
  const answer = await fetch(org['tokenUrl'] ?? '', { method: 'POST', body: new URLSearchParams(form) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

test('the first line tells addresses and credentials, and they work', async () => {
  const org = await start('--accounts', '3', '--seed', '9');

  const answer = await fetch(`${org['apiBase']}/query?q=SELECT+COUNT()+FROM+Account`, {
    headers: { authorization: `Bearer ${await token(org)}` },
  });

  expect(Object.keys(org)).toEqual([
    'url',
    'apiBase',
    'soapLogin',
    'tokenUrl',
    'username',
    'password',
    'securityToken',
    'clientId',
    'clientSecret',
    'refreshToken',
  ]);
  expect(org['apiBase']).toBe(`${org['url']}/services/data/v64.0`);
  expect(org['soapLogin']).toBe(`${org['url']}/services/Soap/u/64.0`);
  expect(await answer.json()).toMatchObject({ totalSize: 3 });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it cleanly', async (signal) => {
  await start('--accounts', '1');

  expect(await stop(signal)).toEqual([0, null]);
});

test('with --tls the certificate authority is in a private file while it runs', async () => {
  const { url = '', caFile = '' } = await start('--tls', '--accounts', '1');
  const mode = statSync(caFile).mode & 0o777;
  const status = await new Promise((resolve, reject) => {
    get(`${url}/services/data`, { ca: readFileSync(caFile), agent: false }, (answer) =>
      resolve(answer.resume().statusCode),
    ).on('error', reject);
  });

  await stop('SIGTERM');

  expect([mode, status, existsSync(caFile)]).toEqual([0o600, 200, false]);
});

test('the ledger file outlives kill -9', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'org-cli-'));
  const file = join(folder, 'ledger.ndjson');
  const org = await start('--accounts', '1', '--ledger', file);
  const headers = { authorization: `Bearer ${await token(org)}`, 'content-type': 'application/json' };
  const created: string[] = [];
  for (let n = 0; n < 5; n++) {
    const answer = await fetch(`${org['apiBase']}/sobjects/Account`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ Name: `n${n}` }),
    });
    created.push(((await answer.json()) as { id: string }).id);
  }

  await stop('SIGKILL');
  const ids = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id);
  rmSync(folder, { recursive: true });

  expect(ids).toEqual(created);
});

test.each([
  ['an unknown flag', ['--prt', '1'], "Unknown option '--prt'"],
  ['a port that is none', ['--port', '70000'], '--port must be a whole number from 0 to 65535, got 70000'],
  ['a number that is none', ['--accounts', 'many'], '--accounts must be a whole number from 1 to 100000000, got many'],
  ['an argument', ['now'], "Unexpected argument 'now'"],
])('%s is wrong usage', async (_case, flags, told) => {
  const { code, stdout, stderr } = await run(...flags);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(told);
  expect(stderr).toContain('--ledger FILE');
});

test('--help explains the flags', async () => {
  const { code, stdout } = await run('--help');

  expect(code).toBe(0);
  expect(stdout).toContain('--tls');
});

test('a ledger file that cannot be written is told and the start fails', async () => {
  const { code, stderr } = await run('--ledger', join(__dirname, 'no', 'such', 'folder.ndjson'));

  expect(code).toBe(1);
  expect(stderr).toContain('salesforce-org did not start: ENOENT');
});
