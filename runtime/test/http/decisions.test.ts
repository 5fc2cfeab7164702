import { ConcurrencyLimit } from '#src/http/concurrency-limit.js';
import { categoryOfStatus } from '#src/http/error-of-status.js';
import { ProxyRule } from '#src/http/proxy-rule.js';
import { retryAfterMsOf } from '#src/http/retry-after.js';
import { RetryBudget } from '#src/http/retry-budget.js';

test.each([
  [300, 'protocol'],
  [304, 'protocol'],
  [400, 'validation'],
  [401, 'auth'],
  [403, 'permission'],
  [404, 'notFound'],
  [405, 'unsupported'],
  [408, 'unavailable'],
  [409, 'conflict'],
  [410, 'notFound'],
  [412, 'conflict'],
  [413, 'tooLarge'],
  [414, 'tooLarge'],
  [415, 'unsupported'],
  [418, 'validation'],
  [420, 'rateLimit'],
  [422, 'validation'],
  [429, 'rateLimit'],
  [431, 'tooLarge'],
  [500, 'unavailable'],
  [501, 'unsupported'],
  [503, 'unavailable'],
  [599, 'unavailable'],
])('status %i has category %s', (status, category) => {
  expect(categoryOfStatus(status)).toBe(category);
});

const now = Date.UTC(2026, 0, 1, 12, 0, 0);

test.each([
  ['seconds', { 'retry-after': '120' }, 120_000],
  ['a date', { 'retry-after': 'Thu, 01 Jan 2026 12:00:30 GMT' }, 30_000],
  [
    'a date, by the server’s own clock',
    { 'retry-after': 'Thu, 01 Jan 2026 13:00:30 GMT', date: 'Thu, 01 Jan 2026 13:00:00 GMT' },
    30_000,
  ],
  ['a date gone by', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
  ['nothing', {}, undefined],
  ['nonsense', { 'retry-after': 'soon' }, undefined],
  ['a negative number', { 'retry-after': '-5' }, undefined],
  ['a fraction', { 'retry-after': '1.5' }, undefined],
])('Retry-After as %s', (_what, headers, expected) => {
  expect(retryAfterMsOf(headers as Record<string, string>, now)).toBe(expected);
});

test('a budget gives what it has and fills up again over the minute', () => {
  const budget = new RetryBudget(3);

  expect([1, 2, 3, 4].map(() => budget.take(0))).toEqual([true, true, true, false]);
  expect(budget.take(19_000)).toBe(false);
  expect(budget.take(20_000)).toBe(true);
  expect([1, 2, 3, 4].map(() => budget.take(10_000_000))).toEqual([true, true, true, false]);
});

test('a budget survives a clock that is set back', () => {
  const budget = new RetryBudget(1);

  expect(budget.take(1_000_000)).toBe(true);
  expect(budget.take(0)).toBe(false);
  expect(budget.take(60_000)).toBe(true);
});

test('places are given in the order of asking, and not to who gave up', async () => {
  const limit = new ConcurrencyLimit(1);
  const { signal } = new AbortController();
  const leaving = new AbortController();
  const served: string[] = [];

  expect(limit.enter(signal)).toBeUndefined();
  const first = limit.enter(signal)?.then(() => served.push('first'));
  const gone = limit.enter(leaving.signal);
  const last = limit.enter(signal)?.then(() => served.push('last'));
  leaving.abort(new Error('left'));
  await expect(gone).rejects.toThrow('left');
  limit.leave();
  await first;
  limit.leave();
  await last;
  limit.leave();

  expect(served).toEqual(['first', 'last']);
  expect(limit.enter(signal)).toBeUndefined();
});

test.each([
  ['a host', 'service.test', 'service.test', 443, false],
  ['a host below', 'service.test', 'api.service.test', 443, false],
  ['a host that only ends alike', 'service.test', 'evilservice.test', 443, true],
  ['a leading dot', '.service.test', 'api.service.test', 443, false],
  ['a star and dot', '*.service.test', 'api.service.test', 443, false],
  ['a port', 'service.test:8443', 'service.test', 8443, false],
  ['another port', 'service.test:8443', 'service.test', 443, true],
  ['a list with blanks', 'a.test , service.test', 'SERVICE.test', 443, false],
  ['a star', '*', 'any.test', 443, false],
  ['nothing', '', 'service.test', 443, true],
])('the exceptions of a proxy: %s', (_what, noProxy, host, port, isProxied) => {
  const rule = new ProxyRule({ proxy: 'http://proxy.test:3128', noProxy });

  expect(rule.proxyFor('https:', host, port)?.host).toBe(isProxied ? 'proxy.test:3128' : undefined);
});

test('an empty proxy setting means none, whatever the environment says', () => {
  const rule = new ProxyRule({ proxy: '', environment: { proxy: 'http://proxy.test' } });

  expect(rule.proxyFor('https:', 'service.test', 443)).toBeUndefined();
});

test('an invalid proxy address is refused without repeating it', () => {
  expect(() => new ProxyRule({ proxy: 'socks5://me:hunter22@proxy.test' })).toThrow(/http:\/\/proxy.example/);
});
