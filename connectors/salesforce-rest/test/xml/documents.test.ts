import type { Body } from '@connector-runtime/core';
import { readBatchResults } from '#src/xml/batch-reader.js';
import { checkXml, checkXmlInSteps, checkXmlText } from '#src/xml/checked-xml.js';
import { splitId } from '#src/xml/record-id.js';
import { END, XmlScanner } from '#src/xml/xml-scanner.js';
import { escapeXml, unescapeXml } from '#src/xml/xml-text.js';

/** A body that comes byte by byte. */
function bodyOf(text: string): Body {
  const bytes = Buffer.from(text);
  return {
    mediaType: 'application/xml',
    repeatable: true,
    async *open() {
      for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
    },
  } as unknown as Body;
}

describe('a document', () => {
  test.each([
    ['is cut off', '<a><b></a>'],
    ['has a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['has an entity of its own', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['uses an unknown entity', '<a>&nbsp;</a>'],
    ['names another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
    ['is XML 1.1', '<?xml version="1.1"?><a/>'],
    ['uses a prefix that is not declared', '<a x:nil="true"/>'],
    ['is empty', ''],
    ['is no XML', 'hello'],
    ['is nested too deep', `${'<a>'.repeat(300)}${'</a>'.repeat(300)}`],
    ['has too many attributes', `<a ${Array.from({ length: 100 }, (_unused, i) => `a${i}="1"`).join(' ')}/>`],
    ['has a name that is too long', `<${'a'.repeat(600)}/>`],
    ['holds a control character', '<a>\u0001</a>'],
  ])('that %s is refused', (_what, text) => {
    expect(() => checkXmlText(text)).toThrow(expect.objectContaining({ name: 'XmlError' }));
  });

  test('that is large is checked in steps, between which others have their turn', async () => {
    let turns = 0;
    let isOver = false;
    const others = async () => {
      for (; !isOver; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    void others();

    await checkXmlInSteps(`<a>${'<records>€😀</records>\r\n'.repeat(300_000)}</a>`, new AbortController().signal);
    isOver = true;

    expect(turns).toBeGreaterThan(20);
  });

  test.each([
    '<r>junk<Name>W</Name></r>',
    '<r><Name>W</Name>junk</r>',
    '<r><A/>junk<B/></r>',
    '<r><Owner>\n<Name>W</Name>.</Owner></r>',
    '<r><Description>Hello <b>you</b></Description></r>',
    '<r><A/><![CDATA[junk]]></r>',
    '<r><A/>&#65;</r>',
    '<r><A/><!-- c -->junk<!-- c --></r>',
    '<r><A/>\u00a0</r>',
  ])('with text beside elements is refused, which the service would drop: %s', async (text) => {
    const { signal } = new AbortController();
    const body = bodyOf(text);

    await expect((async () => checkXmlInSteps(text, signal))()).rejects.toThrow(/^text stands beside elements in \w+:/);
    await expect(checkXml(body, signal)).rejects.toThrow(/^text stands beside elements in \w+:/);
    expect(() => checkXmlText(text)).not.toThrow();
  });

  test.each([
    '<r> <A>x</A>\r\n\t<B/> </r>',
    '<r><!-- c -->\n<A>x<!-- c -->y</A></r>',
    '<r>text</r>',
    '<r><?pi x?><A/></r>',
  ])('with space between elements alone is taken: %s', async (text) => {
    const { signal } = new AbortController();

    await expect((async () => checkXmlInSteps(text, signal))()).resolves.toBeUndefined();
    await expect(checkXml(bodyOf(text), signal)).resolves.toBeUndefined();
  });

  test.each([
    ['<r><Name>a</Name><Name>b</Name></r>', 'Name stands twice in r'],
    ['<r><Id/><iD>2</iD></r>', 'iD stands twice in r'],
    ['<r><ID>1</ID><A/><s:Id xmlns:s="u" /></r>', 'Id stands twice in r'],
    ['<r><Id><a/></Id><Id>6</Id></r>', 'Id stands twice in r'],
    ['<r><Name>a</Name><A/><NAME xsi:nil="true" xmlns:xsi="u"/></r>', 'NAME stands twice in r'],
    ['<r xmlns:s="u"><s:Name>a</s:Name><Name>a</Name></r>', 'Name stands twice in r'],
    ['<r><Owner><Key__c>1</Key__c></Owner><A/><Owner/></r>', 'Owner stands twice in r'],
    ['<r><Owner><Key__c>1</Key__c><Key__c>1</Key__c></Owner></r>', 'Key__c stands twice in Owner'],
    ['<r><records><A/></records><records><A/><B/><A/></records></r>', 'A stands twice in records'],
    [`<r><A>${'x'.repeat(1_100_000)}</A><B/><A/></r>`, 'A stands twice in r'],
  ])('with a field twice is refused, of which the service would take one: %.60s', async (text, message) => {
    const { signal } = new AbortController();

    await expect((async () => checkXmlInSteps(text, signal))()).rejects.toThrow(message);
    await expect(checkXml(bodyOf(text), signal)).rejects.toThrow(message);
    expect(() => checkXmlText(text)).not.toThrow();
  });

  test.each([
    '<r><Name>a</Name><Owner><Name>b</Name></Owner><Parent><Name>c</Name></Parent></r>',
    '<r><Contacts><records><Name>a</Name></records><records><Name>b</Name></records></Contacts><Name>c</Name></r>',
    '<r><A><!-- <A/> --></A><B><![CDATA[<B/>]]></B></r>',
    '<Name><Name>a</Name></Name>',
  ])('with one name in several records is taken: %s', async (text) => {
    const { signal } = new AbortController();

    await expect((async () => checkXmlInSteps(text, signal))()).resolves.toBeUndefined();
    await expect(checkXml(bodyOf(text), signal)).resolves.toBeUndefined();
  });

  test('that is large and damaged at its end is refused all the same', async () => {
    const { signal } = new AbortController();

    await expect(checkXmlInSteps(`<a>${'x'.repeat(2_000_000)}</b>`, signal)).rejects.toThrow('unexpected close tag');
    await expect(checkXmlInSteps(`<a>${'x'.repeat(2_000_000)}`, signal)).rejects.toThrow('unclosed tag');
  });

  test('that is large is checked no further after an abort', async () => {
    const leaving = new AbortController();
    const checked = checkXmlInSteps(`<a>${'x'.repeat(2_000_000)}</b>`, leaving.signal);
    leaving.abort(new Error('left'));

    await expect(checked).rejects.toThrow('left');
  });

  test('that holds half of a surrogate pair is refused', async () => {
    const text = '<records><Owner>a\ud83d</Owner></records>';

    await expect(checkXmlInSteps(text, new AbortController().signal)).rejects.toThrow('half of a surrogate pair');
    expect(() => checkXmlText(text)).toThrow('half of a surrogate pair');
    expect(() => checkXmlText(text, {})).toThrow('half of a surrogate pair');
  });

  test('that is hostile by depth is refused quickly', () => {
    const startedMs = performance.now();

    expect(() => checkXmlText('<a>'.repeat(300_000))).toThrow('deeper than 200');
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('an id', () => {
  test.each([
    ['<records type="A"><Id>001</Id><Name>x</Name></records>', '001', '<records type="A"><Name>x</Name></records>'],
    ['<r><Name>x</Name><ID> 001 </ID></r>', '001', '<r><Name>x</Name></r>'],
    ['<?xml version="1.0"?>\n<r><id>a&amp;b</id></r>', 'a&b', '<r></r>'],
    ['<r><Owner><Id>no</Id></Owner></r>', '', '<r><Owner><Id>no</Id></Owner></r>'],
    ['<r><Id/></r>', '', '<r></r>'],
    ['<r><iD>1</iD><A/></r>', '1', '<r><A/></r>'],
    ['<r><Id>0<?a b?>0<!-- c -->1<?d?></Id></r>', '001', '<r></r>'],
    ['<r><Id></Id></r>', '', '<r></r>'],
    ['<r><Id><![CDATA[00<1]]></Id></r>', '00<1', '<r></r>'],
    ['<r xmlns:s="u"><s:Id>1</s:Id><s:A/></r>', '1', '<r xmlns:s="u"><s:A/></r>'],
    ['<r><Id>1</Id><Owner><Id>2</Id></Owner></r>', '1', '<r><Owner><Id>2</Id></Owner></r>'],
    ['<r><Id>1</Id><A><![CDATA[<Id>]]></A></r>', '1', '<r><A><![CDATA[<Id>]]></A></r>'],
  ])('in %s is taken out', (text, id, rest) => {
    expect(splitId(text)).toEqual({ id, rest });
  });
});

test('a batch answer gives each part with its namespaces', () => {
  const text =
    '<batchResults xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><hasErrors>false</hasErrors><results>' +
    '<batchResult><statusCode>204</statusCode><result/></batchResult>' +
    '<batchResult><statusCode>200</statusCode><result>\n <Account type="Account"><Phone xsi:nil="true"/></Account> </result></batchResult></results></batchResults>';

  expect(readBatchResults(text)).toEqual([
    { status: 204, content: '' },
    {
      status: 200,
      content:
        '<Account xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="Account"><Phone xsi:nil="true"/></Account>',
    },
  ]);
});

test.each([
  ['&#65;', 'A'],
  [`&#${'0'.repeat(40)}65;`, 'A'],
  ['&#x0000000001F600;', '😀'],
])('%s stands for %s', (reference, character) => {
  const scanner = new XmlScanner(`<a>${reference}</a>`);
  while (scanner.next() !== END);

  expect(unescapeXml(`-${reference}-`)).toBe(`-${character}-`);
});

test.each([
  '&#00000000000000;',
  '&#x000000000110000;',
  '&#000000000000xD800;',
  '&#x0000000000D800;',
  '&#0000000000065',
  '&#;',
])('%s is no character', (reference) => {
  const scanner = new XmlScanner(`<a>${reference}</a>`);
  scanner.next();

  expect(() => scanner.next()).toThrow(expect.objectContaining({ name: 'XmlError' }));
});

test('a reference that is no character is told in few words', () => {
  expect(() => unescapeXml(`&#${'0'.repeat(100_000)};`)).toThrow(/^.{1,150}$/);
});

test('text survives being written and read', () => {
  const text = 'a<b>&"\'\r\n]]> ü😀';

  expect(unescapeXml(escapeXml(text))).toBe(text);
  expect(escapeXml('\u0000x\ud800')).toBe('\ufffdx\ufffd');
});
