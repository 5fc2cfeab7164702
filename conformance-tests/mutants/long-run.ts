// The long run, before a release: node dist-test/mutants/long-run.js [--seeds 3] [--repeats 20] [--write].
// Each reference plugin through every check, again and again, then every mutant against every check, then every assertion removed in turn. With --write the figures are kept for the reference page.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { removeEachAssertion } from './assertions.js';
import { holdEach, isExact } from './diagonal.js';
import { MUTANTS } from './index.js';
import { FIGURES_FILE, type LongRunFigures } from './reference-page.js';

const PACKAGE = path.join(__dirname, '..', '..');
const SUBJECTS = { items: 'reference/items/items-subject.js', lines: 'reference/lines/lines-subject.js' } as const;
const PLUGINS = Object.keys(SUBJECTS) as readonly Run['plugin'][];
const WORKERS = 2;
const NOT_PASSED = /^(?:fail|error|blocked|unproven|waived)\s/;

interface Run {
  readonly plugin: keyof typeof SUBJECTS;
  readonly seed: number;
  readonly profile: 'core' | 'full';
}

/** The last line of a run, and what was not as it should be. */
interface Ended extends Run {
  /** It ended by itself, and every check that applies passed. */
  readonly isFlawless: boolean;
  readonly verdict: string;
  readonly others: readonly string[];
  readonly seconds: number;
}

async function conform(run: Run): Promise<Ended> {
  const { plugin, seed, profile } = run;
  const startedMs = performance.now();
  const command = path.join(PACKAGE, 'bin', 'connector-conform.js');
  const subject = path.join(PACKAGE, 'dist-test', SUBJECTS[plugin]);
  const child = spawn(process.execPath, [command, subject, '--seed', String(seed), '--profile', profile], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [printed, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const lines = printed.trimEnd().split('\n');
  return {
    isFlawless: exitCode === 0 && !lines.some((line) => NOT_PASSED.test(line)),
    ...run,
    verdict: lines.at(-1) ?? '',
    others: lines.filter((line) => NOT_PASSED.test(line)),
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
  };
}

/** How long the command takes, one after the other. */
async function timedAlone(): Promise<LongRunFigures['alone']> {
  const ended: Ended[] = [];
  for (const profile of ['core', 'full'] as const)
    for (const plugin of PLUGINS) ended.push(await conform({ plugin, profile, seed: 1 }));
  return ended.map(({ plugin, profile, seconds }) => ({ plugin, profile, seconds }));
}

async function repeated(seeds: number, repeats: number): Promise<readonly Ended[]> {
  const waiting = Array.from({ length: repeats }, () =>
    Array.from({ length: seeds }, (_, index) =>
      PLUGINS.map((plugin): Run => ({ plugin, seed: index + 1, profile: 'full' })),
    ),
  ).flat(2);
  const count = waiting.length;
  const ended: Ended[] = [];
  const work = async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const end = await conform(run);
      ended.push(end);
      process.stderr.write(`${ended.length} of ${count}: seed ${run.seed}, ${end.verdict}\n`);
      for (const line of end.others) process.stderr.write(`  ${line}\n`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return ended;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '3' },
      repeats: { type: 'string', default: '20' },
      write: { type: 'boolean', default: false },
    },
  });
  const startedMs = performance.now();
  const seeds = Number(values.seeds);
  const repeats = Number(values.repeats);
  const alone = await timedAlone();
  const runs = await repeated(seeds, repeats);
  const held = await holdEach(Object.keys(MUTANTS), 'all');
  const removed = await removeEachAssertion();
  const isDead = ({ unnoticed, toldOtherwise }: (typeof removed)[number]) =>
    unnoticed.length + toldOtherwise.length === 0;
  const figures: LongRunFigures = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: os.availableParallelism(),
    seeds,
    repeats,
    runs: runs.length,
    flawedRuns: runs.filter(({ isFlawless }) => !isFlawless).length,
    verdicts: [...new Set(runs.map(({ verdict }) => verdict))].sort(),
    alone,
    mutants: held.length,
    inexactMutants: held.filter((one) => !isExact(one)).map(({ id, failed }) => `${id} (${failed.join(', ')})`),
    assertions: removed.length,
    unnoticedWithout: removed.filter(({ unnoticed }) => unnoticed.length > 0).length,
    deadAssertions: removed.filter(isDead).map(({ place }) => place),
    tookMinutes: Math.round((performance.now() - startedMs) / 60_000),
  };
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  if (values.write) writeFileSync(FIGURES_FILE, `${JSON.stringify(figures, null, 2)}\n`);
  process.exitCode = figures.flawedRuns + figures.inexactMutants.length + figures.deadAssertions.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
