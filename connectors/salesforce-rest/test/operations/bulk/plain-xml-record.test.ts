import fc from 'fast-check';
import { type IngestRecord, readXmlRecord } from '#src/operations/bulk/ingest-record.js';
import { readPlainXmlRecord } from '#src/operations/bulk/plain-xml-record.js';

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

const listed = ({ objectType, fields }: IngestRecord) => ({ objectType, fields: [...fields] });

test.each([
  [
    'fields, empty, null and nested',
    `<records ${XSI} type="Account"><Name>A &amp; B</Name><Phone/><Fax xsi:nil="true"/><Owner type="User"><Ext__c> 1 </Ext__c></Owner></records>`,
  ],
  ['parents of a type, and of none', '<r><Who type="Lead"><A/><B/></Who><Owner><A/></Owner><C type="Lead"/></r>'],
  ['comments and CDATA in a value', '<r><A>1<!-- - -->2<![CDATA[<3]]></A>\n  <B>\n</B></r>'],
  ['a root without anything', '<r type="Lead"/>'],
  ['namespaces called nil and type', '<r xmlns:nil="1" xmlns:type="Lead"><A>1</A></r>'],
  ['a declaration before it', '<?xml version="1.0" encoding="UTF-8"?>\n<r><A>é</A></r>'],
])('reads %s as the strict reader does', (_what, text) => {
  const plain = readPlainXmlRecord(text);

  expect(plain && listed(plain)).toEqual(listed(readXmlRecord(text)));
});

test.each([
  ['a carriage return, which stands for a line end', '<r><A>1\r\n2</A></r>'],
  ['text beside elements', '<r>x<A/></r>'],
  ['a no-break space beside elements, which is text', '<r>\u00a0<A>1</A></r>'],
  ['text in the root alone', '<r>x</r>'],
  ['a field twice', '<r><A/><A/></r>'],
  ['a parent twice', '<r><A><B/></A><a><C/></a></r>'],
  ['a parent after a field of its name', '<r><A>1</A><A><C/></A></r>'],
  ['a parent before a field of its name', '<r><A><C/></A><A>1</A></r>'],
  ['levels that a row does not have', '<r><A><B><C/></B></A></r>'],
  ['names with a prefix', '<r xmlns:a="u"><a:B/></r>'],
  ['other attributes', `<r note=' type="x"'><A/></r>`],
  ['nil by two prefixes', '<r xmlns:a="u" xmlns:b="v"><A a:nil="false" b:nil="true">x</A></r>'],
  ['a prefix that nobody declared', '<r><A xsi:nil="true"/></r>'],
  ['no XML', '<r><A></r>'],
])('leaves %s to the strict reader', (_what, text) => {
  expect(readPlainXmlRecord(text)).toBeUndefined();
});

test('refuses a no-break space beside elements, as any text', () => {
  expect(() => readXmlRecord('<r>\u00a0<A>1</A></r>')).toThrow('text stands beside elements in r');
  expect(readXmlRecord('<r>\r\n\t <A>1</A></r>').fields.get('A')).toBe('1');
});

const piece = fc.constantFrom(
  'text',
  '&lt;',
  '<![CDATA[&]]>',
  '<!-- c -->',
  ' ',
  '\n',
  'é',
  ']]>',
  '\u0001',
  '\r',
  'a>b',
);
const content = fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join(''));
const name = fc.constantFrom('Name', 'Phone', 'Owner', 'Ext__c', 'x:y', 'Ü');
const attributes = fc
  .array(
    fc.constantFrom(' type="A"', ' type="A.b"', ' xsi:nil="true"', ' xsi:nil="0"', ' note="x"', ` ${XSI}`, " type='B'"),
    { maxLength: 2 },
  )
  .map((all) => all.join(''));
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      name,
      attributes,
      fc.oneof(
        { maxDepth: 3 },
        content,
        fc.array(fc.oneof(tie('element'), content), { maxLength: 3 }).map((all) => all.join('')),
      ),
    )
    .map(([tag, said, inside]) => (inside === '' ? `<${tag}${said}/>` : `<${tag}${said}>${inside}</${tag}>`)),
}));

test('says of any document what the strict reader says, or nothing', () => {
  let plain = 0;
  const document = fc
    .tuple(attributes, fc.array(element, { maxLength: 4 }))
    .map(([said, inside]) => `<records ${XSI}${said}>${inside.join('')}</records>`);
  fc.assert(
    fc.property(document, (text) => {
      const record = readPlainXmlRecord(text);
      if (record === undefined) return;
      plain += 1;
      expect(listed(record)).toEqual(listed(readXmlRecord(text)));
    }),
    { numRuns: 20_000 },
  );

  expect(plain).toBeGreaterThan(500);
});
