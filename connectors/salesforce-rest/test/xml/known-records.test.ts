import fc from 'fast-check';
import { isPlainXml } from '#src/xml/checked-xml.js';
import { FieldNames } from '#src/xml/field-names.js';
import { KnownRecords } from '#src/xml/known-records.js';

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const HEAD = `<?xml version="1.0"?>\n<records type="Account" ${XSI}>`;
const END = '</records>';
const RECORD = `${HEAD}<Name>x</Name>\n  <Site xsi:nil="true"/>${END}`;

let records: KnownRecords;
beforeEach(() => {
  records = new KnownRecords();
});

/** As the check of any document does. */
function learn(text: string): void {
  const fields = new FieldNames();
  expect(isPlainXml(text, fields)).toBe(true);
  records.learn(text, fields);
}

const PIECES = [
  '<Name>',
  '</Name>',
  '<Site/>',
  '<Site xsi:nil="true"/>',
  '<Name>x</Name>',
  '<Site>x</Site>',
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
  learn(RECORD);
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
      if (!records.isRecord(text)) return;
      known += 1;
      expect(isPlainXml(text, new FieldNames())).toBe(true);
    }),
    { numRuns: 5_000 },
  );
  expect(known).toBeGreaterThan(300);
});

test('a record that is cut at any character is not known', () => {
  learn(RECORD);
  for (let length = 0; length < RECORD.length; length += 1)
    expect(records.isRecord(RECORD.slice(0, length))).toBe(false);
  expect(records.isRecord(RECORD)).toBe(true);
});

test.each([
  ['of another root', RECORD.replace('"Account"', '"Contact"')],
  ['with text beside fields', RECORD.replace('</Name>', '</Name>x')],
  ['with a record inside', RECORD.replace('x', '<Name>x</Name>')],
  ['with an unknown reference', RECORD.replace('x', '&nbsp;')],
  ['with a character that XML cannot hold', RECORD.replace('x', '\u0001')],
  ['with something behind it', `${RECORD}x`],
  ['with a field twice', RECORD.replace('<Site', '<Name>y</Name><Site')],
  ['with a field twice, apart', RECORD.replace(END, `<Name>y</Name>${END}`)],
  ['with a field twice in another case', RECORD.replace('<Site', '<NAME>y</NAME><Site')],
  ['with a field that is nil and is not', RECORD.replace(END, `<Site>y</Site>${END}`)],
  ['with a field that none had', RECORD.replace('<Site', '<Phone>1</Phone><Site')],
])('a record %s is left to the check', (_, text) => {
  learn(RECORD);
  expect(records.isRecord(text)).toBe(false);
});

test('white space may stand around fields, and behind the root', () => {
  learn(RECORD);
  expect(records.isRecord(`${RECORD.replace(END, `\n${END}`)}\n`)).toBe(true);
});

test('nil is known only where its prefix is declared', () => {
  const root = '<records type="Account">';
  learn(`${root}<Name>x</Name>${END}`);
  expect(records.isRecord(`${root}<Name>y</Name>${END}`)).toBe(true);
  expect(records.isRecord(`${root}<Name xsi:nil="true"/>${END}`)).toBe(false);
});

test('records that lack some fields are known, and those with others once their names were learnt', () => {
  learn(RECORD);
  const fax = RECORD.replace('<Name>', '<Fax>1</Fax><Name>');
  expect(records.isRecord(`${HEAD}<Name>y</Name>${END}`)).toBe(true);
  expect(records.isRecord(`${HEAD}${END}`)).toBe(true);
  expect(records.isRecord(fax)).toBe(false);
  learn(fax);
  expect(records.isRecord(fax)).toBe(true);
  expect(records.isRecord(RECORD)).toBe(true);
});

test('records with others inside are left to the check, and are not held against those without', () => {
  learn(RECORD);
  for (let count = 0; count < 50; count += 1) learn(`${HEAD}<Owner><Key${count}>1</Key${count}></Owner>${END}`);
  const fax = RECORD.replace('<Name>', '<Fax>1</Fax><Name>');
  learn(fax);
  expect(records.isRecord(fax)).toBe(true);
});

test.each([
  ['in another order', `${HEAD}<Site>y</Site><Name>x</Name>${END}`],
  ['in another case', `${HEAD}<name>x</name>${END}`],
])('fields %s are not known beside those before them', (_, text) => {
  learn(RECORD);
  learn(text);
  expect(records.isRecord(text)).toBe(false);
  expect(records.isRecord(RECORD)).toBe(false);
});

test('a record that the pattern does not take makes nobody forget the names', () => {
  learn(RECORD);
  for (let count = 0; count < 50; count += 1) learn(RECORD.replace('>x<', '><![CDATA[x]]><'));
  expect(records.isRecord(RECORD)).toBe(true);
});

test('a record with a parent behind a hundred fields takes no longer for their white space', () => {
  const fields = Array.from({ length: 99 }, (_, index) => `${' '.repeat(99)}<Field_${index}>x</Field_${index}>`).join(
    '',
  );
  learn(`${HEAD}${fields}${END}`);
  const nested = `${HEAD}${fields}<Owner><Key>1</Key></Owner>${END}`;
  const startedAt = performance.now();
  for (let count = 0; count < 100; count += 1) expect(records.isRecord(nested)).toBe(false);
  // With every name tried again at every field it is two seconds.
  expect(performance.now() - startedAt).toBeLessThan(300);
});
