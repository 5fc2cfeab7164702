import { jsonResults, xmlResults } from '#src/operations/bulk/result-record.js';

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const COLUMNS = ['sf__Id', 'sf__Error', 'X', 'User:Owner.Ext__c', 'Y', 'Group:Owner.Ext__c', 'User:Owner.Name', 'P.Z'];

test.each<[string, readonly string[], string, string]>([
  [
    'filled',
    ['1', 'E', 'x & y', 'u', '', '', 'n', 'z'],
    '<sf__Id>1</sf__Id><sf__Error>E</sf__Error><X>x &amp; y</X><Owner type="User"><Ext__c>u</Ext__c><Name>n</Name></Owner><P><Z>z</Z></P>',
    '"sf__Id":"1","sf__Error":"E","X":"x & y","Owner":{"attributes":{"type":"User"},"Ext__c":"u","Name":"n"},"P":{"Z":"z"}',
  ],
  [
    'absent, and of a parent of another type',
    ['1', 'E', '', '', 'y', 'g', '', ''],
    '<sf__Id>1</sf__Id><sf__Error>E</sf__Error><Y>y</Y><Owner type="Group"><Ext__c>g</Ext__c></Owner>',
    '"sf__Id":"1","sf__Error":"E","Y":"y","Owner":{"attributes":{"type":"Group"},"Ext__c":"g"}',
  ],
  [
    'emptied',
    ['1', 'E', '#N/A', '', '', '', '', '#N/A'],
    '<sf__Id>1</sf__Id><sf__Error>E</sf__Error><X xsi:nil="true"/><P><Z xsi:nil="true"/></P>',
    '"sf__Id":"1","sf__Error":"E","X":null,"P":{"Z":null}',
  ],
  [
    "the service's own, and said by it to be nothing",
    ['', '#N/A', '', '', '', '', '', ''],
    '<sf__Id/><sf__Error>#N/A</sf__Error>',
    '"sf__Id":"","sf__Error":"#N/A"',
  ],
])('cells that were %s', (_what, cells, xml, json) => {
  const declared = cells.includes('#N/A') ? ` ${XSI}` : '';

  expect(xmlResults('A', COLUMNS)(cells)).toBe(`<records${declared} type="A">${xml}</records>`);
  expect(jsonResults('A', COLUMNS)(cells)).toBe(`{"attributes":{"type":"A"},${json}}`);
});

test('a character that XML cannot hold is replaced: the row was carried out with it', () => {
  expect(xmlResults('A', ['X'])(['a\u000bb'])).toBe('<records type="A"><X>a\ufffdb</X></records>');
});

test.each([
  ['no record can have', ['a b'], 'a column that no record can have'],
  ['stands twice', ['Name', 'Id', 'Name'], 'names the column Name twice'],
  ['stands twice below a parent', ['Owner.Name', 'Owner.Name'], 'names the column Owner.Name twice'],
])('a column that %s is refused', (_what, columns, message) => {
  expect(() => xmlResults('A', columns)).toThrow(message);
  expect(() => jsonResults('A', columns)).toThrow(message);
});
