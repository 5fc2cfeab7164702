import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { expectThat, SubjectError } from './findings.js';

const CHILD_LIMIT_MS = 170_000;
/** Of what it prints; a plugin that floods its output does not fill the suite's memory. */
const KEPT_CHARACTERS = 4_000_000;
/** Of the first and of the last of its standard error. */
const KEPT_ERROR_CHARACTERS = 2_000;
const SHOWN_ERROR_CHARACTERS = 500;
const LOADED = '"loaded"\n';
const RAN = '"ran"\n';
const DONE = '"done"\n';

/** What a child process left. */
export interface ChildOutcome {
  /** What it printed there first, and last. */
  readonly stderr: string;
  /** It had loaded the plugin. */
  readonly hasLoaded: boolean;
  /** What nobody caught, and it ended by; absent where nothing was. */
  readonly uncaught?: string;
  /** It was ended, so many milliseconds after its start. */
  readonly cutOffAfterMs?: number;
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
  /** Ended so long after its line `"done"`, where that is sooner. */
  readonly lingerLimitMs?: number;
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
  const startedMs = performance.now();
  let cutOffAfterMs: number | undefined;
  const cutOff = () => {
    cutOffAfterMs ??= Math.round(performance.now() - startedMs);
    child.kill('SIGKILL');
  };
  const timers = [setTimeout(cutOff, options.limitMs ?? CHILD_LIMIT_MS)];
  let stdout = '';
  let stderr = '';
  let doneAtMs: number | undefined;
  let hasLoaded = false;
  let ran: Promise<void> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    hasLoaded ||= `${stdout.slice(-LOADED.length)}${text}`.includes(LOADED);
    if (ran === undefined && `${stdout.slice(-RAN.length)}${text}`.includes(RAN))
      ran = options.onRan?.().finally(() => child.stdin.end());
    ran?.catch(() => undefined);
    if (doneAtMs === undefined && `${stdout.slice(-DONE.length)}${text}`.includes(DONE)) {
      doneAtMs = performance.now();
      if (options.lingerLimitMs !== undefined) timers.push(setTimeout(cutOff, options.lingerLimitMs));
    }
    stdout = (stdout + text).slice(-KEPT_CHARACTERS);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (stderr.length > 2 * KEPT_ERROR_CHARACTERS)
      stderr = stderr.slice(0, KEPT_ERROR_CHARACTERS) + stderr.slice(-KEPT_ERROR_CHARACTERS);
  });
  child.stdin.on('error', () => undefined).write(`${JSON.stringify(input)}\n`);
  if (options.onRan === undefined) child.stdin.end();
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  }).finally(() => {
    timers.forEach(clearTimeout);
    running.delete(child);
  });
  await ran;
  const lingeredMs = doneAtMs === undefined ? undefined : performance.now() - doneAtMs;
  const last = lastJson(stdout);
  const uncaught = (last as { readonly uncaught?: string } | undefined)?.uncaught;
  const told = uncaught === undefined ? { report: last } : { report: undefined, uncaught };
  return {
    stderr,
    hasLoaded,
    ...told,
    ...(cutOffAfterMs === undefined ? {} : { cutOffAfterMs }),
    exitCode,
    lingeredMs,
  };
}

/** Of a child that did not come to its end: what nobody caught there, and what ended or kept its process, is the plugin's failure; a plugin that could not be loaded, or connected, there is the subject's error. */
export function tellOfEnd(outcome: ChildOutcome, did: string): never {
  const { stderr, hasLoaded, uncaught, cutOffAfterMs, exitCode } = outcome;
  const end =
    cutOffAfterMs === undefined
      ? `the process ended ${exitCode === null ? 'by a signal' : `with exit code ${exitCode}`}`
      : `it had not ended after ${Math.round(cutOffAfterMs / 1000)} s`;
  const seen = uncaught === undefined ? end : `nobody caught ${uncaught}`;
  // A child itself ends with 1 where the plugin cannot be loaded, or connected.
  expectThat(!hasLoaded || (uncaught === undefined && exitCode === 1), 'it to come to its end', seen, did);
  throw new SubjectError(
    `the plugin cannot be run in a process of its own: ${stderr.slice(0, SHOWN_ERROR_CHARACTERS) || end}`,
  );
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
