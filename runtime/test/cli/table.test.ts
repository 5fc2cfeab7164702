import { formatTable } from '#src/cli/table.js';

test('columns are as wide as their widest cell', () => {
  expect(formatTable(['id', 'label'], [['Account', 'A'], ['B']])).toBe('id       label\nAccount  A\nB\n');
});

test.each([
  ['an escape sequence', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
  ['a C1 control', '\u009b31m', '\\u009b31m'],
  ['what turns the direction of text', '\u202egpj', '\\u202egpj'],
  ['the end of a line', 'a\r\nb', 'a\\r\\nb'],
])('%s in a cell is written out', (_, cell, shown) => {
  expect(formatTable(['label'], [[cell]])).toBe(`label\n${shown}\n`);
});
