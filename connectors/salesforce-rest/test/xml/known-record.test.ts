import fc from 'fast-check';
import { isPlainXml } from '#src/xml/checked-xml.js';
import { isKnownRecord, learnRecord } from '#src/xml/known-record.js';

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const HEAD = `<?xml version="1.0"?>\n<records type="Account" ${XSI}>`;
const END = '</records>';
const RECORD = `${HEAD}<Name>x</Name>\n  <Site xsi:nil="true"/>${END}`;

const PIECES = [
  '<Name>',
  '</Name>',
  '<Site/>',
  '<Site xsi:nil="true"/>',
  '<Name>x</Name>',
  '<a:Name>x</a:Name>',
  '<é>x</é>',
  '<Name ',
  '</Site>',
  END,
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?x',
  '?>',
  '&amp;',
  '&lt;',
  '&',
  '&nbsp;',
  '&#0;',
  ']',
  '>',
  ' ',
  '\n',
  'x',
  '\0',
  '\ud800',
  '\u{1F680}',
  '\ufffe',
];

test('whatever stands in it, a record that is known is XML that may be sent', () => {
  let known = 0;
  learnRecord(RECORD);
  const content = fc.array(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...PIECES) },
      {
        weight: 3,
        arbitrary: fc
          .array(fc.constantFrom(...PIECES), { maxLength: 3 })
          .map((pieces) => `<Name>${pieces.join('')}</Name>`),
      },
    ),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(content, (pieces) => {
      const text = `${HEAD}${pieces.join('')}${END}`;
      if (!isKnownRecord(text)) return;
      known += 1;
      expect(isPlainXml(text)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
  expect(known).toBeGreaterThan(300);
});

test('a record that is cut at any character is not known', () => {
  learnRecord(RECORD);
  for (let length = 0; length < RECORD.length; length += 1) expect(isKnownRecord(RECORD.slice(0, length))).toBe(false);
  expect(isKnownRecord(RECORD)).toBe(true);
});

test.each([
  ['of another root', RECORD.replace('"Account"', '"Contact"')],
  ['with text beside fields', RECORD.replace('</Name>', '</Name>x')],
  ['with a record inside', RECORD.replace('x', '<Name>x</Name>')],
  ['with an unknown reference', RECORD.replace('x', '&nbsp;')],
  ['with a character that XML cannot hold', RECORD.replace('x', '\u0001')],
  ['with something behind it', `${RECORD}x`],
])('a record %s is left to the check', (_, text) => {
  learnRecord(RECORD);
  expect(isKnownRecord(text)).toBe(false);
});

test('white space may stand around fields, and behind the root', () => {
  learnRecord(RECORD);
  expect(isKnownRecord(`${RECORD.replace(END, `\n${END}`)}\n`)).toBe(true);
});

test('nil is known only where its prefix is declared', () => {
  const root = '<records type="Account">';
  learnRecord(`${root}<Name>x</Name>${END}`);
  expect(isKnownRecord(`${root}<Name>y</Name>${END}`)).toBe(true);
  expect(isKnownRecord(`${root}<Name xsi:nil="true"/>${END}`)).toBe(false);
});
