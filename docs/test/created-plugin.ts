import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Report } from '@connector-runtime/conformance-tests';

export const ROOT = path.resolve(__dirname, '..', '..');
const MODULES = path.join(ROOT, 'node_modules');
const SCOPE = '@connector-runtime';
/** What a created plugin installs of this repository. */
const OURS = ['core', 'runtime', 'conformance-tests'];

/** Our packages as a registry would have them. */
export class Tarballs {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'connector-tarballs-'));

  constructor() {
    for (const name of OURS)
      execFileSync('npm', ['pack', '--silent', '--pack-destination', this.folder], { cwd: path.join(ROOT, name) });
  }

  get files(): readonly string[] {
    return readdirSync(this.folder).map((name) => path.join(this.folder, name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** What a command left. */
export interface Finished {
  readonly status: number | null;
  /** What it printed, stdout first. */
  readonly text: string;
}

/** A folder with packages in it that needs no network: ours come from their tarballs, all others are those of this repository. */
export class OfflineFolder {
  constructor(
    readonly folder: string,
    tarballs: Tarballs,
  ) {
    const modules = path.join(folder, 'node_modules');
    mkdirSync(path.join(modules, SCOPE), { recursive: true });
    for (const name of readdirSync(MODULES))
      if (name !== SCOPE && name !== '.bin') symlinkSync(path.join(MODULES, name), path.join(modules, name));
    for (const tarball of tarballs.files) this.unpack(tarball);
    mkdirSync(path.join(modules, '.bin'));
    for (const [name, target] of [
      ['tsc', 'typescript/bin/tsc'],
      ['biome', '@biomejs/biome/bin/biome'],
      ['connector', `${SCOPE}/runtime/bin/connector.js`],
      ['connector-conform', `${SCOPE}/conformance-tests/bin/connector-conform.js`],
    ] as const)
      this.link(path.join(modules, target), path.join(modules, '.bin', name));
  }

  /** A command, as npm links it. */
  private link(target: string, command: string): void {
    symlinkSync(target, command);
    if (target.includes(SCOPE)) chmodSync(target, 0o755);
  }

  /** Puts a tarball where `npm install` would. */
  unpack(tarball: string): void {
    const { name } = JSON.parse(
      execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }),
    ) as { readonly name: string };
    const target = path.join(this.folder, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  }

  /** Runs a line of a shell, as a person would who stands in the folder. */
  run(line: string): Finished {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, npm_config_offline: 'true' },
    });
    return { status, text: stdout + stderr };
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(path.join(this.folder, file), text);
  }

  /** Replaces a text that stands in the file exactly once. */
  replace(file: string, before: string, after: string): void {
    const text = this.read(file);
    const parts = text.split(before);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times:\n${before}`);
    this.write(file, parts.join(after));
  }

  /** The suite's report on what was built, by these checks. */
  conform(...only: readonly string[]): Report {
    rmSync(path.join(this.folder, 'conformance-report.json'), { force: true });
    const { text } = this.run(
      ['npx connector-conform ./dist/test/subject.js --report json', ...only.map((id) => `--only ${id}`)].join(' '),
    );
    try {
      return JSON.parse(this.read('conformance-report.json')) as Report;
    } catch {
      throw new Error(text);
    }
  }
}

/** A plugin that `connector create` wrote into a folder of its own, outside this repository. */
export function createPlugin(name: string, template: string, tarballs: Tarballs): OfflineFolder {
  const parent = mkdtempSync(path.join(os.tmpdir(), 'connector-created-'));
  connector(parent, 'create', name, '--template', template, '--from', tarballs.folder, '--quiet');
  return new OfflineFolder(path.join(parent, name), tarballs);
}

/** Runs this repository's own `connector` in a folder. */
export function connector(cwd: string, ...args: readonly string[]): void {
  const command = path.join(ROOT, 'runtime', 'bin', 'connector.js');
  execFileSync(process.execPath, [command, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The folder that {@link createPlugin} made, and what stands beside the plugin in it. */
export function removePlugin({ folder }: OfflineFolder): void {
  rmSync(path.dirname(folder), { recursive: true });
}
