import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');

describe('the lint', () => {
  test.each([
    [
      'a promise of our own',
      'async function work(): Promise<void> {}\nexport function start(): void {\n  work();\n}\n',
    ],
    [
      'a promise of a node: module',
      "import { rm } from 'node:fs/promises';\nexport function start(): void {\n  rm('x');\n}\n",
    ],
  ])('finds %s that floats', (_, text) => {
    const file = path.join(__dirname, '..', 'test', `planted-${process.pid}.ts`);
    writeFileSync(file, text);
    try {
      const oxlint = path.join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint');
      const { status, stdout } = spawnSync(process.execPath, [oxlint, '--type-aware', file], {
        cwd: ROOT,
        encoding: 'utf8',
      });

      expect({ status, stdout }).toMatchObject({ status: 1, stdout: expect.stringContaining('no-floating-promises') });
    } finally {
      rmSync(file);
    }
  });
});
