import { xmlOnOneLine } from '#src/cli/xml-line.js';

test.each([
  ['text', '<r>x\ny</r>', '<r>x&#10;y</r>'],
  ['text of another system', '<r>x\r\ny\rz\n\nq</r>', '<r>x&#10;y&#10;z&#10;&#10;q</r>'],
  ['a carriage return that is data', '<r>x&#13;\ny</r>', '<r>x&#13;&#10;y</r>'],
  ['CDATA', '<r><![CDATA[x\ny]]></r>', '<r><![CDATA[x]]>&#10;<![CDATA[y]]></r>'],
  ['CDATA that holds markup', '<r><![CDATA[x>y\r\n<z "]]>\n</r>', '<r><![CDATA[x>y]]>&#10;<![CDATA[<z "]]>&#10;</r>'],
  ['a comment', '<r><!-- a > b\n"<q>\n-->\n<a>1</a></r>', '<r><!-- a > b "<q> -->&#10;<a>1</a></r>'],
  ['an instruction', '<r><?p a > b\n"?>x\ny</r>', '<r><?p a > b "?>x&#10;y</r>'],
  ['a tag', '<r\n a="1"\r\n/>', '<r  a="1" />'],
  ['a value', '<r a="x > y\n\nz" b=\'"\n\'>\n</r>', '<r a="x > y  z" b=\'" \'>&#10;</r>'],
  [
    'the space around the root',
    '<?xml version="1.0"?>\n<!-- c -->\n<r>\n<a/>\n</r>\n',
    '<?xml version="1.0"?> <!-- c --> <r>&#10;<a/>&#10;</r> ',
  ],
  ['text that is no XML', 'a\nb', 'a&#10;b'],
  ['XML that is cut', '<r>\n<a b="\nc', '<r>&#10;<a b=" c'],
])('a line end in %s', (_, xml, line) => {
  expect(xmlOnOneLine(xml)).toBe(line);
});

test('of megabytes takes no longer than a moment', () => {
  const long = 'x'.repeat(4_000_000);
  const cpu = process.cpuUsage();

  for (const xml of [`<r a="${long}`, `<!--${long}`, `<${'"'.repeat(4_000_000)}`, '<a>'.repeat(1_000_000)])
    xmlOnOneLine(`${xml}\n`);

  expect(process.cpuUsage(cpu).user).toBeLessThan(5_000_000);
});
