import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Of the original; what we do instead stands in the tests named after them. */
const QUIRKS = 42;

test('every quirk of the original has a test that is named after it', () => {
  const folder = path.resolve(__dirname, '..', 'test');
  const titles = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/['"`(](Q\d{1,2})\b/g)])
    .map(([, quirk]) => quirk);
  const all = Array.from({ length: QUIRKS }, (_, index) => `Q${index + 1}`);

  expect(all.filter((quirk) => !titles.includes(quirk))).toEqual([]);
});
