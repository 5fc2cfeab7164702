import fc from 'fast-check';
import { FlatRecords } from '#src/json/flat-records.js';
import { JsonError } from '#src/json/json-error.js';
import { RecordCheck } from '#src/json/record-check.js';

const RECORD = '{"Name":"x","Amount":1.5,"Site":null}';

/** By the check that looks at every value. */
function isRecord(text: string): boolean {
  try {
    return new RecordCheck(text).step(text.length + 1);
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
}

/** Of values, and of what is none. */
const PIECES = [
  '"',
  '\\',
  '\\"',
  '\\u0041',
  '\\ud800',
  '\\x',
  '\n',
  '\t',
  ' ',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  'null',
  'true',
  '01',
  '-',
  '1',
  '.5',
  'e9',
  ',"Name":',
  ',"Other":',
  'é',
  '\u{1F680}',
];
const written = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.constantFrom('null', 'true', 'false', '""'),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join('')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`),
);

test('whatever is written as names and values, a record that is flat is one that may be sent', () => {
  const name = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('"Name"', '"Amount"', '"Site"', '"Rating"') },
    { weight: 1, arbitrary: written },
  );
  let flat = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(name, written), { minLength: 1, maxLength: 4 }), (members) => {
      const text = `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`;
      const records = new FlatRecords();
      records.isRecord(RECORD);
      if (!records.isRecord(text)) return;
      flat += 1;
      expect(isRecord(text)).toBe(true);
      expect(() => JSON.parse(text)).not.toThrow();
    }),
    { numRuns: 5_000 },
  );
  expect(flat).toBeGreaterThan(300);
});

test('a record that is cut at any character is not flat', () => {
  for (const known of ['{"Name":""}', RECORD]) {
    const records = new FlatRecords();
    expect(records.isRecord(known)).toBe(true);
    for (let length = 0; length < RECORD.length; length += 1)
      expect(records.isRecord(RECORD.slice(0, length))).toBe(false);
  }
});

test.each([
  ['with a name that stands twice', '{"Name":"x","Amount":1,"Name":null}'],
  ['with one that stands twice at the end', '{"Name":"x","Amount":1.5,"Site":null,"Site":null}'],
  ['with one that stands twice at the beginning', '{"Name":"x","Name":"x","Amount":1.5,"Site":null}'],
  ['with one that stands twice in another case', '{"Name":"x","Amount":1,"NAME":null}'],
  ['with white space', '{"Name": "x","Amount":1,"Site":null}'],
  ['with a half of a surrogate pair', String.raw`{"Name":"\ud83d","Amount":1,"Site":null}`],
  ['with an object', '{"Name":{},"Amount":1,"Site":null}'],
  ['with something behind it', `${RECORD}x`],
  ['with a comma at its end', '{"Name":"x","Amount":1,}'],
  ['without a comma between two', '{"Name":"x""Amount":1}'],
  ['that begins with a comma', ',"Name":"x"}'],
  ['without members', '{}'],
])('a record %s is left to the check', (_, text) => {
  // Also where the record before it had these names.
  for (const before of [RECORD, '{"Other":1}', '']) {
    const records = new FlatRecords();
    records.isRecord(before);
    expect(records.isRecord(text)).toBe(false);
  }
});

test('records are flat whichever of the names they have', () => {
  const some = [
    '{"Name":1}',
    '{"Amount":1,"Site":2,"Z":3}',
    '{"Site":1}',
    '{"Name":1,"B":2,"Site":3}',
    '{"B":1,"Z":2}',
  ];
  const records = new FlatRecords();
  for (const text of [RECORD, ...some, RECORD]) expect(records.isRecord(text)).toBe(true);
});

test('names may come in another order', () => {
  const turned = '{"Site":null,"Name":"x"}';
  const records = new FlatRecords();
  expect(records.isRecord(RECORD)).toBe(true);
  expect(records.isRecord(turned)).toBe(false);
  expect(records.isRecord(turned)).toBe(true);
});

test('a name inside a text is no member', () => {
  const records = new FlatRecords();
  expect(records.isRecord(String.raw`{"A":"x,\"B\":{\"C\":","D":"{"}`)).toBe(true);
  expect(records.isRecord('{"A":"","D":1}')).toBe(true);
});

test('where records have ever other names some are left out, and then they are taken up again', () => {
  const records = new FlatRecords();
  const own = (index: number) => `{"Field${index}_a":1,"Field${index}_b":2}`;
  const taken: boolean[] = [];
  const areNew: boolean[] = [];
  for (let index = 0; index < 12_000; index += 1) {
    areNew.push(records.isNew);
    taken.push(records.isRecord(own(index)));
  }

  expect(taken.slice(0, 10)).not.toContain(false);
  expect(taken.slice(10, 10_009)).not.toContain(true);
  // No turn is taken for a pattern that is not made.
  expect(areNew.slice(11, 10_009)).not.toContain(true);
  expect(taken.slice(10_009, 10_019)).not.toContain(false);
});

test('names that change now and then leave no record out', () => {
  const records = new FlatRecords();
  for (let source = 0; source < 30; source += 1)
    for (let count = 0; count < 1_200; count += 1)
      expect(records.isRecord(`{"Name":"x","Field${source}":${count}}`)).toBe(true);
});

test('says when the pattern of the names is to be made first', () => {
  const records = new FlatRecords();
  const seen = [RECORD, RECORD, RECORD, '{"Other":1}', RECORD].map((text) => [records.isNew, records.isRecord(text)]);

  expect(seen).toEqual([
    [false, true],
    [true, true],
    [false, true],
    [false, true],
    [true, true],
  ]);
});
