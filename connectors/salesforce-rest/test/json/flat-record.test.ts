import fc from 'fast-check';
import { isKnownRecord, learnRecord } from '#src/json/flat-record.js';
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

test('whatever is written as a value, a record that is known is one that may be sent', () => {
  let known = 0;
  learnRecord(RECORD);
  fc.assert(
    fc.property(written, written, written, (name, amount, site) => {
      const text = `{"Name":${name},"Amount":${amount},"Site":${site}}`;
      if (!isKnownRecord(text)) return;
      known += 1;
      expect(isRecord(text)).toBe(true);
      expect(Object.keys(JSON.parse(text) as object)).toEqual(['Name', 'Amount', 'Site']);
    }),
    { numRuns: 3_000 },
  );
  expect(known).toBeGreaterThan(300);
});

test('a record that is cut at any character is not known', () => {
  learnRecord(RECORD);
  for (let length = 0; length < RECORD.length; length += 1) expect(isKnownRecord(RECORD.slice(0, length))).toBe(false);
  expect(isKnownRecord(RECORD)).toBe(true);
});

test.each([
  ['with another name', '{"Name":"x","Amount":1,"Place":null}'],
  ['in another order', '{"Amount":1,"Name":"x","Site":null}'],
  ['with one member more', '{"Name":"x","Amount":1,"Site":null,"Rating":1}'],
  ['with white space', '{"Name": "x","Amount":1,"Site":null}'],
  ['with a half of a surrogate pair', String.raw`{"Name":"\ud83d","Amount":1,"Site":null}`],
  ['with an object', '{"Name":{},"Amount":1,"Site":null}'],
])('a record %s is left to the check', (_, text) => {
  learnRecord(RECORD);
  expect(isKnownRecord(text)).toBe(false);
});

test('what is not flat teaches nothing', () => {
  learnRecord(RECORD);
  learnRecord('{"Name":[1]}');
  expect(isKnownRecord('{"Name":[1]}')).toBe(false);
  expect(isKnownRecord(RECORD)).toBe(true);
});

test('records of several kinds are known in turn', () => {
  for (const text of [RECORD, '{"A":1}', RECORD]) {
    learnRecord(text);
    expect(isKnownRecord(text)).toBe(true);
  }
});

test('a name inside a text is no member', () => {
  const text = String.raw`{"A":"x,\"B\":{\"C\":","D":"{"}`;
  learnRecord(text);
  expect(isKnownRecord(text)).toBe(true);
  expect(isKnownRecord('{"A":"","D":1}')).toBe(true);
});
