import { RowIndex } from '#src/operations/bulk/row-index.js';

test('rows are found by their text, equal ones together', () => {
  const index = new RowIndex(7);
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
