import type { SObjectDescribe } from '#src/describe/sobject-describe.js';
import { checkKeyPrefix } from '#src/operations/object-type-check.js';

test.each([
  ['of its own type', '001', '001Lo0000000001IAA', true],
  ['of its own type, short', '001', '001Lo0000000001', true],
  ['of another type', '001', '003Lo0000000001IAA', false],
  ['of another type, short', '001', '003Lo0000000001', false],
  ['whose prefix differs in case', 'a0A', 'a0aLo0000000001IAA', false],
  ['of a type that has no prefix', '', '003Lo0000000001IAA', true],
  ['that is none', '001', '003', true],
])('an id %s', (_what, keyPrefix, id, expected) => {
  const describe = { name: 'Account', keyPrefix } as SObjectDescribe;
  const check = () => checkKeyPrefix(id, describe);

  if (expected) expect(check).not.toThrow();
  else
    expect(check).toThrow(expect.objectContaining({ info: expect.objectContaining({ code: 'OBJECT_TYPE_DIFFERS' }) }));
});
