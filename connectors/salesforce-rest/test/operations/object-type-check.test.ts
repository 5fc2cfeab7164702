import type { SObjectDescribe } from '#src/describe/sobject-describe.js';
import { checkDeleted } from '#src/operations/object-type-check.js';

test.each<[string, string, string, boolean]>([
  ['of its own type', '001', '001Lo0000000001IAA', true],
  ['of its own type, short', '001', '001Lo0000000001', true],
  ['of another type', '001', '003Lo0000000001IAA', false],
  ['of another type, short', '001', '003Lo0000000001', false],
  ['whose prefix differs in case', 'a0A', 'a0aLo0000000001IAA', false],
  ['of a type that has no prefix', '', '003Lo0000000001IAA', true],
  ['too short to be of any', '001', '003', true],
])('an id %s', (_what, keyPrefix, id, expected) => {
  const describe = { name: 'Account', keyPrefix } as SObjectDescribe;
  const check = () => checkDeleted(id, describe);

  if (expected) expect(check).not.toThrow();
  else
    expect(check).toThrow(expect.objectContaining({ info: expect.objectContaining({ code: 'OBJECT_TYPE_DIFFERS' }) }));
});

test.each(['', 'a,b', '001Lo0000000001IAAx', '001Lo 000000001'])('what is no id is refused: %j', (id) => {
  expect(() => checkDeleted(id, { name: 'Account', keyPrefix: '001' } as SObjectDescribe)).toThrow(
    expect.objectContaining({ info: expect.objectContaining({ code: 'ID_MALFORMED' }) }),
  );
});
