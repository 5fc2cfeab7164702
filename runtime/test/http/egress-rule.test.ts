import { EgressRule } from '#src/http/egress-rule.js';
import { errorOf } from './http-bench.js';

/** Does the check let it pass? */
function permits(rule: EgressRule, url: string): boolean {
  try {
    rule.check(url);
    return true;
  } catch {
    return false;
  }
}

const rule = new EgressRule(
  [
    'https://*.my.service.test',
    'https://login.service.test',
    'https://*.ports.test:8443',
    '{/url}',
    '{/nested/url}',
    '{/absent}',
  ],
  { url: 'https://own.example/path/v1?x#y', nested: { url: 'http://localhost:8080/x' } },
);

test.each([
  'https://acme.my.service.test/services',
  'https://acme--dev.sandbox.my.service.test/',
  'https://ACME.my.service.test:443/',
  'https://login.service.test/token?x=1',
  'https://a.ports.test:8443/',
  'https://own.example/elsewhere',
  'http://localhost:8080/any',
])('%s is permitted', (url) => {
  expect(permits(rule, url)).toBe(true);
});

test.each([
  ['a name that only ends alike', 'https://evilmy.service.test/'],
  ['the bare suffix', 'https://my.service.test/'],
  ['an empty label', 'https://.my.service.test/'],
  ['two dots', 'https://a..my.service.test/'],
  ['the suffix as a prefix', 'https://a.my.service.test.evil.test/'],
  ['a hyphen for a dot', 'https://evil-login.service.test/'],
  ['a trailing dot', 'https://acme.my.service.test./'],
  ['a trailing dot after an exact name', 'https://login.service.test./'],
  ['a user name', 'https://login.service.test@evil.test/'],
  ['a user name before a permitted host', 'https://me@login.service.test/'],
  ['a password before a permitted host', 'https://:pw@login.service.test/'],
  ['plain http', 'http://acme.my.service.test/'],
  ['another port', 'https://acme.my.service.test:8443/'],
  ['the usual port where another is named', 'https://a.ports.test/'],
  ['plain http to the property’s host', 'http://own.example/'],
  ['another loopback port', 'http://localhost:8081/'],
  ['loopback by number', 'http://127.0.0.1:8080/'],
  ['an IPv6-mapped loopback', 'http://[::ffff:127.0.0.1]:8080/'],
  ['a decimal IP', 'http://2130706433:8080/'],
  ['a unicode look-alike', 'https://lоgin.service.test/'],
  ['a metadata address', 'http://169.254.169.254/latest'],
  ['a file', 'file:///etc/passwd'],
  ['data', 'data:text/plain,x'],
  ['a relative path', '/services/data'],
  ['nothing', ''],
])('%s is refused', async (_what, url) => {
  expect(permits(rule, url)).toBe(false);
  const { info } = await errorOf((async () => rule.check(url))());
  expect(info).toMatchObject({ category: 'config', code: 'EGRESS_REFUSED', effect: 'none', retryable: false });
});

test('the address that is checked is the one that is sent to, however it was written', () => {
  expect(rule.check('https://login.service.test\\@evil.test/').host).toBe('login.service.test');
  expect(rule.check('https://ｌogin.service.test/').host).toBe('login.service.test');
});

test('the error shows neither query nor user', async () => {
  const { info } = await errorOf((async () => rule.check('https://me:pw@evil.test/a?token=abc'))());

  expect(info.message).toContain('https://evil.test/a');
  expect(info.message).not.toMatch(/me:|pw@|abc/);
});

test('plain http to a loopback address is permitted only if it is named', () => {
  const numbered = new EgressRule(['http://127.0.0.1:9000', 'http://[::1]:9000'], {});

  expect(permits(numbered, 'http://127.0.0.1:9000/')).toBe(true);
  expect(permits(numbered, 'http://[::1]:9000/')).toBe(true);
  expect(permits(numbered, 'http://127.0.0.2:9000/')).toBe(false);
});

test.each([
  'https://*',
  'https://a.*.test',
  '*.service.test',
  'https://a.test/path',
  'https://*evil.test',
  'service.test',
])('the pattern %s is a breach of the contract', async (pattern) => {
  const { info } = await errorOf((async () => new EgressRule([pattern], {}))());

  expect(info).toMatchObject({ category: 'contract', code: 'EGRESS_PATTERN_INVALID' });
});
