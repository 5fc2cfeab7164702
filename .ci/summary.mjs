// Sums Jest's JSON results: node .ci/summary.mjs <result.json>... -- <failed step>...
// Ends with 1 if a test failed, was left out, a suite did not run, or a step failed. The last line is "N passed, N failed".
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const split = process.argv.indexOf('--');
const results = process.argv.slice(2, split);
const failedSteps = process.argv.slice(split + 1);
const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
const suites = workspaces.flatMap((workspace) => {
  const folder = path.join(workspace, 'test');
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.test.ts')) : [];
});

let passed = 0;
let failed = 0;
for (const step of failedSteps) console.log(`failed: ${step}`);
for (const file of results) {
  if (!existsSync(file)) {
    console.log(`no result: ${path.basename(file)}`);
    failed += 1;
    continue;
  }
  const result = JSON.parse(readFileSync(file, 'utf8'));
  passed += result.numPassedTests;
  failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  console.log(
    `${path.basename(file)}: ${result.numTotalTestSuites} suites, ${result.numPassedTests} tests passed, ${result.numFailedTests} failed, ${result.numPendingTests} left out`,
  );
  failed += result.numPendingTests;
  if (file.endsWith('node-20.json') && result.numTotalTestSuites < suites.length) {
    console.log(`${suites.length - result.numTotalTestSuites} of ${suites.length} suites did not run`);
    failed += suites.length - result.numTotalTestSuites;
  }
}
if (results.length === 0 || passed === 0) failed += 1;
if (failed === 0) failed = failedSteps.length;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
