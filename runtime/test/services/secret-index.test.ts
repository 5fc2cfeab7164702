import { Redactor } from '#src/services/redaction.js';
import { foldCase, SecretIndex } from '#src/services/secret-index.js';

test('the longest text that stands at a place is found, in any case', () => {
  const index = new SecretIndex(['token', 'token-one', 'öffne dich'].map(foldCase));
  const folded = foldCase('a TOKEN-One, a Token, an ÖFFNE dich');

  const found = Array.from({ length: folded.length }, (_, at) => index.lengthAt(folded, at));

  expect(found.flatMap((length, at) => (length === 0 ? [] : [[at, length]]))).toEqual([
    [2, 9],
    [15, 5],
    [25, 10],
  ]);
});

test('folding keeps the length, whatever the character', () => {
  expect(['İ', 'ẞΣ', '\u{10400}', 'aB'].map((text) => foldCase(text).length)).toEqual([1, 2, 2, 2]);
});

test('a thousand secrets are learnt, and texts struck out between, in little time and memory', () => {
  const redactor = new Redactor();
  const startedMs = performance.now();
  const before = process.memoryUsage().heapUsed;

  let last = '';
  for (let n = 0; n < 1_000; n += 1) {
    const secret = `00D000000000001!AQ${String(n).padStart(5, '0')}${'x'.repeat(80)}`;
    redactor.add(secret);
    redactor.add(JSON.stringify({ token: secret, of: 'a grant' }));
    last = redactor.text(`Bearer ${secret.toUpperCase()} of ${n}`);
  }

  expect(last).toBe('Bearer [secret] of 999');
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
});

test.each([
  ['a "quoted" & <tagged> one', 'say a &quot;quoted&#x022; &amp; &#060;tagged&GT;\n  one!'],
  ['looks &quot; so', 'say looks &quot; so!'],
  ['looks &quot; so', 'say looks &amp;quot; so!'],
  ['a    b', 'say A b!'],
])('%j is struck out however markup writes it', (secret, text) => {
  const redactor = new Redactor();
  redactor.pin(secret);

  expect(redactor.text(text)).toBe('say [secret]!');
});
