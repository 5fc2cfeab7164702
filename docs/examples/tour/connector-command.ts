import { spawn } from 'node:child_process';
import path from 'node:path';

const BIN = path.join(path.dirname(require.resolve('@connector-runtime/runtime/package.json')), 'bin', 'connector.js');

/** What a command left. */
export interface Finished {
  readonly stdout: string;
  /** stdout as NDJSON. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly tookMs: number;
}

/** Runs `connector` as a user does: prints the line, passes stderr on, and throws unless the exit code is the expected one. */
export async function connector(
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
  expectedCode = 0,
): Promise<Finished> {
  process.stdout.write(`\n$ npx connector ${args.join(' ')}\n`);
  const startedMs = performance.now();
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== expectedCode)
    throw new Error(
      `connector ${args.join(' ')} ended with ${code}, expected ${expectedCode}\n${stdout.slice(0, 2000)}`,
    );
  return {
    stdout,
    get lines() {
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    tookMs: performance.now() - startedMs,
  };
}
