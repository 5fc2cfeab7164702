// Removes every assertion of the suite in turn: node dist-test/mutants/assertions.js [mutant…]. A mutant that fails there must then go unnoticed, or be told by another card.
// An assertion at which no mutant fails proves nothing of itself and is named; so is a mutant that fails at none, by an exception.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { goldenCards, type Held, holdMutant } from './hold-mutant.js';
import { MUTANTS } from './index.js';

const PACKAGE = path.join(__dirname, '..', '..');
const CALL = /(?<!function )expectThat\(/;
const EMITTED_CALL = /findings_js_1\.expectThat\)\(/;

/** What became of the suite when an assertion was taken away. */
export interface AssertionRemoved {
  /** `checks/accounting.ts:114`. */
  readonly place: string;
  /** Mutants that fail there. */
  readonly mutants: readonly string[];
  /** Of these, the ones that passed without it. */
  readonly unnoticed: readonly string[];
  /** The ones that another assertion, or an exception, found. */
  readonly toldOtherwise: readonly string[];
}

/** The assertions of the suite: where they stand in the sources, by where they stand in the emitted code. */
function placesOfAssertions(): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  const sources = readdirSync(path.join(PACKAGE, 'src'), { recursive: true, encoding: 'utf8' });
  for (const name of sources.filter((file) => file.endsWith('.ts')).sort()) {
    const inSource = linesWith(path.join('src', name), CALL);
    if (inSource.length === 0) continue;
    const emitted = path.join('dist', name.replace(/\.ts$/, '.js'));
    const inEmitted = linesWith(emitted, EMITTED_CALL);
    if (inSource.length !== inEmitted.length) throw new Error(`${name} has other assertions than its emitted code`);
    for (const [index, line] of inEmitted.entries())
      places.set(`${path.join(PACKAGE, emitted)}:${line}`, `${name}:${inSource[index]}`);
  }
  return places;
}

function linesWith(file: string, call: RegExp): readonly number[] {
  const lines = readFileSync(path.join(PACKAGE, file), 'utf8').split('\n');
  return lines.flatMap((line, index) => (call.test(line) ? [index + 1] : []));
}

/** Stands between the checks and `expectThat`: tells where a check failed, and can leave one assertion out. */
class Assertions {
  removed: string | undefined;
  /** The last place where a check failed. */
  failedAt: string | undefined;
  /** An assertion failed of which the sources tell nothing. */
  private stray: Error | undefined;

  constructor(private readonly places: ReadonlyMap<string, string>) {
    const findings = require(path.join(PACKAGE, 'dist', 'findings.js')) as {
      expectThat: (holds: boolean, ...rest: readonly unknown[]) => void;
    };
    const { expectThat } = findings;
    findings.expectThat = (holds, ...rest) => {
      if (holds) return;
      const place = this.placeOf(new Error('here').stack ?? '');
      if (place === this.removed) return;
      this.failedAt = place;
      expectThat(holds, ...rest);
    };
  }

  private placeOf(stack: string): string {
    for (const [, frame = ''] of stack.matchAll(/\(?(\/[^():]+:\d+):\d+\)?$/gm)) {
      const place = this.places.get(frame);
      if (place !== undefined) return place;
    }
    this.stray ??= new Error(`an assertion that stands in no source: ${stack}`);
    throw this.stray;
  }

  /** Holds a mutant against its own check. What stands in no source ends the run: a check that fails by it would be taken for one that has found the mutant. */
  async hold(id: string): Promise<Held> {
    this.failedAt = undefined;
    const held = await holdMutant(id, 'own');
    if (this.stray !== undefined) throw this.stray;
    return held;
  }
}

/** Takes each assertion away, one after the other, and holds the mutants that fail there against the checks without it; of these mutants only, or of all. */
export async function removeEachAssertion(only: readonly string[] = []): Promise<readonly AssertionRemoved[]> {
  const places = placesOfAssertions();
  const assertions = new Assertions(places);
  const failing = new Map<string, string[]>();
  const chosen = Object.keys(MUTANTS).filter((id) => only.length === 0 || only.includes(id));
  for (const id of chosen) {
    const { failed } = await assertions.hold(id);
    if (assertions.failedAt === undefined)
      process.stderr.write(
        `M-${id} fails at no assertion: ${failed.length === 0 ? 'nothing fails' : `an exception fails ${failed.join(', ')}`}\n`,
      );
    else failing.set(assertions.failedAt, [...(failing.get(assertions.failedAt) ?? []), id]);
  }
  const golden = goldenCards();
  const removed: AssertionRemoved[] = [];
  for (const place of places.values()) {
    const mutants = failing.get(place) ?? [];
    assertions.removed = place;
    const unnoticed: string[] = [];
    const toldOtherwise: string[] = [];
    for (const id of mutants) {
      const { failed, card } = await assertions.hold(id);
      if (failed.length === 0) unnoticed.push(id);
      else if (JSON.stringify(card) !== JSON.stringify(golden[id])) toldOtherwise.push(id);
    }
    assertions.removed = undefined;
    removed.push({ place, mutants, unnoticed, toldOtherwise });
    if (mutants.length > 0)
      process.stderr.write(
        `${place}: without it ${[...unnoticed.map((id) => `M-${id} unnoticed`), ...toldOtherwise.map((id) => `M-${id} told otherwise`)].join(', ') || 'nothing changes'}\n`,
      );
  }
  return removed;
}

async function main(only: readonly string[]): Promise<void> {
  const removed = await removeEachAssertion(only);
  const dead = removed.filter(({ unnoticed, toldOtherwise }) => unnoticed.length + toldOtherwise.length === 0);
  for (const { place, mutants } of dead)
    process.stdout.write(
      `${place}: ${mutants.length === 0 ? 'no mutant fails there' : 'nothing changes without it'}\n`,
    );
  process.stdout.write(
    `${removed.length} assertions removed in turn: ${removed.filter(({ unnoticed }) => unnoticed.length > 0).length} leave a mutant unnoticed, ${removed.length - dead.length} change what is said, ${dead.length} change nothing\n`,
  );
  process.exitCode = dead.length === 0 ? 0 : 1;
}

if (require.main === module)
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  });
