import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');
const PAGES = [
  'README.md',
  'docs/guides/operate.md',
  'docs/guides/salesforce.md',
  'docs/examples/salesforce/README.md',
] as const;
/** How a command says where it writes, and how a page names a file that the reader is to make. */
const WRITTEN = /(?:> |--output |-keyout |-out )(?<file>[\w-]+(?:\.\w+|\/))|^`(?<made>[\w-]+\.json)`:$/gm;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ignored-files-'));
  execFileSync('git', ['init', '--quiet', folder]);
  cpSync(path.join(ROOT, '.gitignore'), path.join(folder, '.gitignore'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const files = PAGES.flatMap((page) => {
  // Guides are followed at the root of a clone, the examples in their folder.
  const place = page.startsWith('docs/examples/') ? path.dirname(page) : '.';
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  const names = [...text.matchAll(WRITTEN)].map(({ groups }) => groups?.['file'] ?? groups?.['made'] ?? '');
  return [...new Set(names)].map((name) => [path.posix.join(place, name), page] as const);
});

test('pages tell of files that are written', () => {
  expect(files.map(([file]) => file)).toEqual(
    expect.arrayContaining(['out.ndjson', 'query.json', 'key.pem', 'docs/examples/salesforce/written.ndjson']),
  );
});

test.each(files)('%s, which a command of %s writes, is no part of the repository', (file) => {
  const { status } = spawnSync('git', ['check-ignore', '--quiet', file], { cwd: folder });

  expect(status).toBe(0);
});
