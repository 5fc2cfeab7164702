import fc from 'fast-check';
import { isPlainXml } from '#src/xml/checked-xml.js';
import { FieldNames } from '#src/xml/field-names.js';
import { RecordRules } from '#src/xml/record-rules.js';
import { StrictXmlReader } from '#src/xml/strict-xml.js';
import { XmlError } from '#src/xml/xml-error.js';

/** By the book; for documents also without text beside elements, and without a field twice. */
function isStrictlyXml(text: string, rules?: RecordRules): boolean {
  try {
    const reader = new StrictXmlReader(rules);
    reader.write(text);
    reader.close();
    return true;
  } catch (error) {
    if (error instanceof XmlError) return false;
    throw error;
  }
}

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** What documents are made of, and what they must not be made of. */
const PIECES = [
  '<a>',
  '</a>',
  '<b>',
  '</b>',
  '<a',
  '<b ',
  '/>',
  '>',
  '</a >',
  ' ',
  '\n',
  '\t',
  'x="1"',
  "y='2'",
  ' x="1"',
  ' x="&lt;"',
  ` ${XSI}`,
  ' xsi:nil="true"',
  ' xmlns:p="urn:p"',
  ' xmlns:q="urn:p"',
  ' p:x="1"',
  ' q:x="1"',
  ' xmlns=""',
  ' xmlns="urn:d"',
  ' xmlns:p=""',
  ' xmlns:xml="http://www.w3.org/XML/1998/namespace"',
  ' xmlns:xmlns="urn:x"',
  ' xml:lang="de"',
  ' x:y:z="1"',
  ' :x="1"',
  ' x:="1"',
  ' p:1="1"',
  '<p:a>',
  '</p:a>',
  '<xsi:a/>',
  '<xmlns:a/>',
  '<é/>',
  '<a·b/>',
  '<1a/>',
  '<-a/>',
  '<a:b/>',
  '&amp;',
  '&#65;',
  '&#x41;',
  '&#X41;',
  '&#1e3;',
  '&#0x41;',
  '&#0;',
  '&#x1F600;',
  '&#xD800;',
  '&nbsp;',
  '&',
  '&#;',
  '&#x;',
  '&amp',
  '&lt;',
  ']]>',
  '<![CDATA[',
  '<![CDATA[<]]>',
  ']]',
  '<!--',
  '-->',
  '<!-- c -->',
  '<!-- -- -->',
  '--->',
  '<!',
  '<!DOCTYPE a>',
  '<!a>',
  '<?xml version="1.0"?>',
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<?xml version="1.1"?>',
  '<?xml encoding="UTF-8"?>',
  '<?xml version="1.0" encoding="latin1"?>',
  '<?pi?>',
  '<?pi x?>',
  '<?xml-x?>',
  '<??>',
  '<?',
  '?>',
  '"',
  "'",
  '=',
  '<',
  '\u0001',
  '\u007f',
  '\ufffe',
  '\ud83d',
  '😀',
  'é',
  '\ufeff',
  '\r',
  'text',
  'a=b',
  '<Name>',
  '</Name>',
  '<Name>x',
  '<Name>x</Name>',
  '<Name>&amp;&quot;</Name>',
  '<A>',
  ' type="A"',
  ' type="B" url="/u"',
  ' xmlnsx="1"',
];
const piece = fc.constantFrom(...PIECES);
const soup = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      fc.constantFrom('a', 'Name', 'Id', 'x.y-z', 'xsi:a', 'b:c'),
      fc.array(
        fc.constantFrom(
          ' x="1"',
          ' type="A"',
          ' type="B" url="/u"',
          " y='&lt;'",
          ' xsi:nil="true"',
          ` ${XSI}`,
          ' xmlns:b="urn:b"',
          ' z = "a>b"',
        ),
        {
          maxLength: 3,
        },
      ),
      fc.array(
        fc.oneof(
          { maxDepth: 4 },
          fc.constantFrom('text', '&amp;', '&#65;', ']', '<![CDATA[<&]]>', '<!-- c -->', ' ', 'Zürich'),
          tie('element'),
        ),
        {
          maxLength: 4,
        },
      ),
    )
    .map(([name, attributes, content]) => `<${name}${attributes.join('')}>${content.join('')}</${name}>`),
}));
const rooted = element.map((inner) => `<records type="A" ${XSI}>${inner}</records>`);

/** Some with which a document is XML, and some with which it is none. */
const prolog = fc.constantFrom(...PIECES.filter((text) => /^(?:<\?|<!--|\s|\ufeff)/.test(text)));

/** A document with something put in, taken out or left off. */
const broken = fc
  .tuple(fc.oneof(element, rooted), piece, fc.nat(), fc.nat({ max: 3 }))
  .map(([text, added, at, removed]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + added + text.slice(place + removed);
  });

test.each([
  ['broken documents', broken],
  [
    'pieces of XML',
    fc
      .tuple(fc.constantFrom('', '<a>', `<a ${XSI}>`), soup, fc.constantFrom('', '</a>'))
      .map((parts) => parts.join('')),
  ],
  ['documents', fc.oneof(element, rooted)],
  ['documents with a beginning', fc.tuple(prolog, rooted).map((parts) => parts.join(''))],
])('what the scanner takes for plain of %s, the strict reader accepts', (_title, texts) => {
  let plainRecords = 0;
  fc.assert(
    fc.property(texts, (text) => {
      if (!isPlainXml(text)) return;
      expect(isStrictlyXml(text)).toBe(true);
      if (!isPlainXml(text, new FieldNames())) return;
      plainRecords += 1;
      expect(isStrictlyXml(text, new RecordRules())).toBe(true);
    }),
    { numRuns: 60_000 },
  );
  expect(plainRecords).toBeGreaterThan(200);
});

test.each([
  ['a record', '<records type="Account"><Name>Zürich &amp; Söhne 😀</Name><Phone/></records>'],
  ['a null', `<?xml version="1.0" encoding="UTF-8"?>\n<records ${XSI}><Name xsi:nil="true"/></records>\n`],
  ['CDATA and a comment in a field', '<r><A><!-- c --><![CDATA[<&]]></A></r>'],
  ['space between elements', '<r>\n <A>x</A> <B/>\t<C> <D/> </C>\r\n</r>'],
])('%s is plain', (_title, text) => {
  expect(isPlainXml(text)).toBe(true);
});

test.each([
  ['another letter in a name', '<Größe/>'],
  ['a prefix that an inner element declares', '<r><a xmlns:p="urn:p" p:x="1"/></r>'],
  ['a comment between elements', '<r><A/><!-- c --></r>'],
  ['two prefixes for one namespace', '<r xmlns:p="urn:p" xmlns:q="urn:p" p:x="1"/>'],
])('%s is for the strict reader to judge', (_title, text) => {
  expect(isPlainXml(text)).toBe(false);
  expect(isStrictlyXml(text)).toBe(true);
});

test.each([
  ['another prefix before its name', `<p:records ${XSI}/>`],
  ['one attribute more', `<records ${XSI} p:x="1"/>`],
  ['a prefix inside that it does not declare', `<records ${XSI}><Name p:nil="true"/></records>`],
  ['a slash and no end', `<records ${XSI}/`],
  ['no declaration', '<records><Name xsi:nil="true"/></records>'],
])('after a root with a namespace, one with %s is looked at anew', (_title, text) => {
  expect(isPlainXml(`<records ${XSI}><Name xsi:nil="true"/></records>`)).toBe(true);
  expect(isPlainXml(text)).toBe(false);
});
