import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

const CHILD_LIMIT_MS = 170_000;
/** Of what it prints; a plugin that floods its output does not fill the suite's memory. */
const KEPT_CHARACTERS = 4_000_000;
const RAN = '"ran"\n';
const DONE = '"done"\n';

/** What a child process left. */
export interface ChildOutcome {
  readonly stderr: string;
  /** Its last line of stdout, as JSON; `undefined` if that is none. */
  readonly report: unknown;
  readonly exitCode: number | null;
  /** From its line `"done"` to its end, real milliseconds; `undefined` if it never said it. */
  readonly lingeredMs: number | undefined;
}

export interface ChildOptions {
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Called when it says `"ran"`; its standard input ends when this has. Without, it ends at once. */
  readonly onRan?: () => Promise<void>;
  /** Ended after so long; default 170 s. */
  readonly limitMs?: number;
}

const running = new Set<ChildProcess>();

/** Ends the processes of a check that was given up. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Runs one of the suite's scripts of `children/` in a process of its own; `input` is its standard input, as JSON. */
export async function runChild(script: string, input: unknown, options: ChildOptions = {}): Promise<ChildOutcome> {
  const file = path.join(__dirname, 'children', `${script}.js`);
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), file], {
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), options.limitMs ?? CHILD_LIMIT_MS);
  let stdout = '';
  let stderr = '';
  let doneAtMs: number | undefined;
  let ran: Promise<void> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (ran === undefined && `${stdout.slice(-RAN.length)}${text}`.includes(RAN))
      ran = options.onRan?.().finally(() => child.stdin.end());
    ran?.catch(() => undefined);
    if (doneAtMs === undefined && `${stdout.slice(-DONE.length)}${text}`.includes(DONE)) doneAtMs = performance.now();
    stdout = (stdout + text).slice(-KEPT_CHARACTERS);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4_000);
  });
  child.stdin.on('error', () => undefined).write(`${JSON.stringify(input)}\n`);
  if (options.onRan === undefined) child.stdin.end();
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  }).finally(() => {
    clearTimeout(timer);
    running.delete(child);
  });
  await ran;
  const lingeredMs = doneAtMs === undefined ? undefined : performance.now() - doneAtMs;
  return { stderr, report: lastJson(stdout), exitCode, lingeredMs };
}

function lastJson(stdout: string): unknown {
  const last = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .at(-1);
  try {
    return last === undefined ? undefined : JSON.parse(last);
  } catch {
    return undefined;
  }
}
