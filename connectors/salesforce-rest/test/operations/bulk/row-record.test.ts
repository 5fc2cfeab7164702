import { jsonRecords, xmlRecords } from '#src/operations/bulk/row-record.js';

test('columns become elements, and those of one parent stand in it, wherever they stood', () => {
  const write = xmlRecords(
    'Account',
    ['Id', 'Owner.Name', 'Name', 'Owner.Manager.Email', 'User:Who__r.Email'],
    'empty',
  );

  expect(write(['1', '<O>', 'a & b', 'm', 'w'])).toBe(
    '<records type="Account"><Id>1</Id><Owner><Name>&lt;O&gt;</Name><Manager><Email>m</Email></Manager></Owner><Name>a &amp; b</Name><Who__r type="User"><Email>w</Email></Who__r></records>',
  );
});

test('Q40: blank cells are kept: as null of the service, or as they were sent', () => {
  expect(xmlRecords('A', ['X', 'P.Y'], 'nil')(['', ''])).toBe(
    '<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="A"><X xsi:nil="true"/><P><Y xsi:nil="true"/></P></records>',
  );
  expect(xmlRecords('A', ['X'], 'empty')([''])).toBe('<records type="A"><X/></records>');
});

test.each(['', 'a b', 'a.', '<x>', '1a', 'a..b'])('a header that names %j is refused', (column) => {
  expect(() => xmlRecords('A', [column], 'empty')).toThrow('a column that no field can have');
});

test.each([
  ['stands twice', ['Name', 'Id', 'Name']],
  ['stands twice below a parent', ['Owner.Name', 'Owner.Name']],
  ['is a field and a parent', ['Owner', 'Owner.Name']],
  ['is a parent and a field', ['Owner.Name', 'Owner']],
])('a column that %s is refused', (_what, columns) => {
  expect(() => xmlRecords('A', columns, 'nil')).toThrow('twice');
  expect(() => jsonRecords('A', columns, 'nil')).toThrow('twice');
});

test('a character that XML cannot hold is refused in what is read, and replaced in the echo of a write', () => {
  expect(() => xmlRecords('A', ['X', 'P.Y'], 'nil')(['1', 'a\u000bb'])).toThrow(
    'the column P.Y holds a character that XML cannot: read it with payloadFormat json',
  );
  expect(xmlRecords('A', ['X'], 'empty')(['a\u000bb'])).toBe('<records type="A"><X>a\ufffdb</X></records>');
  expect(JSON.parse(jsonRecords('A', ['X'], 'nil')(['a\u000bb']))).toMatchObject({ X: 'a\u000bb' });
});

test('names that JavaScript knows are only names', () => {
  expect(xmlRecords('A', ['__proto__', 'constructor.x'], 'empty')(['1', '2'])).toBe(
    '<records type="A"><__proto__>1</__proto__><constructor><x>2</x></constructor></records>',
  );
});

test('as JSON: texts, null for what is blank, parents with their type where a column names it', () => {
  const columns = ['Id', 'Owner.Name', 'X', 'Owner.Manager.Email', 'User:Who__r.Email', 'Who__r.Name'];

  expect(JSON.parse(jsonRecords('Account', columns, 'nil')(['1', '"O"\n', '', 'm', 'w', 'v']))).toEqual({
    attributes: { type: 'Account' },
    Id: '1',
    Owner: { Name: '"O"\n', Manager: { Email: 'm' } },
    X: null,
    Who__r: { attributes: { type: 'User' }, Email: 'w', Name: 'v' },
  });
  expect(jsonRecords('A', ['X'], 'empty')([''])).toBe('{"attributes":{"type":"A"},"X":""}');
});
