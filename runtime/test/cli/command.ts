import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

const BIN = path.resolve(__dirname, '..', '..', 'bin', 'connector.js');
const PLUGIN = path.resolve(__dirname, 'echo-plugin.js');

/** What a command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as NDJSON. */
  readonly lines: readonly Record<string, unknown>[];
}

/** A folder with a package.json that lists the echo plugin, and components for it. */
export class Workplace {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'connector-cli-'));

  constructor() {
    this.write('package.json', JSON.stringify({ connectorRuntime: { plugins: [PLUGIN] } }));
    this.write('c.json', '{ "plugin": "echo", "properties": { "password": { "$secret": "env:ECHO_PASSWORD" } } }');
    this.write('echo.json', '{ "connection": "c.json", "operation": "echo", "properties": {} }');
    this.write('count.json', '{ "connection": "c.json", "operation": "count", "properties": { "count": 250 } }');
  }

  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  read(name: string): string {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }

  bytes(name: string): Buffer {
    return readFileSync(path.join(this.folder, name));
  }

  /** `stdout` is a file in place of the pipe. */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    stdout?: string,
  ): ChildProcessWithoutNullStreams {
    const state = path.join(this.folder, 'state');
    const descriptor = stdout === undefined ? 'pipe' : openSync(stdout, 'w');
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], XDG_STATE_HOME: state, ECHO_PASSWORD: 'sesame', ...env },
      stdio: ['pipe', descriptor, 'pipe'],
    });
    if (typeof descriptor === 'number') closeSync(descriptor);
    return child as ChildProcessWithoutNullStreams;
  }

  async run(
    args: readonly string[],
    stdin = '',
    env: Readonly<Record<string, string>> = {},
    stdout?: string,
  ): Promise<Finished> {
    const child = this.start(args, env, stdout);
    // A command that has ended already takes nothing.
    child.stdin.on('error', () => undefined).end(stdin);
    return finished(child);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export async function finished(
  child: Pick<ChildProcessWithoutNullStreams, 'stderr' | 'once'> & { readonly stdout: Readable | null },
): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const parse = () =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    code,
    stdout,
    stderr,
    get lines() {
      return parse();
    },
  };
}

export function ndjson(...documents: readonly object[]): string {
  return documents.map((document) => `${JSON.stringify(document)}\n`).join('');
}
