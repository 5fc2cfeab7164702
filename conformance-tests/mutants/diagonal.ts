// Holds every mutant against the suite: node dist-test/mutants/diagonal.js [check id…]. Each must fail its own check and no other.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CHECKS, conformance } from '@connector-runtime/conformance-tests';
import { itemsSubject } from '../reference/items/items-subject.js';
import { MUTANTS } from './index.js';

/** Checks that start processes of their own run on their own mutants only: they take seconds each. */
export const CHILD_CHECKS: readonly string[] = ['MAN-02', 'LEK-01', 'LEK-03', 'BPR-03', 'DET-02'];

const WORKERS = 2;

/** What a mutant came to. */
export interface Diagonal {
  readonly id: string;
  /** Checks that failed, or ended in an error. */
  readonly failed: readonly string[];
  /** The failure card of its own check, without what differs from run to run. */
  readonly card: string;
  readonly tookMs: number;
}

/** Runs the suite over one mutant. */
export async function holdMutant(id: string): Promise<Diagonal> {
  const mutant = MUTANTS[id];
  if (mutant === undefined) throw new TypeError(`there is no mutant ${id}`);
  const subject = itemsSubject(mutant.plugin, mutant.entry);
  const only = CHECKS.map((check) => check.id).filter((check) => check === id || !CHILD_CHECKS.includes(check));
  const startedMs = performance.now();
  const held = mutant.previous === undefined ? subject : { ...subject, previous: mutant.previous };
  const { checks } = await conformance(held, { only }).run();
  const own = checks.find((check) => check.id === id)?.card;
  const card =
    own === undefined
      ? ''
      : [
          `${id}${own.operation === undefined ? '' : ` ${own.operation}`}`,
          `did ${own.did}`,
          `expected ${own.expected}`,
          `seen ${own.seen}`,
        ]
          .map(normalised)
          .join('\n');
  return {
    id,
    failed: checks.filter(({ outcome }) => outcome === 'fail' || outcome === 'error').map((check) => check.id),
    card,
    tookMs: Math.round(performance.now() - startedMs),
  };
}

/** Ports, times and numbers that chance decides. */
function normalised(line: string): string {
  return line
    .replace(/127\.0\.0\.1:\d+/g, 'service')
    .replace(/\d{6,}/g, '#')
    .replace(/\d+(?:\.\d+)? (ms|MB|times|entries)/g, '# $1');
}

async function main(ids: readonly string[]): Promise<void> {
  const startedMs = performance.now();
  const waiting = ids.length > 0 ? [...ids] : Object.keys(MUTANTS);
  const count = waiting.length;
  const wrong: Diagonal[] = [];
  await Promise.all(Array.from({ length: Math.min(WORKERS, count) }, () => work(waiting, wrong)));
  for (const { id, failed } of wrong.sort((a, b) => a.id.localeCompare(b.id)))
    process.stdout.write(`M-${id} failed ${failed.join(', ') || 'nothing'}\n`);
  process.stdout.write(
    `${CHECKS.length} checks, ${count} mutants, ${count - wrong.length} caught by their own check and by no other, in ${Math.round((performance.now() - startedMs) / 1000)} s\n`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

/** A process that takes one mutant after another. */
async function work(waiting: string[], wrong: Diagonal[]): Promise<void> {
  const child = spawn(process.execPath, [__filename, '--worker'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    child.stdin.write(`${id}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the process that held M-${id} ended`);
    const held = JSON.parse(value) as Diagonal;
    if (held.failed.length !== 1 || held.failed[0] !== id) wrong.push(held);
    if (process.stderr.isTTY || process.env['CI'] === undefined)
      process.stderr.write(`M-${id} ${held.failed.join(' ')} ${held.tookMs} ms\n`);
  }
  child.stdin.end();
}

async function worker(): Promise<void> {
  const write = process.stdout.write.bind(process.stdout);
  for await (const id of createInterface(process.stdin)) write(`${JSON.stringify(await holdMutant(id))}\n`);
}

if (require.main === module) {
  const run = process.argv[2] === '--worker' ? worker() : main(process.argv.slice(2));
  run.catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  });
}
