import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');

/** An empty folder elsewhere into which every package was installed from its tarball. */
function installPacked(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'connector-packed-'));
  const { workspaces } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { workspaces: string[] };
  const tarballs = workspaces
    .filter((workspace) => workspace !== 'docs')
    .map((workspace) => {
      const [packed] = JSON.parse(
        run('npm', ['pack', '--json', '--pack-destination', folder], path.join(ROOT, workspace)),
      ) as [{ filename: string }];
      return path.join(folder, packed.filename);
    });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'elsewhere', private: true }));
  run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--ignore-scripts',
      ...tarballs,
      'reflect-metadata@0.2.2',
      'tsyringe@4.10.0',
    ],
    folder,
  );
  return folder;
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const SERVICE = `
const server = require('node:http').createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1', () => {
  greet('http://127.0.0.1:' + server.address().port, ['Ada', 'Grace']).then((outcome) => { console.log(JSON.stringify(outcome)); server.close(); server.closeAllConnections(); });
});
`;

describe('the packed packages, installed into an empty folder', () => {
  let folder: string;
  beforeAll(() => {
    folder = installPacked();
    for (const name of ['plugin', 'host']) {
      mkdirSync(path.join(folder, name));
      cpSync(path.join(ROOT, 'docs', 'dist', name), path.join(folder, name), { recursive: true });
    }
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('run the README’s plugin and host from CommonJS', () => {
    writeFileSync(
      path.join(folder, 'main.cjs'),
      `const { greetAll: greet } = require('./host/greeting-host.js');${SERVICE}`,
    );

    expect(JSON.parse(run(process.execPath, ['main.cjs'], folder))).toEqual({ Ada: 'success', Grace: 'success' });
  });

  test('run them from an ES module, imported by name', () => {
    const imports = `import { createRequire } from 'node:module';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import { isConnectorError, HTTP_CLIENT } from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import salesforceRest from '@connector-runtime/salesforce-rest';
import { startSalesforceOrg } from '@connector-runtime/salesforce-org';
import { conformance } from '@connector-runtime/conformance-tests';
import greeting from './plugin/greeting-plugin.js';
import host from './host/greeting-host.js';
const require = createRequire(import.meta.url);
for (const named of [ConnectorRuntime, isConnectorError, HTTP_CLIENT, perDocument, salesforceRest.manifest, startSalesforceOrg, conformance, greeting]) if (named === undefined) throw new Error('not exported');
const greet = host.greetAll;`;
    writeFileSync(path.join(folder, 'main.mjs'), `${imports}${SERVICE}`);

    expect(JSON.parse(run(process.execPath, ['main.mjs'], folder))).toEqual({ Ada: 'success', Grace: 'success' });
  });

  test('bring the commands', () => {
    expect(run(path.join(folder, 'node_modules', '.bin', 'connector'), ['--version'], folder)).toBe('0.1.0\n');
    expect(run(path.join(folder, 'node_modules', '.bin', 'salesforce-org'), ['--help'], folder)).toContain('--ledger');
  });
});
