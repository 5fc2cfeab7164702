import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CHECKS, type CheckReport, conformance } from '@connector-runtime/conformance-tests';
import { itemsSubject } from '../reference/items/items-subject.js';
import { linesSubject } from '../reference/lines/lines-subject.js';
import { MUTANTS } from './index.js';
import { checkIdOf } from './mutant.js';

/** What every mutant's failure card says; written anew by `diagonal --write`. */
export const CARDS_FILE = path.join(__dirname, '..', '..', 'mutants', 'failure-cards.json');

/** What a mutant came to. */
export interface Held {
  /** As in `MUTANTS`. */
  readonly id: string;
  /** Checks that failed, or ended in an error. */
  readonly failed: readonly string[];
  /** The failure card of its own check, without what differs from run to run. */
  readonly card: readonly string[];
  readonly tookMs: number;
}

/** Runs the suite over one mutant: every check, or its own only (with those that come before all). Checks that start processes of their own run on their own mutants only. */
export async function holdMutant(id: string, which: 'all' | 'own'): Promise<Held> {
  const mutant = MUTANTS[id];
  if (mutant === undefined) throw new TypeError(`there is no mutant ${id}`);
  const subjectOf = mutant.plugin.manifest.id === 'lines' ? linesSubject : itemsSubject;
  const subject = subjectOf(mutant.plugin, mutant.entry);
  const own = checkIdOf(id);
  const only =
    which === 'own'
      ? [own]
      : CHECKS.filter((check) => check.id === own || check.ownProcess !== true).map((check) => check.id);
  const startedMs = performance.now();
  const { checks } = await conformance(
    mutant.previous === undefined ? subject : { ...subject, previous: mutant.previous },
    { only },
  ).run();
  return {
    id,
    failed: checks.filter(({ outcome }) => outcome === 'fail' || outcome === 'error').map((check) => check.id),
    card: cardOf(checks.find((check) => check.id === own)),
    tookMs: Math.round(performance.now() - startedMs),
  };
}

/** The failure cards as they should be, by id. */
export function goldenCards(): Readonly<Record<string, readonly string[]>> {
  return JSON.parse(readFileSync(CARDS_FILE, 'utf8')) as Readonly<Record<string, readonly string[]>>;
}

function cardOf(report: CheckReport | undefined): readonly string[] {
  const { card } = report ?? {};
  if (card === undefined) return [];
  const { operation, did, expected, seen } = card;
  return [
    ...(operation === undefined ? [] : [`operation ${operation}`]),
    `did ${did}`,
    `expected ${expected}`,
    `seen ${seen}`,
  ].map(normalised);
}

/** Without ports, keys and numbers that chance decides, and not longer than a reader needs. */
function normalised(line: string): string {
  const plain = line
    .replaceAll(os.tmpdir(), '<tmp>')
    .replaceAll('[object Object]', '#<Object>')
    .replace(/127\.0\.0\.1:\d+/g, 'service')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<uuid>')
    .replace(/\bk\d+\b/g, 'k#')
    .replace(/\d[\d.]*/g, '#');
  return plain.length > 160 ? `${plain.slice(0, 160)}…` : plain;
}
