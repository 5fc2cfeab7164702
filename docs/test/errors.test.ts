import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');

/** A code has underscores, or is one long word. */
const CODE = '[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{5,}';

/** Texts of that shape that are no codes of ours: Node's, undici's, HTTP's, and names of environment variables. */
const FOREIGN =
  /^(ERR_|UND_ERR_|EAI_|MODULE_NOT_FOUND$|XDG_|HTTPS?_PROXY$|NO_PROXY$|DEPTH_|SELF_SIGNED|UNABLE_TO_|CERT_|HOSTNAME_MISMATCH|ENOTFOUND$|CONNECT$)/;

/** Reasons inside the runtime that never reach a caller. */
const INTERNAL = new Set(['PROXY_LOST', 'ANSWER_UNREAD']);

function codesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(path.join(ROOT, folder, name), 'utf8').matchAll(new RegExp(`'(${CODE})'`, 'g')),
    ])
    .map((match) => match[1] ?? '')
    .filter((code) => !FOREIGN.test(code) && !INTERNAL.has(code))
    .filter((code) => !(code in os.constants.errno) && !(code in os.constants.signals));
}

test('the page of errors lists every code of core and runtime, and no other', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'reference', 'errors.md'), 'utf8');
  const listed = new Set([...page.matchAll(new RegExp(`\`(${CODE})\``, 'g'))].map((match) => match[1] ?? ''));
  const used = new Set([...codesIn('core/src'), ...codesIn('runtime/src')]);

  expect({
    missing: [...used].filter((code) => !listed.has(code)),
    unused: [...listed].filter((code) => !used.has(code)),
  }).toEqual({ missing: [], unused: [] });
});

test('every table of the page has a remedy in each row', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'reference', 'errors.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| -'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  expect(rows.filter(([code]) => code === 'code').map((row) => row.at(-1))).toEqual(Array(5).fill('remedy'));
  expect(rows.filter((row) => row.at(-1) === '')).toEqual([]);
});
