import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Profile } from './check.js';
import { conformInProcess } from './conform-process.js';
import { DEFAULT_LIMITS } from './limits.js';
import { type CheckReport, isAllowed, type Report } from './report.js';
import { failureCardText } from './reports/failure-card.js';
import { reportAsHtml } from './reports/html.js';
import { reportAsJunit } from './reports/junit.js';

const USAGE = `Usage: connector-conform <subject module> [options]

The module exports \`subject\`, or has it as its default export.

  --profile core|full   what a new plugin should pass first, or every check (default full)
  --only <id>           this check only; may be given more than once
  --seed <n>            decides generated data, jitter and interleavings (default 1)
  --limit <seconds>     of one check, in real time; one that has not ended by then has failed (default 180)
  --quiet               lines only for checks that are not as they should be
  --report <format>     also write conformance-report.html, .json or .xml (junit); may be given more than once
  --version
`;

/** Exit codes: 0 no applicable MUST failed (those that are unproven are named) · 1 one did, or was waived · 2 wrong usage, or an error of the subject. */
export const EXIT = { CONFORMANT: 0, NOT_CONFORMANT: 1, USAGE: 2 } as const;

const FORMATS: Readonly<Record<string, readonly [file: string, write: (report: Report) => string]>> = {
  html: ['conformance-report.html', reportAsHtml],
  json: ['conformance-report.json', (report) => `${JSON.stringify(report, null, 2)}\n`],
  junit: ['conformance-report.xml', reportAsJunit],
};

/** A process that does nothing else for so long will do so for ever. */
const LONGEST_SILENCE_MS = 60_000;

class UsageError extends Error {}

/** The command `connector-conform`. Sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  // Whoever reads has left, as `| head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.NOT_CONFORMANT);
  });
  try {
    process.exitCode = await run(argv);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      error instanceof UsageError || isArgumentError(error) ? `${message}\n\n${USAGE}` : `${message}\n`,
    );
    process.exitCode = EXIT.USAGE;
  }
}

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      profile: { type: 'string', default: 'full' },
      only: { type: 'string', multiple: true },
      seed: { type: 'string', default: '1' },
      limit: { type: 'string', default: String(DEFAULT_LIMITS.checkMs / 1000) },
      quiet: { type: 'boolean', default: false },
      report: { type: 'string', multiple: true, default: [] },
      version: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.version === true) {
    process.stdout.write(`${(require('../package.json') as { readonly version: string }).version}\n`);
    return EXIT.CONFORMANT;
  }
  if (values.help === true) {
    process.stdout.write(USAGE);
    return EXIT.CONFORMANT;
  }
  const [module, ...more] = positionals;
  if (module === undefined || more.length > 0) throw new UsageError('name one subject module');
  if (/\.[cm]?ts$/.test(module))
    throw new UsageError(`${module} is TypeScript: build it, and name what came out, such as ./dist/test/subject.js`);
  const formats = values.report.map((format) => FORMATS[format] ?? unknown('--report', format, Object.keys(FORMATS)));
  const limitMs = limitOf(values.limit);
  const conformed = await conformInProcess(
    {
      module,
      profile: profileOf(values.profile),
      seed: seedOf(values.seed),
      limits: { ...DEFAULT_LIMITS, checkMs: limitMs },
      silenceMs: Math.min(limitMs, LONGEST_SILENCE_MS),
      ...(values.only === undefined ? {} : { only: values.only }),
    },
    (check) => {
      if (!values.quiet || !isFine(check)) process.stdout.write(lineOf(check));
    },
  );
  if (conformed.kind === 'refused')
    throw conformed.isUsage === true ? new UsageError(conformed.message) : new Error(conformed.message);
  const { report } = conformed;
  for (const check of report.checks)
    if (check.card !== undefined) process.stdout.write(`\n${failureCardText(check, report.seed)}\n`);
  process.stdout.write(`\n${slowest(report.checks)}\n${report.verdict}\n`);
  for (const [file, write] of formats) {
    writeFileSync(file, write(report));
    process.stderr.write(`written: ${file}\n`);
  }
  if (report.checks.some(({ outcome }) => outcome === 'error')) return EXIT.USAGE;
  return isAllowed(report.checks) ? EXIT.CONFORMANT : EXIT.NOT_CONFORMANT;
}

/** Nothing that anyone need look at, unless they want to see it all. Of what is blocked the verdict tells how many, and the check that blocks it has a line of its own. */
function isFine({ outcome, level }: CheckReport): boolean {
  return (
    outcome === 'pass' || outcome === 'skip' || outcome === 'blocked' || (outcome === 'unproven' && level !== 'MUST')
  );
}

function profileOf(word: string): Profile {
  return word === 'core' || word === 'full' ? word : unknown('--profile', word, ['core', 'full']);
}

function seedOf(word: string): number {
  const seed = Number(word);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new UsageError(`--seed must be a whole number from 0, got ${word}`);
  return seed;
}

function limitOf(word: string): number {
  const seconds = Number(word);
  if (!(seconds > 0)) throw new UsageError(`--limit must be a number of seconds above 0, got ${word}`);
  return seconds * 1000;
}

function unknown(option: string, word: string, known: readonly string[]): never {
  throw new UsageError(`${option} must be ${known.join(', ')}, got ${word}`);
}

function isArgumentError(error: unknown): boolean {
  return error instanceof TypeError && /^ERR_PARSE_ARGS/.test(String((error as NodeJS.ErrnoException).code));
}

function lineOf({ id, level, outcome, title, reason, tookMs }: CheckReport): string {
  const why = outcome === 'fail' || reason === undefined ? '' : `  (${reason})`;
  return `${outcome.padEnd(8)} ${id}  ${level.padEnd(6)} ${title}${why}  ${tookMs} ms\n`;
}

function slowest(checks: readonly CheckReport[]): string {
  const five = [...checks].sort((a, b) => b.tookMs - a.tookMs).slice(0, 5);
  return `slowest: ${five.map(({ id, tookMs }) => `${id} ${tookMs} ms`).join(', ')}`;
}
