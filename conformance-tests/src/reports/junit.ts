import type { CheckReport, Report } from '../report.js';
import { failureCardText } from './failure-card.js';
import { escaped } from './markup.js';

/** The report as JUnit XML: a suite a group, a case a check. What is not proven is skipped there. */
export function reportAsJunit(report: Report): string {
  const groups = new Map<string, CheckReport[]>();
  for (const check of report.checks) groups.set(check.group, [...(groups.get(check.group) ?? []), check]);
  const suites = [...groups].map(([group, checks]) => suiteOf(group, checks, report.seed));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escaped(report.verdict)}">\n${suites.join('')}</testsuites>\n`;
}

function suiteOf(group: string, checks: readonly CheckReport[], seed: number): string {
  const count = (...outcomes: readonly string[]) => checks.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const tookS = checks.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1000;
  const numbers = `tests="${checks.length}" failures="${count('fail')}" errors="${count('error', 'blocked')}" skipped="${count('skip', 'unproven', 'waived')}" time="${tookS}"`;
  return `  <testsuite name="${escaped(group)}" ${numbers}>\n${checks.map((check) => caseOf(check, seed)).join('')}  </testsuite>\n`;
}

function caseOf(check: CheckReport, seed: number): string {
  const { id, title, group, outcome, reason = '', tookMs } = check;
  const head = `    <testcase classname="${escaped(group)}" name="${escaped(`${id} ${title}`)}" time="${tookMs / 1000}"`;
  switch (outcome) {
    case 'pass':
      return `${head}/>\n`;
    case 'fail':
      return `${head}>\n      <failure message="${escaped(reason)}">${escaped(failureCardText(check, seed))}</failure>\n    </testcase>\n`;
    case 'error':
    case 'blocked':
      return `${head}>\n      <error message="${escaped(`${outcome}: ${reason}`)}"/>\n    </testcase>\n`;
    default:
      return `${head}>\n      <skipped message="${escaped(`${outcome}: ${reason}`)}"/>\n    </testcase>\n`;
  }
}
