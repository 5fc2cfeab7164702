import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MUTANT_VARIABLE, UNPROVEN_VARIABLE } from './runners/subject.js';

const PACKAGE = path.resolve(__dirname, '..', '..');
const SOURCES = path.join(PACKAGE, 'test', 'runners');
const EMITTED = path.join(PACKAGE, 'dist-test', 'test', 'runners');
const GUIDE = path.resolve(PACKAGE, '..', 'docs', 'guides', 'run-the-conformance-checks.md');
/** Quick checks, so that each runner ends within seconds; one is skipped, one is what the mutant fails. */
const CHOSEN = '^(MAN-01|CFG-06|BAS-01|ACC-06) ';

interface Runner {
  readonly file: string;
  readonly args: readonly string[];
  /** What it prints where so many of the chosen checks have passed and failed. */
  readonly counts: (passed: number, failed: number) => RegExp;
  /** What it prints of a check that is skipped. */
  readonly skipped: RegExp;
}

const binOf = (name: string, file: string) => path.join(path.dirname(require.resolve(`${name}/package.json`)), file);

const RUNNERS: Readonly<Record<string, Runner>> = {
  'node:test': {
    file: 'node-test.ts',
    args: ['--test', '--test-reporter=tap', `--test-name-pattern=/${CHOSEN}/`, path.join(EMITTED, 'node-test.js')],
    counts: (passed, failed) => new RegExp(`^# pass ${passed}\\n# fail ${failed}$`, 'm'),
    skipped: /CFG-06 .* # SKIP configVersion is 1$/m,
  },
  Vitest: {
    file: 'vitest.spec.mjs',
    args: [binOf('vitest', 'vitest.mjs'), 'run', 'vitest.spec', '--reporter=verbose', '--root', SOURCES, '-t', CHOSEN],
    counts: (passed, failed) =>
      new RegExp(`^ +Tests {2}${failed === 0 ? '' : `${failed} failed \\| `}${passed} passed`, 'm'),
    skipped: /^ ↓ .*CFG-06 /m,
  },
  Jest: {
    file: 'jest.spec.ts',
    args: [
      binOf('jest', 'bin/jest.js'),
      '--verbose',
      '--rootDir',
      EMITTED,
      '--testMatch',
      '**/jest.spec.js',
      '-t',
      CHOSEN,
    ],
    counts: (passed, failed) =>
      new RegExp(`^Tests: +${failed === 0 ? '' : `${failed} failed, `}\\d+ skipped, ${passed} passed`, 'm'),
    skipped: /○ skipped CFG-06 /,
  },
};

describe.each(Object.entries(RUNNERS))('under %s', (_, { file, args, counts, skipped }) => {
  test('a conformant plugin is green, and what it does not declare is skipped', () => {
    const { status, printed } = run(args);

    expect(printed).toMatch(counts(3, 0));
    expect(printed).toMatch(skipped);
    expect(status).toBe(0);
  });

  test('a plugin that breaks a rule is red, with the failure card', () => {
    const { status, printed } = run(args, { [MUTANT_VARIABLE]: 'ACC-06' });

    expect(printed).toMatch(counts(3, 1));
    expect(printed).toMatch(
      /FAIL {2}ACC-06 {2}MUST {2}Each result belongs to its document {3}operation: create {3}seed 1/,
    );
    expect(printed).toMatch(/again {4}npx connector-conform/);
    expect(status).toBe(1);
  });

  test('what the fixture cannot show is no failure, and a warning tells of it', () => {
    const { status, printed } = run(args, { [UNPROVEN_VARIABLE]: '1' });

    expect(printed).toMatch(counts(3, 0));
    expect(printed).toMatch(/ConformanceWarning: ACC-06 \(MUST\) is unproven: add `bad` to the fixture/);
    expect(status).toBe(0);
  });

  test('the lines are those of the guide', () => {
    const source = readFileSync(path.join(SOURCES, file), 'utf8');

    expect(readFileSync(GUIDE, 'utf8')).toContain(loopOf(source));
  });
});

test('the listing of the package is that of a runner, and the gate of the guide is that of the plugin of lines', () => {
  const jest = readFileSync(path.join(SOURCES, 'jest.spec.ts'), 'utf8');
  const service = readFileSync(path.join(PACKAGE, 'reference', 'lines', 'lines-service.ts'), 'utf8');
  const [, gate = ''] = /```ts\n(return this\.gate.*?)```/s.exec(readFileSync(GUIDE, 'utf8')) ?? [];

  expect(service).toContain(gate.replace(/^(?=.)/gm, '    '));
  expect(gate).not.toBe('');
  expect(readFileSync(path.join(PACKAGE, 'README.md'), 'utf8').replace("'full'", "'core'")).toContain(loopOf(jest));
});

function loopOf(source: string): string {
  const at = source.indexOf('for (const check');
  if (at === -1) throw new Error('there is no loop over the checks');
  return source.slice(at);
}

/** Without what this runner, of which it is a child, tells its own children. */
function run(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { NODE_TEST_CONTEXT: _, JEST_WORKER_ID: __, NODE_OPTIONS: ___, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: PACKAGE,
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0', ...variables },
  });
  return { status, printed: `${stdout}\n${stderr}` };
}
