import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');

test("the page of Salesforce's properties is what its manifest says", () => {
  const command = path.join(ROOT, 'runtime', 'bin', 'connector.js');
  const { stdout, status } = spawnSync(process.execPath, [command, 'describe', 'salesforce-rest', '--reference'], {
    cwd: ROOT,
    encoding: 'utf8',
  });

  expect(status).toBe(0);
  expect(readFileSync(path.join(ROOT, 'docs', 'reference', 'salesforce-rest', 'properties.md'), 'utf8')).toBe(stdout);
});
