import { CHECKS, groupOf } from './checks/index.js';
import type { Need } from './needs.js';

/** The page `docs/reference/conformance.md`: every check with its rule, made from the checks themselves. */
export function referencePage(): string {
  const groups = [...new Set(CHECKS.map(groupOf))];
  const sections = groups.map(
    (group) =>
      `## ${group}\n\n${CHECKS.filter((check) => groupOf(check) === group)
        .map(entryOf)
        .join('\n')}`,
  );
  const count = (level: string) => CHECKS.filter((check) => check.level === level).length;
  return `# The conformance checks

${CHECKS.length} checks: ${count('MUST')} MUST (needed for the verdict), ${count('SHOULD')} SHOULD (reported), ${count('MAY')} MAY (information). Profile \`core\` has ${CHECKS.filter(({ profile }) => profile === 'core').length} of them, \`full\` all. "Needs" is what the manifest must declare for a check to apply; without it the check is skipped. How to run them: [the guide](../guides/run-the-conformance-checks.md). This page is written by \`npm run reference -w @connector-runtime/conformance-tests\`.

${sections.join('\n')}`;
}

function entryOf({ id, level, profile, needs, title, rule, cause }: (typeof CHECKS)[number]): string {
  const facts = [
    level,
    profile,
    ...(needs.length === 0 ? [] : [`needs ${(needs as readonly Need[]).join(', ')}`]),
  ].join(' · ');
  return `### ${id}\n\n**${title}** (${facts}). ${rule} Usual cause of a failure: ${cause}.\n`;
}
