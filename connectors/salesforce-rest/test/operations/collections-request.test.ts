import { type CollectionDocument, travelTogether } from '#src/operations/collections/collections-request.js';

const headers = { accept: 'application/xml' };

function document(bytes: number, more: object = {}): CollectionDocument<object> {
  const record = { text: '', bytes, type: 'account', id: '', key: '', ...more };
  return { id: 'd', headers, record, properties: {}, body: {} as never };
}

test.each([
  ['together make a body that the service takes', [20_000_000, 20_000_000], 9_999_000, true],
  ['would make a larger one', [20_000_000, 20_000_000], 10_000_000, false],
  ['is too large by itself with any other', [1], 50_000_000, false],
])('a document that %s', (_what, there, next, expected) => {
  expect(
    travelTogether(
      there.map((bytes) => document(bytes)),
      document(next),
    ),
  ).toBe(expected);
});

test.each([
  ['another type', { type: 'contact' }, false],
  ['a key that is there', { key: 'k' }, false],
  ['a key of its own', { key: 'l' }, true],
  ['no key, like another', { key: '' }, true],
])('a document with %s', (_what, more, expected) => {
  expect(travelTogether([document(1, { key: 'k' }), document(1)], document(1, more))).toBe(expected);
});

test('one that cannot be sent may stand anywhere, and counts for nothing', () => {
  const { record: _, ...unsendable } = document(60_000_000);

  expect(travelTogether([document(1)], unsendable)).toBe(true);
  expect(travelTogether([unsendable], document(1))).toBe(true);
});
