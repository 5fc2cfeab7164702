import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CONTRACT_VERSION } from '@connector-runtime/core';

const ROOT = path.resolve(__dirname, '..', '..');
const PAGE = readFileSync(path.join(ROOT, 'docs', 'reference', 'compatibility.md'), 'utf8');
const TEMPLATES = readdirSync(path.join(ROOT, 'runtime', 'templates'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => path.join('runtime', 'templates', name));

interface PackageJson {
  readonly workspaces: readonly string[];
  readonly private?: boolean;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
}
const packageIn = (folder: string) =>
  JSON.parse(readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8')) as PackageJson;
const released = packageIn('.')
  .workspaces.map(packageIn)
  .filter((one) => one.private !== true);

describe('the page on versions', () => {
  test('names the version of the contract', () => {
    expect(PAGE).toContain(`now ${CONTRACT_VERSION}`);
  });

  test('names the Node.js that every package, and every created one, asks for', () => {
    expect(PAGE).toContain('Node.js 20.18.1 or later');
    for (const { engines } of [...released, ...TEMPLATES.map(packageIn)]) expect(engines.node).toBe('>=20.18.1');
  });

  test('says rightly that all packages share one version', () => {
    expect(new Set(released.map(({ version }) => version)).size).toBe(1);
  });
});

test('a created plugin is built and linted by the tools of this repository', () => {
  const ours = { ...packageIn('core').devDependencies, ...packageIn('.').devDependencies };

  for (const template of TEMPLATES) {
    for (const [name, version] of Object.entries(packageIn(template).devDependencies))
      if (!name.startsWith('@connector-runtime/')) expect([name, version]).toEqual([name, ours[name]]);
  }
});
