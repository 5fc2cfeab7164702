import assert from 'node:assert/strict';
import { type SalesforceOrg, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import type { Step } from './step.js';
import { STEPS } from './steps.js';
import { Workplace } from './workplace.js';

/** The main job on real sockets: an embedded org, and the command that a user runs. `--keep` leaves the org up. */
async function main(): Promise<void> {
  const keep = process.argv.includes('--keep');
  const startedMs = performance.now();
  const org = await startSalesforceOrg();
  const place = new Workplace({ SALESFORCE_REST_PASSWORD: `${org.password}${org.securityToken}` });
  process.stdout.write(`An org in this process, at ${org.url}. Components and documents are in ${place.folder}.\n`);
  const rows: string[][] = [];
  try {
    for (const step of STEPS) rows.push(await take(step, org, place));
    printSummary(rows, performance.now() - startedMs);
    if (keep) await keepUp(org, place);
  } finally {
    await org.close();
    place.remove();
  }
}

async function take(step: Step, org: SalesforceOrg, place: Workplace): Promise<string[]> {
  const startedMs = performance.now();
  const before = org.ledger.entries.length;
  process.stdout.write(`\n== ${step.title}\n`);
  const outcome = await step.run(place, org);
  const tookMs = Math.round(performance.now() - startedMs);
  const applied = countsOf(org.ledger.entries.slice(before).map(({ action }) => action));
  assert.deepEqual(applied, step.applies, `the org's ledger after "${step.title}"`);
  const writes = Object.entries(applied).map(([action, count]) => `${count} ${action}`);
  return [step.title, outcome, writes.join(', ') || 'none', `${tookMs} ms`];
}

function countsOf(actions: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const action of actions) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

function printSummary(rows: readonly string[][], tookMs: number): void {
  const all = [['step', 'outcome', 'writes in the ledger', 'time'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  process.stdout.write(
    `\n${lines.join('\n')}\n\nAll ${rows.length} steps as expected, in ${(tookMs / 1000).toFixed(1)} s.\n`,
  );
}

/** Says what to type next, and waits for Ctrl-C. */
async function keepUp(org: SalesforceOrg, place: Workplace): Promise<void> {
  process.stdout.write(`
The org stays up until Ctrl-C. In another terminal:

  cd ${place.folder}
  export SALESFORCE_REST_PASSWORD='${org.password}${org.securityToken}'
  alias connector='node ${require.resolve('@connector-runtime/runtime/package.json').replace('package.json', 'bin/connector.js')}'
  connector test connection.json
  connector browse connection.json --operation query
  connector run query.json --output-format xml

For a real org, change in connection.json: url to https://<your domain>.my.salesforce.com, remove authenticationUrl
(or set https://test.salesforce.com/services/Soap/u/64.0 for a sandbox), set username, and put password and security
token into the environment. Better: authenticationType OAUTH_2 with grantType clientCredentials, clientId and clientSecret
of an External Client App; the SOAP login of USER_CREDENTIALS ends with Summer '27.
`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`\nThe tour broke off: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
