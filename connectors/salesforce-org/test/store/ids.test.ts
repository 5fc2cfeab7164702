import { canonicalId, positionOfId, seededId, withChecksum } from '#src/store/ids.js';

test('the check characters tell capitals from small letters', () => {
  expect(withChecksum('001D000000IRFma')).toBe('001D000000IRFmaIAH');
});

test('both forms of an id are known, in 18 characters', () => {
  expect(canonicalId('001D000000IRFma')).toBe('001D000000IRFmaIAH');
  expect(canonicalId('001D000000IRFmaIAH')).toBe('001D000000IRFmaIAH');
});

test.each([
  ['too short', '001D'],
  ['a wrong checksum', '001D000000IRFmaAAA'],
  ['another character', '001D000000IRF-a'],
  ['nothing', ''],
])('%s is no id', (_case, text) => {
  expect(canonicalId(text)).toBeUndefined();
});

test('an id spells its position', () => {
  for (const position of [0, 1, 61, 62, 999_999]) expect(positionOfId(seededId('001', position))).toBe(position);
});

test('an id of another org has no position', () => {
  expect(positionOfId('001D000000IRFmaIAH')).toBeUndefined();
});
