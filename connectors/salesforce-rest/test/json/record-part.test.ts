import { listItems } from '#src/json/list-items.js';
import { recordPart, recordType } from '#src/json/record-part.js';

const part = (document: string, key = 'Id') => recordPart(document, 'Account', key);

test.each([
  ['attributes that are missing are added', '{"Name":"a"}', '{"attributes":{"type":"Account"},"Name":"a"}'],
  ['to an empty record too', ' { } ', '{"attributes":{"type":"Account"} }'],
  ['to one that begins with space', '{ \n"a":1}', '{"attributes":{"type":"Account"}, \n"a":1}'],
  [
    'a type that is missing is added',
    '{"attributes":{"url":"u"},"A":1}',
    '{"attributes":{"url":"u","type":"Account"},"A":1}',
  ],
  ['a blank one is replaced', '{"A":1,"attributes":{"type":" "}}', '{"A":1,"attributes":{"type":"Account"}}'],
  ['null for attributes is replaced', '{"attributes":null,"A":1}', '{"attributes":{"type":"Account"},"A":1}'],
  [
    'what has a type stays as it is written',
    ' {"A" : 1.10, "attributes":{"type":"Lead","url":"u"}, "B":12345678901234567890} ',
    '{"A" : 1.10, "attributes":{"type":"Lead","url":"u"}, "B":12345678901234567890}',
  ],
  [
    'attributes whose name is written with escapes are those of the record',
    '{"\\u0061ttributes":{"t\\u0079pe":"Lead"},"A":1}',
    '{"\\u0061ttributes":{"t\\u0079pe":"Lead"},"A":1}',
  ],
  [
    'attributes of a parent are not those of the record',
    '{"Owner":{"attributes":{"type":"User"},"type":"x"},"N":1.0}',
    '{"attributes":{"type":"Account"},"Owner":{"attributes":{"type":"User"},"type":"x"},"N":1.0}',
  ],
])('%s', (_case, document, text) => {
  expect(part(document).text).toBe(text);
  expect(recordPart(document, 'Account').text).toBe(text);
  expect(JSON.parse(part(document).text)).toHaveProperty('attributes.type');
});

test.each([
  ['{"attributes":{"type":"Lead"}}', 'Lead'],
  ['{"\\u0061ttributes":{"type":"Lead"}}', 'Lead'],
  ['{"attributes":{"\\u0074ype":"Lead"}}', 'Lead'],
  ['{"x":{"type":"Lead"},"y":"\\u0061ttributes"}', ''],
])('the type of %s is "%s"', (document, type) => {
  expect(recordType(document)).toBe(type);
});

test.each([
  ['{"Id":" 001 "}', '001'],
  ['{"O":{"Id":"2"},"id":"3","ID":"4"}', '3'],
  ['{"\\u0049d":"5"}', '5'],
  ['{"Id":7.0}', '7.0'],
  ['{"Id":null}', ''],
  ['{"Id":{"a":1}}', ''],
  ['{"attributes":{"Id":"6"}}', ''],
  ['{}', ''],
])('the key of %s is "%s"', (document, key) => {
  expect(part(document).key).toBe(key);
});

test('the items of a list are cut out as they are written', () => {
  expect(listItems(' [ {"a" : [1, {}]} , {}] ')).toEqual(['{"a" : [1, {}]}', '{}']);
  expect(listItems('[]')).toEqual([]);
});

test.each(['{}', '[1]', '[{},null]', '[[{}]]', '[{}', ''])('%s is no list of objects', (text) => {
  expect(() => listItems(text)).toThrow();
});
