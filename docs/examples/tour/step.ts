import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SalesforceOrg } from '@connector-runtime/salesforce-org';
import type { Finished } from './connector-command.js';
import type { Workplace } from './workplace.js';

/** One thing that the tour shows. `run` throws unless command and org agree; its text goes into the summary. */
export interface Step {
  readonly title: string;
  /** What the org's ledger must say afterwards that it applied: writes by action. */
  readonly applies: Readonly<Record<string, number>>;
  run(place: Workplace, org: SalesforceOrg): Promise<string>;
}

export function summaryOf(lines: Finished['lines']): Readonly<Record<string, unknown>> {
  return lines.at(-1) ?? {};
}

export function expectCounts(lines: Finished['lines'], counts: Readonly<Record<string, number>>): void {
  const none = { success: 0, applicationError: 0, failure: 0, unknown: 0, notAttempted: 0 };
  assert.deepEqual(summaryOf(lines)['counts'], { ...none, ...counts });
}

export function readLines(place: Workplace, name: string): Finished['lines'] {
  const text = readFileSync(path.join(place.folder, name), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
