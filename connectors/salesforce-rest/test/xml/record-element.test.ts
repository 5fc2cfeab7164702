import { recordElement } from '#src/xml/record-element.js';

const element = (document: string, key = 'Id') => recordElement(document, 'Account', key);

test.each([
  ['a type that is missing is added', '<records><A>1</A></records>', '<records type="Account"><A>1</A></records>'],
  [
    'a blank one is replaced',
    '<records a="b" type=" " c="d"><A/></records>',
    '<records type="Account" a="b" c="d"><A/></records>',
  ],
  ['one that is there is kept', `<records  type='Lead'><A/></records>`, `<records  type='Lead'><A/></records>`],
  [
    'of another namespace it is none',
    '<records xmlns:x="u" x:type="Lead"/>',
    '<records type="Account" xmlns:x="u" x:type="Lead"/>',
  ],
  ['inside a value it is none', `<records note='a type="b"'/>`, `<records type="Account" note='a type="b"'/>`],
  ['another root is called records', '<Account ><A/></Account >', '<records type="Account"><A/></records>'],
  ['a root with a prefix too', '<s:R xmlns:s="u"><s:A/></s:R>', '<records type="Account" xmlns:s="u"><s:A/></records>'],
  [
    'what stands outside the root is left out',
    '\ufeff<?xml version="1.0"?><!-- a --><records type="T">b<!-- c --></records><!-- d -->',
    '<records type="T">b<!-- c --></records>',
  ],
  ...[
    '<!-- </r>\n-->',
    '<!--</r>-->',
    '<?pi </x?>',
    '<?pi </r?>',
    '<?pi </r ?>',
    '<?pi </records>?>',
    '<!-- </r > -->\n',
    '\n <?a?><!-- <r> -->',
  ].map((rest) => [
    `what looks like its end and is none: ${rest}`,
    `<r>a</r>${rest}`,
    '<records type="Account">a</records>',
  ]),
  ['a name that ends like a comment', '<a--><A/></a--><!-- </a-->', '<records type="Account"><A/></records>'],
  [
    'namespaces and nil stay',
    '<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="T"><A xsi:nil="true"/><B><![CDATA[<]]></B></records>',
    '<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="T"><A xsi:nil="true"/><B><![CDATA[<]]></B></records>',
  ],
])('%s', (_case, document, text) => {
  expect(element(document).text).toBe(text);
  expect(recordElement(document, 'Account').text).toBe(text);
});

test('of documents that begin alike each gets the type that is asked for', () => {
  const texts = ['Account', 'Contact', 'Account'].map((type) => recordElement('<r><A/></r>', type).text);

  expect(texts).toEqual(['Account', 'Contact', 'Account'].map((type) => `<records type="${type}"><A/></records>`));
});

test.each(['', ' ', '\r\n', '<!-- </r> -->', '<?end </r>?>'])(
  'what stands behind the root is left out: %j',
  (behind) => {
    const document = `<r><A>x</A></r>${behind}`;
    for (const before of [document, '<r><A/></r>', document]) recordElement(before, 'Account');

    expect(recordElement(document, 'Account').text).toBe('<records type="Account"><A>x</A></records>');
  },
);

test('a megabyte of white space in the start tag takes little time', () => {
  const spaces = ' '.repeat(1_000_000);
  const startedAt = performance.now();

  for (const document of [`<r a="${spaces}x"><A/></r>`, `<r${spaces}a="1"${spaces}><A/></r>`, `<r${spaces}/>`])
    for (const key of [undefined, 'A']) recordElement(document, 'Account', key);

  expect(performance.now() - startedAt).toBeLessThan(500);
});

test.each([
  ['<r><Id> 001 </Id></r>', '001'],
  ['<r><ID>1&amp;<![CDATA[<2]]></ID></r>', '1&<2'],
  ['<r><O><Id>2</Id></O><id>3</id><O><Id>4</Id></O></r>', '3'],
  ['<r xmlns:s="u"><s:Id>5</s:Id></r>', '5'],
  ['<r><Id/></r>', ''],
  ['<r xmlns:xsi="u"><Id xsi:nil="true"></Id></r>', ''],
  ['<r><Id xmlns:nil="1">7</Id></r>', '7'],
  ['<r><Id><a>7</a></Id></r>', ''],
  ['<r/>', ''],
])('the key of %s is "%s"', (document, key) => {
  expect(element(document).key).toBe(key);
});

test.each([
  ['<records type="Lead &amp; more"/>', 'Lead & more'],
  ['<records/>', 'Account'],
])('the type of %s is %s', (document, type) => {
  expect(element(document).type).toBe(type);
});

test('the type of a record before is not taken for that of the next', () => {
  expect(recordElement('<a type="Lead"/>', 'Account').type).toBe('Lead');
  expect(recordElement('<a/>', 'Account').type).toBe('Account');
  expect(recordElement('<a/>', 'Contact')).toMatchObject({ type: 'Contact', text: '<records type="Contact"/>' });
  expect(recordElement('<a type="Lead"/>', 'Contact').type).toBe('Lead');
});
