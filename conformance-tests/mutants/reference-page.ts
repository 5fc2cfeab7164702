// Writes the page of all checks: node dist-test/mutants/reference-page.js.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKS, groupOf } from '#src/checks/index.js';
import type { Need } from '#src/needs.js';

const PACKAGE = path.join(__dirname, '..', '..');
export const PAGE_FILE = path.join(PACKAGE, '..', 'docs', 'reference', 'conformance.md');
export const FIGURES_FILE = path.join(PACKAGE, 'long-run.json');

/** What the suite's own long run came to; `npm run conformance:long` writes it into `long-run.json`. */
export interface LongRunFigures {
  /** Day, as `2026-11-25`. */
  readonly date: string;
  readonly node: string;
  readonly cores: number;
  readonly seeds: number;
  /** Of each reference plugin with each seed. */
  readonly repeats: number;
  readonly runs: number;
  /** Runs that did not end by themselves, or with a check that failed, was in error or unproven. */
  readonly flawedRuns: number;
  /** The different last lines of all runs. */
  readonly verdicts: readonly string[];
  /** Whole commands, one after the other, before all the rest. */
  readonly alone: readonly { readonly plugin: string; readonly profile: string; readonly seconds: number }[];
  readonly mutants: number;
  /** Those that were not caught by their own check alone, with the checks that failed. */
  readonly inexactMutants: readonly string[];
  readonly assertions: number;
  /** Assertions without which a mutant passes. Without the others but the dead ones, a mutant is told of by another card. */
  readonly unnoticedWithout: number;
  /** Where those stand without which nothing changes. */
  readonly deadAssertions: readonly string[];
  readonly tookMinutes: number;
  /** What whoever ran it has to add, by hand: what disturbed it, what came after it. */
  readonly remarks?: readonly string[];
}

/** The page: every check with its rule, made from the checks themselves, and the figures of the last long run where there was one. */
export function referencePage(): string {
  const figures = existsSync(FIGURES_FILE)
    ? (JSON.parse(readFileSync(FIGURES_FILE, 'utf8')) as LongRunFigures)
    : undefined;
  const groups = [...new Set(CHECKS.map(groupOf))];
  const sections = groups.map(
    (group) =>
      `## ${group}\n\n${CHECKS.filter((check) => groupOf(check) === group)
        .map(entryOf)
        .join('\n')}`,
  );
  const count = (level: string) => CHECKS.filter((check) => check.level === level).length;
  return `# The conformance checks

${CHECKS.length} checks: ${count('MUST')} MUST (needed for the verdict), ${count('SHOULD')} SHOULD (reported), ${count('MAY')} MAY (information). Profile \`core\` has ${CHECKS.filter(({ profile }) => profile === 'core').length} of them, \`full\` all. "Needs" is what the manifest must declare for a check to apply; without it the check is skipped. How to run them: [the guide](../guides/run-the-conformance-checks.md). This page is written by \`npm run reference\`.

${sections.join('\n')}${figures === undefined ? '' : `\n${longRun(figures)}`}`;
}

function longRun(figures: LongRunFigures): string {
  const { date, node, cores, seeds, repeats, runs, flawedRuns, verdicts, alone, tookMinutes } = figures;
  const { mutants, inexactMutants, assertions, unnoticedWithout, deadAssertions, remarks = [] } = figures;
  const dead =
    deadAssertions.length === 0 ? 'none changes nothing' : `these change nothing: ${deadAssertions.join(', ')}`;
  return `## The long run

\`npm run conformance:long\` of ${date}, Node ${node}, ${cores} cores, ${tookMinutes} minutes.

- The whole command, one after the other: ${alone.map(({ plugin, profile, seconds }) => `${plugin} ${profile} ${seconds} s`).join(', ')}.
- ${runs} runs of all checks over the two reference plugins (${seeds} seeds, ${repeats} times each): ${flawedRuns} with a check that did not pass. Last lines seen:
${verdicts.map((verdict) => `  - \`${verdict}\``).join('\n')}
- ${mutants} mutants against every check: ${mutants - inexactMutants.length} caught by their own and by no other${inexactMutants.length === 0 ? '' : `; not so ${inexactMutants.join(', ')}`}.
- ${assertions} assertions of the checks removed in turn: without ${unnoticedWithout} of them a mutant passes, without ${assertions - unnoticedWithout - deadAssertions.length} it is told of by another card, and ${dead}.
${remarks.map((remark) => `- ${remark}\n`).join('')}`;
}

function entryOf({ id, level, profile, needs, title, rule, cause }: (typeof CHECKS)[number]): string {
  const facts = [
    level,
    profile,
    ...(needs.length === 0 ? [] : [`needs ${(needs as readonly Need[]).join(', ')}`]),
  ].join(' · ');
  return `### ${id}\n\n**${title}** (${facts}). ${rule} Usual cause of a failure: ${cause}.\n`;
}

if (require.main === module) writeFileSync(PAGE_FILE, referencePage());
