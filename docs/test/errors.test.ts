import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');

/** Texts of that shape that are no codes of ours: Node's, undici's, and names of environment variables. */
const FOREIGN =
  /^(ERR_|UND_ERR_|EAI_|MODULE_NOT_FOUND$|XDG_|HTTPS?_PROXY$|NO_PROXY$|DEPTH_|SELF_SIGNED|UNABLE_TO_|CERT_|HOSTNAME_MISMATCH)/;

/** Reasons inside the runtime that never reach a caller. */
const INTERNAL = new Set(['PROXY_LOST', 'ANSWER_UNREAD']);

function codesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(path.join(ROOT, folder, name), 'utf8').matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g),
    ])
    .map((match) => match[1] ?? '')
    .filter((code) => !FOREIGN.test(code) && !INTERNAL.has(code));
}

test('the page of errors lists every code of core and runtime, and no other', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'reference', 'errors.md'), 'utf8');
  const listed = new Set([...page.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map((match) => match[1] ?? ''));
  const used = new Set([...codesIn('core/src'), ...codesIn('runtime/src')]);

  expect({
    missing: [...used].filter((code) => !listed.has(code)),
    unused: [...listed].filter((code) => !used.has(code)),
  }).toEqual({ missing: [], unused: [] });
});
