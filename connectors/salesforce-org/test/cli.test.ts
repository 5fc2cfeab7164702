import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Json } from './org-client.js';

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
  ['a certificate that is not there', ['--jwt-certificate', 'nowhere.pem'], '--jwt-certificate nowhere.pem: ENOENT'],
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

test('--api-limit ends the day, and --jwt-certificate lets its key in', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const folder = mkdtempSync(join(tmpdir(), 'org-cli-'));
  const file = join(folder, 'key.pub.pem');
  writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
  const org = await start('--accounts', '1', '--api-limit', '0', '--jwt-certificate', file);
  rmSync(folder, { recursive: true });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 60;
  const text = `${part({ alg: 'RS256' })}.${part({ iss: org['clientId'], sub: org['username'], aud: org['url'], exp })}`;
  const assertion = `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;

  const login = await fetch(org['tokenUrl'] ?? '', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
  });
  const { access_token } = (await login.json()) as { access_token: string };
  const answer = await fetch(`${org['apiBase']}/sobjects`, { headers: { authorization: `Bearer ${access_token}` } });

  expect(login.status).toBe(200);
  expect(await answer.text()).toContain('REQUEST_LIMIT_EXCEEDED');
});

test('a ledger file that cannot be written is told and the start fails', async () => {
  const { code, stderr } = await run('--ledger', join(__dirname, 'no', 'such', 'folder.ndjson'));

  expect(code).toBe(1);
  expect(stderr).toContain('salesforce-org did not start: ENOENT');
});

describe('with --store', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'org-store-'));
    file = join(folder, 'org.store');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  type Send = (method: string, path: string, body?: object) => Promise<Json>;

  async function startStored(...flags: string[]): Promise<Send> {
    const org = await start('--accounts', '5', '--store', file, ...flags);
    const headers = { authorization: `Bearer ${await token(org)}`, 'content-type': 'application/json' };
    return async (method, path, body) => {
      const answer = await fetch(`${org['apiBase']}${path}`, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return text === '' ? answer.status : JSON.parse(text);
    };
  }

  test('records outlive kill -9: made, changed and deleted ones, the seeded as the seed makes them', async () => {
    const send = await startStored();
    const invoices = '/query?q=SELECT+Id,Name,Sent_At__c,Amount__c,LastModifiedDate+FROM+Invoice__c';
    const before = await send('GET', invoices);
    const seeded = before.records[0].Id;
    const made = await send('POST', '/sobjects/Invoice__c', {
      Name: 'ünï',
      Sent_At__c: '2024-01-31T10:00:00Z',
      Amount__c: 0.1,
    });
    const gone = await send('POST', '/sobjects/Invoice__c', { Name: 'gone' });
    await send('POST', '/composite/sobjects', {
      allOrNone: true,
      records: [{ attributes: { type: 'Invoice__c' }, Name: 'rolled back' }, { attributes: { type: 'Contact' } }],
    });
    await send('PATCH', `/sobjects/Invoice__c/${seeded}`, { Amount__c: null });
    await send('DELETE', `/sobjects/Invoice__c/${gone.id}`);
    const last = await send('GET', invoices);

    await stop('SIGKILL');
    const again = await startStored();
    const found = await again('GET', invoices);
    const deleted = await again('GET', '/queryAll?q=SELECT+Id,Name+FROM+Invoice__c+WHERE+IsDeleted=true');
    const next = await again('POST', '/sobjects/Invoice__c', { Name: 'next' });

    expect(found).toEqual(last);
    expect(found.records.slice(1, -1)).toEqual(before.records.slice(1));
    expect(found.records.find(({ Id }: { Id: string }) => Id === made.id)).toMatchObject({
      Name: 'ünï',
      Amount__c: 0.1,
    });
    expect(found.records[0].Amount__c).toBeNull();
    expect(deleted.records).toMatchObject([{ Id: gone.id, Name: 'gone' }]);
    expect([made.id, gone.id]).not.toContain(next.id);
  });

  test('a last line that was torn is dropped, and what follows is read again', async () => {
    await (await startStored())('POST', '/sobjects/Account', { Name: 'whole' });
    await stop('SIGKILL');
    appendFileSync(file, '[{"objectType":"Account","id":"001Lo');

    const again = await startStored();
    const { totalSize } = await again('GET', '/query?q=SELECT+COUNT()+FROM+Account');
    await again('POST', '/sobjects/Account', { Name: 'after' });
    await stop('SIGKILL');
    const { records } = await (await startStored())('GET', '/query?q=SELECT+Name+FROM+Account');

    expect(totalSize).toBe(6);
    expect(records.map(({ Name }: { Name: string }) => Name).slice(5)).toEqual(['whole', 'after']);
  });

  test.each([
    ['no JSON', '[{"objectType":\n', 'JSON'],
    ['another object type', '[{"objectType":"Nope","id":"001Lo00000000060AA"}]\n', 'the org has no object type Nope'],
    [
      'an unknown field',
      '[{"objectType":"Account","id":"001Lo0000000001AAA","fields":{"X":1}}]\n',
      'Account has no field X',
    ],
    [
      'a record out of turn',
      '[{"objectType":"Account","id":"001Lo0000000009AAA","fields":{}}]\n',
      'neither a record of Account nor its next',
    ],
    [
      'a value that is none',
      '[{"objectType":"Account","id":"001Lo0000000001AAA","fields":{"Name":[]}}]\n',
      '[] is no value of a field',
    ],
  ])('a line with %s is refused and named', async (_what, line, message) => {
    await startStored();
    await stop('SIGTERM');
    appendFileSync(file, line);

    const { code, stderr } = await run('--accounts', '5', '--store', file);

    expect(code).toBe(1);
    expect(stderr).toContain(`${file}:2: `);
    expect(stderr).toContain(message);
  });

  test('a store of another seed, and a file that is none, are refused', async () => {
    await startStored();
    await stop('SIGTERM');
    const other = join(folder, 'other');
    writeFileSync(other, '{}\n');

    expect((await run('--accounts', '6', '--store', file)).stderr).toContain(
      `${file}:1: the store was begun with accounts 5, not 6`,
    );
    expect((await run('--store', other)).stderr).toContain(`${other}:1: not the store of an org`);
    expect(readFileSync(other, 'utf8')).toBe('{}\n');
    writeFileSync(other, 'letter');
    expect((await run('--store', other)).stderr).toContain(`${other}:1: not the store of an org`);
    expect(readFileSync(other, 'utf8')).toBe('letter');
  });

  test('with objects of describes their records are kept too', async () => {
    const describes = join(folder, 'ship.json');
    const fields = [{ name: 'Code__c', type: 'string', length: 5, createable: true, updateable: true }];
    writeFileSync(describes, JSON.stringify({ name: 'Ship__c', fields }));
    await (await startStored('--describes', describes))('POST', '/sobjects/Ship__c', { Code__c: 'A1' });

    await stop('SIGKILL');
    const { records } = await (await startStored('--describes', describes))(
      'GET',
      '/query?q=SELECT+Code__c+FROM+Ship__c',
    );

    expect(records).toMatchObject([{ Code__c: 'A1' }]);
  });
});
