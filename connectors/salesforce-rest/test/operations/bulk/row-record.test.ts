import { jsonRecords, xmlRecords } from '#src/operations/bulk/row-record.js';

test('columns become elements, and those of one parent stand in it, wherever they stood', () => {
  const write = xmlRecords('Account', ['Id', 'Owner.Name', 'Name', 'Owner.Manager.Email', 'User:Who__r.Email']);

  expect(write(['1', '<O>', 'a & b', 'm', 'w'])).toBe(
    '<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="Account"><Id>1</Id><Owner><Name>&lt;O&gt;</Name><Manager><Email>m</Email></Manager></Owner><Name>a &amp; b</Name><Who__r type="User"><Email>w</Email></Who__r></records>',
  );
});

test('Q40: blank cells are kept, as null of the service', () => {
  expect(xmlRecords('A', ['X', 'P.Y'])(['', ''])).toBe(
    '<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="A"><X xsi:nil="true"/><P><Y xsi:nil="true"/></P></records>',
  );
});

test.each(['', 'a b', 'a.', '<x>', '1a', 'a..b'])('a header that names %j is refused', (column) => {
  expect(() => xmlRecords('A', [column])).toThrow('a column that no field can have');
});

test.each([
  ['stands twice', ['Name', 'Id', 'Name']],
  ['stands twice below a parent', ['Owner.Name', 'Owner.Name']],
  ['is a field and a parent', ['Owner', 'Owner.Name']],
  ['is a parent and a field', ['Owner.Name', 'Owner']],
])('a column that %s is refused', (_what, columns) => {
  expect(() => xmlRecords('A', columns)).toThrow('twice');
  expect(() => jsonRecords('A', columns)).toThrow('twice');
});

test('a character that XML cannot hold is refused', () => {
  expect(() => xmlRecords('A', ['X', 'P.Y'])(['1', 'a\u000bb'])).toThrow(
    'the column P.Y holds a character that XML cannot: read it with payloadFormat json',
  );
  expect(JSON.parse(jsonRecords('A', ['X'])(['a\u000bb']))).toMatchObject({ X: 'a\u000bb' });
});

test('names that JavaScript knows are only names', () => {
  expect(xmlRecords('A', ['__proto__', 'constructor.x'])(['1', '2'])).toBe(
    '<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="A"><__proto__>1</__proto__><constructor><x>2</x></constructor></records>',
  );
});

test('as JSON: texts, null for what is blank, parents with their type where a column names it', () => {
  const columns = ['Id', 'Owner.Name', 'X', 'Owner.Manager.Email', 'User:Who__r.Email', 'Who__r.Name'];

  expect(JSON.parse(jsonRecords('Account', columns)(['1', '"O"\n', '', 'm', 'w', 'v']))).toEqual({
    attributes: { type: 'Account' },
    Id: '1',
    Owner: { Name: '"O"\n', Manager: { Email: 'm' } },
    X: null,
    Who__r: { attributes: { type: 'User' }, Email: 'w', Name: 'v' },
  });
});
