// Holds mutants against the suite: node dist-test/mutants/diagonal.js [--further | mutant…]. Each must fail its own check and no other.
// One for each check; with --further all there are. With --write it holds all, or those named, against their own check only, and writes the failure cards anew.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CHECKS } from '@connector-runtime/conformance-tests';
import { CARDS_FILE, goldenCards, type Held, holdMutant } from './hold-mutant.js';
import { MUTANTS } from './index.js';
import { checkIdOf } from './mutant.js';

/** A check waits much of its time, for the service: with six, two cores are idle for a fifth of it. */
const WORKERS = 8;
/** Where the processes share two cores, collecting by several threads of each costs more than it gains. */
const NODE_FLAGS = ['--single-threaded-gc', '--max-semi-space-size=64'];

/** Holds each of these mutants in processes of their own, several at once. */
export async function holdEach(ids: readonly string[], which: 'all' | 'own'): Promise<readonly Held[]> {
  // Those take longest, and one that begins last keeps all waiting.
  const waiting = [...ids].sort((a, b) => Number(startsProcesses(b)) - Number(startsProcesses(a)));
  const held: Held[] = [];
  await Promise.all(Array.from({ length: Math.min(WORKERS, ids.length) }, () => work(waiting, held, which)));
  return held.sort((a, b) => a.id.localeCompare(b.id));
}

function startsProcesses(id: string): boolean {
  return CHECKS.some((check) => check.id === checkIdOf(id) && check.ownProcess === true);
}

/** Was it caught by its own check, and by no other? */
export function isExact({ id, failed }: Held): boolean {
  return failed.length === 1 && failed[0] === checkIdOf(id);
}

async function main(args: readonly string[]): Promise<void> {
  const isWriting = args.includes('--write');
  const isEach = isWriting || args.includes('--further');
  const ids = args.filter((word) => !word.startsWith('--'));
  const unknown = ids.filter((id) => !Object.hasOwn(MUTANTS, id));
  if (unknown.length > 0) throw new Error(`there is no mutant ${unknown.join(', ')}`);
  const startedMs = performance.now();
  const all = Object.keys(MUTANTS).filter((id) => isEach || id === checkIdOf(id));
  const held = await holdEach(ids.length > 0 ? ids : all, isWriting ? 'own' : 'all');
  const wrong = held.filter((one) => !isExact(one));
  for (const { id, failed } of wrong) process.stdout.write(`M-${id} failed ${failed.join(', ') || 'nothing'}\n`);
  const tookS = Math.round((performance.now() - startedMs) / 1000);
  process.stdout.write(
    `${CHECKS.length} checks, ${held.length} mutants, ${held.length - wrong.length} caught by their own check and by no other, in ${tookS} s\n`,
  );
  if (isWriting) writeCards(held, ids.length > 0 ? goldenCards() : {});
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

function writeCards(held: readonly Held[], kept: Readonly<Record<string, readonly string[]>>): void {
  const cards: Record<string, readonly string[]> = { ...kept };
  for (const { id, card } of held) cards[id] = card;
  const ordered = Object.fromEntries(Object.entries(cards).sort(([a], [b]) => a.localeCompare(b)));
  writeFileSync(CARDS_FILE, `${JSON.stringify(ordered, null, 2)}\n`);
}

/** A process that takes one mutant after another. */
async function work(waiting: string[], held: Held[], which: 'all' | 'own'): Promise<void> {
  const child = spawn(process.execPath, [...NODE_FLAGS, __filename, '--worker', which], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    child.stdin.write(`${id}\n`);
    const own = await answerOf(lines, id);
    held.push(own);
    process.stderr.write(`M-${id}: ${own.failed.join(' ') || 'nothing'}, ${own.tookMs} ms\n`);
  }
  child.stdin.end();
}

/** Mutants may print: only the worker's own line counts. */
async function answerOf(lines: AsyncIterator<string>, id: string): Promise<Held> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the process that held M-${id} ended`);
    if (value.startsWith('{"id":')) return JSON.parse(value) as Held;
  }
}

async function worker(): Promise<void> {
  const write = process.stdout.write.bind(process.stdout);
  for await (const id of createInterface(process.stdin))
    write(`${JSON.stringify(await holdMutant(id, process.argv[3] === 'own' ? 'own' : 'all'))}\n`);
}

if (require.main === module) {
  const run = process.argv[2] === '--worker' ? worker() : main(process.argv.slice(2));
  run.catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  });
}
