import { RowIndex } from '#src/operations/bulk/row-index.js';

let asked = 0;
const clock = {
  now: () => 0,
  sleep: () => Promise.resolve(),
  random: () => {
    asked += 1;
    return 0.7;
  },
};

test('each index is seeded by chance', () => {
  asked = 0;
  RowIndex.seeded(clock);
  expect(asked).toBe(2);
});

test('rows are found by their text, equal ones together', () => {
  const index = RowIndex.seeded(clock);
  const rows = Array.from({ length: 5_000 }, (_, row) => `"row ${row % 4_000}"\n`);
  for (const row of rows) index.add(row);

  expect(index.find('"row 1"\n')).toBe(4_001);
  expect(index.before(4_001)).toBe(1);
  expect(index.before(1)).toBe(-1);
  expect(index.classSize(index.find('"row 1"\n'))).toBe(2);
  expect(index.classSize(index.find('"row 3999"\n'))).toBe(1);
  expect(index.find('"row 4000"\n')).toBe(-1);
  for (const [row, text] of rows.entries()) if (row >= 1_000) expect(index.find(text)).toBe(row);
});

test.each([
  ['that goes on with NUL', 'a', 'a\0'],
  ['that is longer by two NUL', 'ab', 'ab\0\0'],
  ['that differs in its last character, far behind', `${'x'.repeat(40_001)}a`, `${'x'.repeat(40_001)}b`],
  ['that ends where a piece does', 'x'.repeat(16_384), 'x'.repeat(16_385)],
  ['made to hash alike without a key', 'AxBxCxDxEx', '\u8041xBxCx\u8044x\u8045x'],
  ['with another half of a pair', '\ud83d', '\ud83e'],
  [
    'whose pieces stand the other way round',
    'x'.repeat(16_384) + 'y'.repeat(16_384),
    'y'.repeat(16_384) + 'x'.repeat(16_384),
  ],
])('a text %s is another', (_title, one, other) => {
  const index = RowIndex.seeded(clock);
  index.add(one);
  expect(index.find(other)).toBe(-1);
  expect(index.find(one)).toBe(0);
});
