import fc from 'fast-check';
import { CsvReader } from '#src/csv/csv-reader.js';
import { csvRow } from '#src/csv/csv-writer.js';

/** Reads bytes cut into pieces of this size. */
function read(text: string | Uint8Array, pieceBytes: number, delimiter = ','): string[][] {
  const bytes = Buffer.from(text);
  const reader = new CsvReader({ delimiter });
  const rows: string[][] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    rows.push(...reader.readBytes(bytes.subarray(at, at + pieceBytes)));
  return [...rows, ...reader.end()];
}

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('', '"', '""', ',', '\n', '\r\n', '\r', '\\', '\\"', 'ä', '😀', '#N/A', ' ', '\ufeff', '=1+1', 'a"b'),
);
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }))
  .filter((rows) => !rows.flat().some((text) => text.includes('\0')));

test('what the writer wrote comes back, at every size of pieces', () => {
  fc.assert(
    fc.property(table, (rows) => {
      const text = rows.map(csvRow).join('');
      for (let size = 1; size <= Buffer.byteLength(text); size += 1) expect(read(text, size)).toEqual(rows);
    }),
    { numRuns: 60 },
  );
});

test.each(['\n', '\r\n'])('cells without quotes, and lines that end in %j, at every size of pieces', (lineEnd) => {
  const text = ['a,b', ' x ,', ',"y\r\nz"', 'é,😀'].join(lineEnd);
  for (const end of ['', lineEnd])
    for (let size = 1; size <= 40; size += 1)
      expect(read(text + end, size)).toEqual([
        ['a', 'b'],
        [' x ', ''],
        ['', 'y\r\nz'],
        ['é', '😀'],
      ]);
});

test.each([
  [
    'a byte order mark',
    '\ufeffa,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['a byte order mark before a quote', '\ufeff"a"\n', [['a']]],
  ['a byte order mark inside', 'a\n\ufeff\n', [['a'], ['\ufeff']]],
  ['mixed line ends', 'a\n1\r\n2\n', [['a'], ['1'], ['2']]],
  ['one column with a cell without text', 'a\n""\nb\n', [['a'], [''], ['b']]],
  ['Q30: backslashes as they are', '"a\\"\n"\\\\"\n"\\""x"\n', [['a\\'], ['\\\\'], ['\\"x']]],
  ['a header alone', 'a,b\n', [['a', 'b']]],
  ['nothing', '', []],
])('reads %s', (_what, text, rows) => {
  for (let size = 1; size <= 12; size += 1) expect(read(text, size)).toEqual(rows);
});

test.each([
  ['too few cells', 'a,b\n1,2\n3\n', 'row 3 has 1 cells where the header has 2'],
  ['too many cells', 'a\n1,2\n', 'row 2 has 2 cells where the header has 1'],
  ['a blank line', 'a,b\n\n', 'row 2 is a blank line'],
  ['a blank last line of one column', 'Id\n1\n\n', 'row 3 is a blank line'],
  ['a blank line between rows of one column', 'Id\r\n\r\n1\r\n', 'row 2 is a blank line'],
  ['a blank header', '\n1\n', 'row 1 is a blank line'],
  ['an open quote', 'a\n"1\n', 'row 2 has a quote that does not close'],
  ['text behind a quote', 'a\n"1"x\n', 'row 2 has text behind a closing quote'],
  ['a quote inside', 'a\n1"2\n', 'row 2 has a quote inside a cell that is not quoted'],
  ['a lone carriage return', 'a\r1\r\n', 'row 1 has a carriage return that ends no line'],
  ['a NUL', 'a\n"\0"\n', 'row 2 holds a NUL character'],
  ['what is not UTF-8', Buffer.from([0x61, 0x0a, 0xff, 0x0a]), 'the text is not UTF-8'],
  ['half a character', Buffer.from([0x61, 0x0a, 0xc3]), 'the text is not UTF-8'],
])('refuses %s, naming the row', (_what, text, message) => {
  for (let size = 1; size <= 12; size += 1) expect(() => read(text, size)).toThrow(message);
});

test('a row without a line end is refused where the text must be whole', () => {
  const reader = new CsvReader();
  reader.readText('"a"\n"b"');

  expect(() => reader.end(true)).toThrow('the text breaks off in row 2');
});

test.each([
  ['a\n1\n', 'LF'],
  ['a\r\n1\r\n', 'CRLF'],
  ['a\n1\r\n', 'mixed'],
  ['"\r\n"\n', 'LF'],
])('tells how the lines of %j end: %s', (text, lineEnd) => {
  const reader = new CsvReader();
  reader.readText(text);

  expect(reader.lineEnd).toBe(lineEnd);
});

test('a row longer than a million characters is refused, also one of quotes, and in little time', () => {
  const startedMs = performance.now();

  expect(() => read(`a\n"${'""'.repeat(600_000)}"\n`, 65_536)).toThrow('row 2 is longer than 1000000 characters');
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

test.each([
  ['in quotes', `a,b\n"${'x\n""'.repeat(240_000)}",y\n`],
  ['without', `a,b\n${'x'.repeat(980_000)},y\n`],
])('a long cell %s in pieces of 16 bytes takes little time', (_what, text) => {
  const startedMs = performance.now();

  expect(read(text, 16).map(([first = '', second]) => [first.length, second])).toEqual([
    [1, 'b'],
    [text.startsWith('a,b\n"') ? 720_000 : 980_000, 'y'],
  ]);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

test('a row is given with the piece that ends it', () => {
  const reader = new CsvReader();

  expect(reader.readText('a\n"b')).toEqual([['a']]);
  expect(reader.readText('\n')).toEqual([]);
  expect(reader.readText('"\nc\n"')).toEqual([['b\n'], ['c']]);
  expect(reader.readText('""d"\n')).toEqual([['"d']]);
});

test('other delimiters', () => {
  expect(read('a|b\n"1|1"|2,2\n', 3, '|')).toEqual([
    ['a', 'b'],
    ['1|1', '2,2'],
  ]);
});
