import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Of the original; what we do instead stands in the tests named after them. */
const QUIRKS = 42;

test('every quirk of the original has a test whose title begins with it', () => {
  const folder = path.resolve(__dirname, '..', 'test');
  const titled = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => titlesIn(readFileSync(path.join(folder, name), 'utf8')))
    .flatMap((title) => /^Q\d{1,2}(?:, Q\d{1,2})*(?=: | \()/.exec(title)?.[0].split(', ') ?? []);
  const all = Array.from({ length: QUIRKS }, (_, index) => `Q${index + 1}`);

  expect(all.filter((quirk) => !titled.includes(quirk))).toEqual([]);
});

/** The titles of tests and of what groups them; those of tables stand behind the table, and at the beginning of its rows. */
function titlesIn(source: string): readonly string[] {
  return [...source.matchAll(/(?:\b(?:test|describe)\(|[\])]\(|\[)\s*(['"`])((?:(?!\1).)*)\1,/gs)].map(
    ([, , title = '']) => title,
  );
}
