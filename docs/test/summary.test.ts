import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');
const ENOUGH_SUITES = 10_000;

describe('the summary of a check', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'connector-summary-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What the summary says of such a result of Jest's on Node 20. */
  const summaryOf = (result: object | undefined, failedSteps: readonly string[] = []) => {
    const file = path.join(folder, 'node-20.json');
    const whole = {
      numTotalTestSuites: ENOUGH_SUITES,
      numPassedTests: 7,
      numFailedTests: 0,
      numPendingTests: 0,
      numRuntimeErrorTestSuites: 0,
    };
    if (result !== undefined) writeFileSync(file, JSON.stringify({ ...whole, ...result }));
    const { status, stdout } = spawnSync(
      process.execPath,
      [path.join(ROOT, '.ci', 'summary.mjs'), file, '--', ...failedSteps],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    return { status, last: stdout.trimEnd().split('\n').at(-1) };
  };

  test.each<[string, object | undefined, readonly string[], number, string]>([
    ['passes where all did', {}, [], 0, '7 passed, 0 failed'],
    ['fails for a test that failed', { numFailedTests: 2 }, [], 1, '7 passed, 2 failed'],
    ['fails for a suite that broke before its tests', { numRuntimeErrorTestSuites: 1 }, [], 1, '7 passed, 1 failed'],
    ['fails for a test that was left out', { numPendingTests: 3 }, [], 1, '7 passed, 3 failed'],
    ['fails where no test passed', { numPassedTests: 0 }, [], 1, '0 passed, 1 failed'],
    ['fails where there is no result', undefined, [], 1, '0 passed, 2 failed'],
    ['fails for a step that failed', {}, ['lint'], 1, '7 passed, 1 failed'],
  ])('%s', (_, result, steps, status, last) => {
    expect(summaryOf(result, steps)).toEqual({ status, last });
  });

  test('fails where a suite did not run', () => {
    const { status, last } = summaryOf({ numTotalTestSuites: 1 });

    expect(status).toBe(1);
    expect(last).toMatch(/^7 passed, \d{2,} failed$/);
  });
});
