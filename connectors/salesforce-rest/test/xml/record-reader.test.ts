import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { completeRecord, readQueryPage } from '#src/xml/record-reader.js';
import { parseXml } from '#src/xml/xml-tree.js';

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

function page(
  records: string,
  rest = '<totalSize>1</totalSize>',
  first = '<done>true</done>',
  root = `QueryResult ${XSI}`,
): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${root}>${first}${records}${rest}</${root.split(' ', 1)[0]}>`;
}

/** What the scanner does not look into: the XML declaration. */
const PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'.length;

describe('a page', () => {
  test('is cut into its records, each with the namespaces of the page', () => {
    const record = '<records type="Account" url="/a"><Name>A</Name><Phone xsi:nil="true"/></records>';

    const { records, done, totalSize } = readQueryPage(page(record));

    expect(records).toEqual([
      `<records ${XSI} type="Account" url="/a"><Name>A</Name><Phone xsi:nil="true"/></records>`,
    ]);
    expect({ done, totalSize }).toEqual({ done: true, totalSize: 1 });
  });

  test('gives its cursor unescaped', () => {
    const text = page(
      '<records/>',
      '<totalSize>9</totalSize>',
      '<done>false</done>\n<nextRecordsUrl> /q?a=1&amp;b=2 </nextRecordsUrl>',
    );

    expect(readQueryPage(text)).toMatchObject({
      done: false,
      nextRecordsUrl: '/q?a=1&b=2',
      records: [`<records ${XSI}/>`],
    });
  });

  test('takes no declaration out of the value of another attribute, nor a pattern out of any', () => {
    const root = `QueryResult a='xmlns:(x+x+)+y="1"' xmlns:b="urn:b"`;
    const records = `<records xmlns:z="q" b=" xmlns:${'x'.repeat(200)}"/><records b=' xmlns:b="1"' xmlns:c="c"/>`;

    const result = readQueryPage(page(records, '<totalSize>2</totalSize>', '<done>true</done>', root));

    expect(result.records).toEqual([
      `<records xmlns:b="urn:b" ${XSI} xmlns:z="q" b=" xmlns:${'x'.repeat(200)}"/>`,
      `<records xmlns:b="urn:b" ${XSI} b=' xmlns:b="1"' xmlns:c="c"/>`,
    ]);
  });

  test('with a long start tag is read in a time that grows with its length', () => {
    const root = `QueryResult a="${'xmlns:'.repeat(100_000)}"`;
    const startedAt = performance.now();

    readQueryPage(page('<records/>', '<totalSize>1</totalSize>', '<done>true</done>', root));

    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test.each(['toString', 'constructor', '__proto__', 'valueOf'])('refuses &%s; as an unknown entity', (name) => {
    expect(() => readQueryPage(page(`<records><Id>&${name};</Id></records>`))).toThrow(
      /unknown entity|begins no reference/,
    );
  });

  test('hands on other namespaces of its root, but not those that a record declares itself', () => {
    const { records } = readQueryPage(
      page(
        '<records xmlns:b="urn:own"><b:X/></records><records/>',
        '<totalSize>2</totalSize>',
        '<done>true</done>',
        'QueryResult xmlns:b="urn:b"',
      ),
    );

    expect(records).toEqual([
      `<records ${XSI} xmlns:b="urn:own"><b:X/></records>`,
      `<records xmlns:b="urn:b" ${XSI}/>`,
    ]);
  });

  test('hands on a default namespace of its root', () => {
    const { records } = readQueryPage(
      page(
        '<records xmlns="urn:own"/><records a="1" xmlns="urn:own"/><records type="A"/>',
        '<totalSize>3</totalSize>',
        '<done>true</done>',
        'QueryResult xmlns="urn:d"',
      ),
    );

    expect(records).toEqual([
      `<records ${XSI} xmlns="urn:own"/>`,
      `<records ${XSI} a="1" xmlns="urn:own"/>`,
      `<records xmlns="urn:d" ${XSI} type="A"/>`,
    ]);
  });

  test('is not misled by tags in comments, CDATA sections and attributes', () => {
    const inside = '<!-- </records> --><N><![CDATA[</records>]]></N><M a="</records>" b=\'>\'/>'.replace(
      'a="</records>"',
      'a="/records>"',
    );

    expect(readQueryPage(page(`<records>${inside}</records>`)).records).toEqual([
      `<records ${XSI}>${inside}</records>`,
    ]);
  });

  test.each([
    ['a DOCTYPE', `<!DOCTYPE x [<!ENTITY a "b">]>${page('<records/>')}`],
    ['an unknown entity', page('<records><N>&bomb;</N></records>')],
    ['a lone ampersand', page('<records><N>a & b</N></records>')],
    ['a reference to no character', page('<records><N>&#0;</N></records>')],
    ['a control character', page('<records><N>\u0001</N></records>')],
    ['tags that do not balance', page('<records><N></M></records>')],
    ['a second root', `${page('<records/>')}<x/>`],
    ['text behind the root', `${page('<records/>')}x`],
    ['a doubled attribute', page('<records a="1" a="2"/>')],
    ['a prefix that nobody declared', page('<records><q:N>1</q:N></records>')],
    ['a name that XML does not know', page('<records><N×>1</N×></records>')],
    [
      'an attribute twice by its namespace',
      page('<records xmlns:a="urn:a" xmlns:b="urn:a"><N a:x="1" b:x="2"/></records>'),
    ],
    ['another version of XML', page('<records/>').replace('version="1.0"', 'version="1.1"')],
    ['a book of namespaces', page('<records/>', undefined, undefined, `QueryResult xmlns:a="${'a'.repeat(5_000)}"`)],
    ['"]]>" in text', page('<records><N>]]></N></records>')],
    ['more without a cursor', page('<records/>', '<totalSize>9</totalSize>', '<done>false</done>')],
    ['an empty cursor', page('<records/>', '<totalSize>9</totalSize>', '<done>false</done><nextRecordsUrl/>')],
    ['no done', page('<records/>', '<totalSize>1</totalSize>', '')],
    ['no totalSize', page('<records/>', '')],
    [
      'a list of child records that is short',
      page('<records><C><done>true</done><records/><totalSize>2</totalSize></C></records>'),
    ],
    [
      'a list of child records that goes on nowhere',
      page('<records><C><done>false</done><records/><totalSize>2</totalSize></C></records>'),
    ],
  ])('with %s is refused', (_what, text) => {
    expect(() => readQueryPage(text)).toThrow(expect.objectContaining({ name: 'XmlError' }));
  });

  test('cut at any character is refused', () => {
    const text = page(
      '<records type="A"><N>&amp;<![CDATA[x]]></N><!-- c --><C><done>true</done><records/><totalSize>1</totalSize></C></records>',
    );

    for (let length = 0; length < text.length; length += 1)
      expect(() => readQueryPage(text.slice(0, length))).toThrow();
  });
});

describe('a list of child records that goes on elsewhere', () => {
  const child = (name: string) => `<records type="Contact"><Name>${name}</Name></records>`;
  const record = `<records type="Account"><Contacts>\n<done>false</done><nextRecordsUrl>/next</nextRecordsUrl>${child('a')}<totalSize>3</totalSize></Contacts><Name>A</Name></records>`;

  test('is told with its record', () => {
    expect(readQueryPage(page(record)).openLists.get(0)).toEqual([
      expect.objectContaining({ nextRecordsUrl: '/next', count: 1, totalSize: 3 }),
    ]);
  });

  test('is completed in place, in order, and then says so', () => {
    const { records, openLists, namespaces } = readQueryPage(page(`<records/>${record}`, '<totalSize>2</totalSize>'));
    const next = readQueryPage(page(child('b') + child('c'), '<totalSize>3</totalSize>'));

    const whole = completeRecord(records[1] ?? '', namespaces, openLists.get(1) ?? [], [[next]]);

    expect(whole).toBe(
      `<records ${XSI} type="Account"><Contacts>\n<done>true</done>${child('a')}${child('b')}${child('c')}<totalSize>3</totalSize></Contacts><Name>A</Name></records>`,
    );
  });
});

describe('against the strict reader', () => {
  const name = fc.constantFrom('Name', 'Id', 'done_', 'Owner', 'records', 'Réf', 'a.b-c');
  const text = fc.constantFrom(
    '',
    'x',
    ' ',
    '&amp;',
    '&#xE9;',
    '<![CDATA[</records>&]]>',
    '<!-- <records> - -->',
    '<?pi <?>',
    'ü€😀',
    '>',
    '"',
  );
  const attributes = fc.constantFrom(
    '',
    ' a="1"',
    ' type="A" url="/u"',
    " a='<'".replace('<', '&lt;'),
    ' a="x>y/"',
    ' \n a = "1" b="2" ',
    ' xmlns:p="urn:p"',
  );
  const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
    content: fc
      .array(fc.oneof({ depthSize: 'small' }, text, tie('element')), { maxLength: 4 })
      .map((parts) => parts.join('')),
    element: fc
      .tuple(name, attributes, tie('content'))
      .map(([tag, more, inside]) => (inside === '' ? `<${tag}${more}/>` : `<${tag}${more}>${inside}</${tag}>`)),
  }));
  // Nested elements called "records" would be lists of child records without a count.
  const record = element.map((inside) => `<records>${inside.replaceAll('records', 'Records')}</records>`);

  test('the records are the same', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        const whole = page(records.join('\n'), `<totalSize>${records.length}</totalSize>`);

        expect(strictRecords(whole)).toEqual(records);
        expect(readQueryPage(whole).records).toEqual(records.map((cut) => cut.replace('<records', `<records ${XSI}`)));
        for (const cut of readQueryPage(whole).records) expect(() => parseXml(cut)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  test('what is damaged is refused by both, or by neither', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.constantFrom('', '<', '>', '&', '"', '/', '</records>', ']]>', '<!--', '<a>', '<Name>', '=', '<![CDATA['),
    );
    fc.assert(
      fc.property(record, damage, (one, [at, what]) => {
        const whole = Array.from(page(one));
        const place = PROLOG + (at % (whole.length - PROLOG));
        const damaged = whole.toSpliced(place, what === '' ? 1 : 0, what).join('');
        let records: readonly string[] | undefined;
        try {
          records = readQueryPage(damaged).records;
        } catch {
          return;
        }
        expect(strictRecords(damaged)).toHaveLength(records.length);
      }),
      { numRuns: 5_000 },
    );
  });
});

/** The texts of the records by the strict reader's positions. Throws what it throws. */
function strictRecords(text: string): string[] {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  let tagStart = 0;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentagstart', (tag) => {
    tagStart = text.lastIndexOf(`<${tag.name}`, parser.position - 1);
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth === 2 && tag.name === 'records') from = tagStart;
  });
  parser.on('closetag', (tag) => {
    if (depth === 2 && tag.name === 'records') found.push(text.slice(from, parser.position));
    depth -= 1;
  });
  parser.write(text).close();
  return found;
}
