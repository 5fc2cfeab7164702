import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const bin = (name: string, file: string) =>
  path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin', file);
const ORG = bin('@connector-runtime/salesforce-org', 'salesforce-org.js');
const CONNECTOR = bin('@connector-runtime/runtime', 'connector.js');
const DOCUMENTS = 3_000;

/** So many lines of the ledger before the org is killed. */
const APPLIED_BEFORE_KILL = 200;

describe('an org that is killed in the middle of a create', () => {
  let folder: string;
  let org: ChildProcess;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'connector-killed-'));
  });
  afterEach(() => {
    org.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, value: unknown) =>
    writeFileSync(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  const lines = (name: string) =>
    readFileSync(path.join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('leaves exit code 1, one result a document, and no claim that its ledger contradicts', async () => {
    org = spawn(process.execPath, [ORG, '--ledger', path.join(folder, 'ledger.ndjson')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [first] = (await once(createInterface(org.stdout as NodeJS.ReadableStream), 'line')) as [string];
    const facts = JSON.parse(first) as Record<string, string>;
    write('package.json', { connectorRuntime: { plugins: [require.resolve('@connector-runtime/salesforce-rest')] } });
    write('c.json', {
      plugin: 'salesforce-rest',
      properties: {
        url: facts['apiBase'],
        authenticationType: 'USER_CREDENTIALS',
        username: facts['username'],
        password: { $secret: 'env:SF_PASSWORD' },
        authenticationUrl: facts['soapLogin'],
      },
    });
    write('create.json', { operation: 'create', objectType: 'Account', properties: {} });
    const documents = Array.from({ length: DOCUMENTS }, (_, n) =>
      JSON.stringify({ id: `d${n}`, body: `<records><Name>Killed d${n}</Name></records>` }),
    );
    write('in.ndjson', documents.join('\n'));

    const command = spawn(
      process.execPath,
      [
        CONNECTOR,
        'run',
        'create.json',
        '--connection',
        'c.json',
        '--input',
        'in.ndjson',
        '--output',
        'out.ndjson',
        '--quiet',
      ],
      {
        cwd: folder,
        env: {
          ...process.env,
          XDG_STATE_HOME: path.join(folder, 'state'),
          SF_PASSWORD: `${facts['password']}${facts['securityToken']}`,
        },
        stdio: 'ignore',
      },
    );
    const ended = once(command, 'close');
    await ledgerReaches(path.join(folder, 'ledger.ndjson'), APPLIED_BEFORE_KILL);
    org.kill('SIGKILL');
    const [code] = (await ended) as [number];

    const out = lines('out.ndjson');
    const statuses = new Map(
      out
        .filter(({ type }) => type === 'result')
        .map(({ inputs, status }) => [(inputs as string[])[0] ?? '', String(status)]),
    );
    const applied = new Set(
      lines('ledger.ndjson').map(({ fields }) => String((fields as Record<string, unknown>)['Name']).split(' ')[1]),
    );
    const lies = [...statuses].filter(([id, status]) =>
      status === 'success' ? !applied.has(id) : status !== 'unknown' && applied.has(id),
    );
    expect(code).toBe(1);
    expect(out.filter(({ type }) => type === 'result')).toHaveLength(DOCUMENTS);
    expect(statuses.size).toBe(DOCUMENTS);
    expect(lies).toEqual([]);
    expect(applied.size).toBeLessThan(DOCUMENTS);
    expect([...statuses.values()].filter((status) => status === 'unknown').length).toBeLessThanOrEqual(5);
  });
});

/** Looks at the ledger until it has so many lines. */
async function ledgerReaches(file: string, count: number): Promise<void> {
  for (;;) {
    let text = '';
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      // not there yet
    }
    if (text.split('\n').length > count) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
