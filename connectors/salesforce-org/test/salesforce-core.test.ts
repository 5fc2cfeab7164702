import { fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type SalesforceOrg, startSalesforceOrg } from '#src/index.js';
import type { CoreFindings, CoreLogin } from './salesforce-core-client.js';

/** It takes seconds to load. */
const LIMIT_MS = 120_000;
const CLIENT = path.join(__dirname, 'salesforce-core-client.js');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

let org: SalesforceOrg;
let home: string;
let redirectPort: number;
beforeEach(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'salesforce-core-'));
  redirectPort = await freePort();
  org = await startSalesforceOrg({
    accounts: 30,
    pageSize: 8,
    // The client asks for its user by 51.0, whatever else it is told.
    versions: ['51.0', '63.0', '64.0'],
    redirectUris: [`http://localhost:${redirectPort}/OauthRedirect`],
    jwtCertificate: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  });
});
afterEach(async () => {
  await org.close();
  rmSync(home, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Has the client log in and work, in a process and a home of its own: it keeps what it learns in the user's. */
async function logInAndWork(how: Partial<CoreLogin>, afterLogin?: () => void): Promise<CoreFindings> {
  const { url: loginUrl, clientId, clientSecret, username } = org;
  const redirectUri = `http://localhost:${redirectPort}/OauthRedirect`;
  // Where its own callback listens stands in a project's file.
  const project = { packageDirectories: [{ path: 'force-app', default: true }], oauthLocalPort: redirectPort };
  writeFileSync(path.join(home, 'sfdx-project.json'), JSON.stringify(project));
  const client = fork(CLIENT, {
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      SF_DISABLE_LOG_FILE: 'true',
      SF_DISABLE_TELEMETRY: 'true',
      SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  client.stderr?.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  const ended = once(client, 'exit').then(() => {
    throw new Error(said);
  });
  const answer = async () => ((await Promise.race([once(client, 'message'), ended])) as [unknown])[0];
  const login: CoreLogin = { loginUrl, clientId, clientSecret, username, redirectUri, ...how };
  try {
    client.send(login);
    expect(await answer()).toBe('logged in');
    afterLogin?.();
    client.send('work');
    return (await answer()) as CoreFindings;
  } finally {
    ended.catch(() => undefined);
    client.kill();
  }
}

function expectWork(findings: CoreFindings): void {
  expect(findings).toMatchObject({
    page: { totalSize: 30, done: false },
    accounts: 30,
    record: { Name: 'By core', Phone: '42' },
    fields: expect.arrayContaining(['Id', 'Name']),
    objects: expect.arrayContaining(['Account', 'Invoice__c']),
    pages: 4,
    upserts: [true, false],
    collections: [
      ['ok', 'REQUIRED_FIELD_MISSING'],
      ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING'],
    ],
    tree: { hasErrors: false, results: [{ referenceId: 'a' }, { referenceId: 'c' }] },
    refusal: 'REQUIRED_FIELD_MISSING',
    bulk: { created: ['bulk 1'], refused: [expect.stringContaining('INVALID_FIELD')], queried: ['bulk 1'] },
  });
  expect(org.ledger.entries.map(({ action, objectType }) => `${action} ${objectType}`)).toEqual([
    'create Account',
    'update Account',
    'delete Account',
    'create Invoice__c',
    'update Invoice__c',
    'create Contact',
    'create Account',
    'create Contact',
    'create Invoice__c',
  ]);
}

function keyFile(): string {
  const file = path.join(home, 'key.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return file;
}

test(
  '@salesforce/core logs in by JWT bearer, and again where the session has ended',
  async () => {
    const findings = await logInAndWork({ privateKeyFile: keyFile() }, () => org.expireSessions());

    expect(findings.isJwt).toBe(true);
    expectWork(findings);
    expect(org.requests.count('token')).toBeGreaterThan(1);
  },
  LIMIT_MS,
);

test(
  '@salesforce/core logs in by browser, and renews by the refresh token',
  async () => {
    const findings = await logInAndWork({}, () => org.expireSessions());

    expect(findings.username).toBe(org.username);
    expectWork(findings);
    expect(org.requests.count('authorize')).toBe(1);
  },
  LIMIT_MS,
);

test(
  '@salesforce/core takes the access token of client credentials',
  async () => {
    const form = { grant_type: 'client_credentials', client_id: org.clientId, client_secret: org.clientSecret };
    const answer = await fetch(org.tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: accessToken } = (await answer.json()) as { access_token: string };

    expectWork(await logInAndWork({ accessToken }));
  },
  LIMIT_MS,
);
