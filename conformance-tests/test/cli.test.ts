import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const BIN = path.resolve(__dirname, '..', '..', 'bin', 'connector-conform.js');
const ITEMS = require.resolve('../reference/items/items-subject.js');

describe('the command connector-conform', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'connector-conform-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: 'utf8' });

  test('ends with 0 for a conformant plugin, and writes the reports that were asked for', () => {
    const { status, stdout } = run(
      ITEMS,
      '--only',
      'BAS-01',
      '--only',
      'LIF-01',
      '--report',
      'json',
      '--report',
      'junit',
      '--report',
      'html',
    );

    expect({ status, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      status: 0,
      last: 'items 1.2.0 — contract ^1.0 — full: 2 of 99 checks, passed (2 passed, 0 not declared)',
    });
    expect(stdout).toMatch(/^pass {5}BAS-01 {2}MUST {3}A valid connection works {2}\d+ ms$/m);
    expect(readdirSync(folder).sort()).toEqual([
      'conformance-report.html',
      'conformance-report.json',
      'conformance-report.xml',
    ]);
    expect(JSON.parse(readFileSync(path.join(folder, 'conformance-report.json'), 'utf8'))).toMatchObject({
      schemaVersion: 1,
      isConformant: false,
      checksInProfile: 99,
    });
  });

  test('refuses a check that the profile does not have, and what must be built first', () => {
    expect(run(ITEMS, '--profile', 'core', '--only', 'LEK-03')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('check LEK-03 is not of profile core'),
    });
    expect(run('./subject.ts')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is TypeScript: build it'),
    });
  });

  test('ends with 1 and the failure card for one that is not', () => {
    const module = path.join(folder, 'subject.cjs');
    writeFileSync(
      module,
      `const { itemsSubject } = require(${JSON.stringify(ITEMS)}); const { MUTANTS } = require(${JSON.stringify(require.resolve('../mutants/index.js'))}); exports.subject = itemsSubject(MUTANTS['LIF-01'].plugin);`,
    );

    const { status, stdout } = run('./subject.cjs', '--only', 'LIF-01', '--seed', '3');

    expect(status).toBe(1);
    expect(stdout).toContain('again    npx connector-conform ./subject.cjs --only LIF-01 --seed 3');
  });

  test('takes a subject from an ES module', () => {
    writeFileSync(
      path.join(folder, 'subject.mjs'),
      `import items from ${JSON.stringify(ITEMS)}; export const subject = items.subject;`,
    );

    expect(run('./subject.mjs', '--only', 'MAN-01').status).toBe(0);
  });

  test.each([
    [[], 'name one subject module'],
    [['./nowhere.js'], 'nowhere.js'],
    [[ITEMS, '--profile', 'half'], '--profile must be core, full, got half'],
    [[ITEMS, '--only', 'XYZ-01'], 'there is no check XYZ-01'],
    [[ITEMS, '--seed', 'x'], '--seed must be a whole number'],
    [[ITEMS, '--report', 'pdf'], '--report must be html, json, junit, got pdf'],
    [[ITEMS, '--colour'], "Unknown option '--colour'"],
  ])('ends with 2 for %j and says why', (args, message) => {
    const { status, stderr } = run(...args);

    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
  });
});
