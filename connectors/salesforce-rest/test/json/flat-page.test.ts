import fc from 'fast-check';
import { readFlatPage } from '#src/json/flat-page.js';
import { readQueryPage } from '#src/json/record-reader.js';

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '},{"attributes":', '"records":[', 'records', '\n'),
  }),
);
const value = fc.oneof(
  nasty,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.stringMatching(/^[A-Za-z]\w{0,8}$/) },
  { weight: 1, arbitrary: nasty },
);
const attributes = fc.constant({ type: 'Account', url: '/services/data/v64.0/sobjects/Account/001' });
const parent = fc.record({ attributes, Name: value });
const record = fc
  .record({ attributes, fields: fc.dictionary(name, fc.oneof(value, parent), { maxKeys: 4 }) })
  .map(({ attributes: own, fields }) => ({ attributes: own, ...fields }));

test('whatever records hold, a page cut at their borders is the page that was scanned', () => {
  let cut = 0;
  fc.assert(
    fc.property(fc.array(record, { maxLength: 6 }), fc.boolean(), (records, done) => {
      const next = done ? {} : { nextRecordsUrl: '/services/data/v64.0/query/01g-2' };
      const page = JSON.stringify({ totalSize: records.length, done, ...next, records });
      const flat = readFlatPage(page);

      if (flat === undefined) return;
      cut += 1;
      // White space leaves it to the scanner.
      const scanned = page.replace('"records":[', '"records" :[');
      expect(readFlatPage(scanned)).toBeUndefined();
      expect(flat).toEqual(readQueryPage(scanned));
    }),
    { numRuns: 1_000 },
  );
  expect(cut).toBeGreaterThan(300);
});

const RECORD = '{"attributes":{"type":"A","url":"/a"},"Name":"x"}';
const PAGE = `{"totalSize":2,"done":true,"records":[${RECORD},${RECORD}]}`;

test('a page cut at any byte is not taken for a page', () => {
  for (let length = 0; length < PAGE.length; length += 1) expect(readFlatPage(PAGE.slice(0, length))).toBeUndefined();
  expect(readFlatPage(PAGE)?.records).toEqual([RECORD, RECORD]);
});

test.each([
  ['with white space', PAGE.replace('"records":', '"records" : ')],
  [
    'with a list of child records',
    PAGE.replace('"Name":"x"', `"Contacts":{"totalSize":1,"done":true,"records":[${RECORD}]}`),
  ],
  ['whose list is not its last member', `${PAGE.slice(0, -1)},"more":[1]}`],
  [
    'whose records do not begin with their attributes',
    PAGE.replaceAll('{"attributes":{"type":"A","url":"/a"},"Name":"x"}', '{"Name":"x"}'),
  ],
  [
    'where a border inside a record makes up for one that is missing',
    `{"totalSize":3,"done":true,"records":[{"attributes":{"type":"A"},"X":[{"n":1},{"attributes":2}]},{"Id":"2"},${RECORD}]}`,
  ],
  ['that says neither done nor not', PAGE.replace('true', '"yes"')],
  ['whose count begins with a zero', PAGE.replace('2', '02')],
  [
    'with a parent that looks like a list',
    PAGE.replace('"Name":"x"', '"Owner":{"attributes":{"type":"User"},"totalSize":3,"done":true}'),
  ],
  ['with more, and no address of it', PAGE.replace('true', 'false')],
  ['without a count', PAGE.replace('2', '-2')],
])('a page %s is left to the scanner', (_, page) => {
  expect(readFlatPage(page)).toBeUndefined();
});

test('a list in a record is left to the scanner: a border in it would make up for one with white space', () => {
  const inner = '"X":[{"a":1},{"attributes":{"type":"B"}}]';
  const page = `{"totalSize":3,"done":true,"records":[{"attributes":{"type":"A"},"Name":"b"}, {"attributes":{"type":"A"},${inner}},{"attributes":{"type":"A"},"Name":"c"}]}`;

  expect(readFlatPage(page)).toBeUndefined();
  expect(readQueryPage(page).records.map((text) => Object.keys(JSON.parse(text) as object))).toEqual([
    ['attributes', 'Name'],
    ['attributes', 'X'],
    ['attributes', 'Name'],
  ]);
});

test.each([
  ['a comma behind its last record', PAGE.replace(']}', ',]}')],
  ['no comma between records', PAGE.replace('},{', '}{')],
  ['a leading zero', PAGE.replace('"x"', '01')],
  ['a control character in a text', PAGE.replace('"x"', '"\t"')],
  ['an escape that is none', PAGE.replace('"x"', '"\\x"')],
  ['an open text', PAGE.replace('"x"', '"x')],
])('a page with %s is none', (_, page) => {
  expect(readFlatPage(page)).toBeUndefined();
  expect(() => readQueryPage(page)).toThrow();
});

test.each([
  ['ten megabytes in one text', `"${'a€é😀'.repeat(1_000_000)}"`],
  ['a megabyte of escapes', `"${String.raw`\n`.repeat(500_000)}"`],
  ['an empty list', '[]'],
  ['deep parents', `${'{"attributes":{"type":"A"},"P":'.repeat(12)}null${'}'.repeat(12)}`],
])('a page with %s is read, by whichever way', (_, text) => {
  const page = PAGE.replace('"x"', () => text);

  expect(readQueryPage(page).records[0]).toBe(RECORD.replace('"x"', () => text));
});

test('numbers keep what they were written as', () => {
  const page = PAGE.replace('"Name":"x"', '"Amount":1.10,"Big":9007199254740993');

  expect(readFlatPage(page)?.records[0]).toContain('"Amount":1.10,"Big":9007199254740993');
});

test('a record that is more than the engine takes at once is left to the scanner', () => {
  const name = JSON.stringify('\n'.repeat(200));
  const fields = Array.from({ length: 200 }, (_, field) => `"F${field}":${name}`).join(',');
  const parents = Array.from({ length: 100 }, (_, parent) => `"P${parent}":{"attributes":{"type":"A"},${fields}}`);
  const page = `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"A"},${parents.join(',')}}]}`;

  expect(readFlatPage(page)).toBeUndefined();
  expect(readQueryPage(page).records).toHaveLength(1);
});
