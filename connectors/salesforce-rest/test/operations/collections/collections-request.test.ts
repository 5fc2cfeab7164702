import { type CollectionDocument, TravelRule } from '#src/operations/collections/collections-request.js';

const together = (batch: readonly CollectionDocument<object>[], next: CollectionDocument<object>) =>
  new TravelRule<object>().together(batch, next);

const headers = { accept: 'application/xml' };

function document(bytes: number, more: object = {}): CollectionDocument<object> {
  const record = { text: 'x'.repeat(bytes), type: 'account', id: '', key: '', ...more };
  return { id: 'd', headers, record, properties: {}, body: {} as never };
}

test.each([
  ['together make a body that the service takes', [20_000_000, 20_000_000], 9_999_000, true],
  ['would make a larger one', [20_000_000, 20_000_000], 10_000_000, false],
  ['makes a body that the service takes but for its commas', Array<number>(199).fill(249_999), 250_099, false],
  ['is too large by itself with any other', [1], 50_000_000, false],
  ['fits to the byte, what parts the records among them', [20_000_000, 20_000_000], 9_999_897, true],
  ['is too large by one byte', [20_000_000, 20_000_000], 9_999_898, false],
])('a document that %s', (_what, there, next, expected) => {
  expect(
    together(
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
  expect(together([document(1, { key: 'k' }), document(1)], document(1, more))).toBe(expected);
});

test('is measured in bytes, while the batch grows too', () => {
  const { together: mayJoin } = new TravelRule<object>();
  const euros = (count: number) => document(0, { text: '€'.repeat(count) });
  const batch = [euros(8_000_000)];

  expect(mayJoin(batch, euros(8_600_000))).toBe(true);
  batch.push(euros(8_600_000));
  expect(mayJoin(batch, euros(66_632))).toBe(true);
  expect(mayJoin(batch, euros(66_633))).toBe(false);
});

test('one that cannot be sent may stand anywhere, and counts for nothing', () => {
  const { record: _, ...unsendable } = document(60_000_000);

  expect(together([document(1)], unsendable)).toBe(true);
  expect(together([unsendable], document(1))).toBe(true);
});

test('a batch that grew is known whole, and the next one afresh', () => {
  const { together: mayJoin } = new TravelRule<object>();
  const batch = [document(1, { key: 'k' })];

  expect(mayJoin(batch, document(1, { key: 'l' }))).toBe(true);
  batch.push(document(1, { key: 'l' }));
  expect(mayJoin(batch, document(1, { key: 'l' }))).toBe(false);
  expect(mayJoin(batch, document(1, { key: 'k' }))).toBe(false);
  expect(mayJoin([document(1, { key: 'm' })], document(1, { key: 'k' }))).toBe(true);
});
