import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');
const CHECK = path.join(ROOT, '.ci', 'layer-check.mjs');

function check(folder: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK, folder], { cwd: ROOT, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

describe('the layer check', () => {
  let house: string;
  beforeEach(() => {
    house = mkdtempSync(path.join(os.tmpdir(), 'connector-house-'));
    for (const name of ['core', 'runtime']) {
      mkdirSync(path.join(house, name), { recursive: true });
      cpSync(path.join(ROOT, name, 'package.json'), path.join(house, name, 'package.json'));
      cpSync(path.join(ROOT, name, 'src'), path.join(house, name, 'src'), { recursive: true });
    }
  });
  afterEach(() => rmSync(house, { recursive: true }));

  const plant = (file: string, text: string) => writeFileSync(path.join(house, file), text);

  test('finds no fault in the house as it is, and says how many modules it read', () => {
    const { status, text } = check(ROOT);

    expect({ status, text }).toEqual({
      status: 0,
      text: expect.stringMatching(/^layer check: \d{3,} modules read, 0 problems\n$/),
    });
  });

  test('finds a cycle of type imports only', () => {
    plant('core/src/one.ts', "import type { Two } from './two.js';\nexport type One = Two | 1;\n");
    plant('core/src/two.ts', "import type { One } from './one.js';\nexport type Two = One | 2;\n");

    expect(check(house)).toMatchObject({
      status: 1,
      text: expect.stringContaining('cycle: core/src/one.ts -> core/src/two.ts -> core/src/one.ts'),
    });
  });

  test('fails where it reads fewer modules than there are source files', () => {
    mkdirSync(path.join(house, 'core', 'attic'));
    plant('core/attic/forgotten.ts', 'export {};\n');

    expect(check(house)).toMatchObject({
      status: 1,
      text: expect.stringMatching(/modules read, but there are \d+ source files; not read: core\/attic\/forgotten\.ts/),
    });
  });

  test.each([
    [
      'core/src/wrong.ts',
      "import type { Execution } from '@connector-runtime/runtime';\nexport type X = Execution;\n",
      'core must not import runtime',
    ],
    [
      'core/src/wrong.ts',
      "export type X = import('@connector-runtime/runtime').Execution;\n",
      'core must not import runtime',
    ],
    ['runtime/src/wrong.ts', "import '@connector-runtime/core/src/json.js';\n", 'deep import'],
    [
      'runtime/src/wrong.ts',
      "import { request } from 'undici';\nexport const x = request;\n",
      'undici has its one address elsewhere',
    ],
    [
      'runtime/src/execution/wrong.ts',
      "export * from '../http/egress-rule.js';\n",
      'must not look into runtime/src/http/egress-rule.ts',
    ],
    [
      'runtime/templates/minimal/src/wrong.ts',
      "import '@connector-runtime/runtime';\n",
      'template src must not import runtime',
    ],
    [
      'runtime/templates/minimal/test/wrong.ts',
      "import '@connector-runtime/salesforce-org';\n",
      'template test must not import salesforce-org',
    ],
  ])('finds in %s: %s', (file, text, problem) => {
    mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
    plant(file, text);

    expect(check(house)).toMatchObject({ status: 1, text: expect.stringContaining(problem) });
  });
});
