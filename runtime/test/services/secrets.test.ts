import { inspect } from 'node:util';
import { ConnectorError } from '@connector-runtime/core';
import { jsonLineSink, silentSink } from '#src/services/log-sink.js';
import { RedactingLogger } from '#src/services/redacting-logger.js';
import { Redactor } from '#src/services/redaction.js';
import { SecretText } from '#src/services/secret-text.js';

const text = 'p@ss "w<o>rd" & \'ünïcode\'/+=\\x';

test('a secret shows itself to reveal alone', () => {
  const secret = new SecretText(text);

  expect(secret.reveal()).toBe(text);
  const shown = [
    String(secret),
    `${secret as unknown as string}`,
    JSON.stringify({ secret }),
    inspect({ deep: [{ secret }] }, { depth: 9, showHidden: true }),
    inspect(structuredClone(secret)),
    Object.entries(secret).join(),
    JSON.stringify(Object.assign({}, secret)),
    Reflect.ownKeys(secret).map(String).join(),
    new Error(`with ${secret as unknown as string}`).stack,
  ];
  expect(shown.join('\n')).not.toMatch(/p@ss/);
});

const forms: [string, string][] = [
  ['as it is', text],
  ['URL-encoded', encodeURIComponent(text)],
  ['form-encoded', new URLSearchParams({ a: text }).toString().slice(2)],
  ['in lower-case percent codes', encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())],
  ['in JSON', JSON.stringify({ a: text })],
  ['in JSON in JSON', JSON.stringify(JSON.stringify('plainsecret99'))],
  ['in XML', '<a>p@ss &quot;w&lt;o&gt;rd&quot; &amp; &apos;ünïcode&apos;/+=\\x</a>'],
  ['in XML with decimal references', text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)],
  ['in XML with hexadecimal references', text.replace(/[&<>"']/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`)],
  ['in HTML with other references', text.replace(/[&<>"']/g, (c) => `&#X00${c.charCodeAt(0).toString(16)};`)],
  ['with some of its characters as references', text.replaceAll('<', '&lt;').replaceAll("'", '&#39;')],
  ['with other white space', text.replaceAll(' ', '\n\t ')],
  ['in Base64', Buffer.from(text).toString('base64')],
  ['in Base64 after one byte', Buffer.from(`a${text}`).toString('base64')],
  ['in Base64 as a password of Basic', Buffer.from(`me@example.org:${text}`).toString('base64')],
  ['in Base64 between others', Buffer.from(`ab${text}cd`).toString('base64')],
  ['in Base64url', Buffer.from(text).toString('base64url')],
  ['in hex', Buffer.from(text).toString('hex')],
  ['in upper-case hex', Buffer.from(text).toString('hex').toUpperCase()],
];

test.each(forms)('a known secret is struck out %s', (_what, shown) => {
  const redactor = new Redactor();
  redactor.add(text);
  redactor.add('plainsecret99');

  const struck = redactor.text(`before ${shown} after`);

  expect(struck).toMatch(/^before .*\[secret\].* after$/);
  expect(struck.length).toBeLessThan(50);
});

test('secrets are struck out of nested data, errors, causes and keys', () => {
  const redactor = new Redactor();
  redactor.add('hunter22');
  const error = new ConnectorError(
    { category: 'auth', code: 'X', message: 'not hunter22', effect: 'none', retryable: false },
    { cause: new Error('because of hunter22') },
  );

  const copy = redactor.data({ a: [{ b: 'x hunter22' }], error, hunter22: 1, map: new Map([['k', 'hunter22']]) });

  expect(JSON.stringify(copy)).not.toContain('hunter22');
  expect(JSON.stringify(copy)).toContain('because of [secret]');
});

test('values of tell-tale keys are struck out though nobody named them', () => {
  const copy = new Redactor().data({
    password: 'a1b2',
    access_token: 'c3d4',
    Authorization: 'Bearer e5f6',
    apiKey: 'g7h8',
    clientSecret: new SecretText('i9j0'),
    tokenUrl: 'https://login.test',
    name: 'Ada',
    attempts: 3,
  });

  expect(copy).toEqual({
    password: '[secret]',
    access_token: '[secret]',
    Authorization: '[secret]',
    apiKey: '[secret]',
    clientSecret: '[secret]',
    tokenUrl: 'https://login.test',
    name: 'Ada',
    attempts: 3,
  });
});

test('control characters are written out and long texts are cut', () => {
  const redactor = new Redactor();

  expect(redactor.text('a\u001b[31m\r\nb\u202ec\u0000')).toBe('a\\u001b[31m\\r\\nb\\u202ec\\u0000');
  expect(redactor.text('x'.repeat(100_000)).length).toBeLessThan(9_000);
});

test('a text that machines read loses its secrets and nothing else', () => {
  const redactor = new Redactor();
  redactor.add('hunter22');
  const rest = `\r\n\u001b\u2028${'x'.repeat(20_000)}`;

  expect(redactor.strike(`{"a":"hunter22"}${rest}`)).toBe(`{"a":"[secret]"}${rest}`);
});

test('a secret at the place where a text is cut does not escape', () => {
  const redactor = new Redactor();
  redactor.add('hunter22hunter22');

  expect(redactor.text(`${'x'.repeat(8_185)}hunter22hunter22`)).not.toContain('hunter');
});

test('data that holds itself, getters that throw and a failing sink end no work', () => {
  const own: Record<string, unknown> = {};
  own['self'] = own;
  const lines: string[] = [];
  const logger = new RedactingLogger(
    jsonLineSink('debug', (line) => lines.push(line)),
    new Redactor(),
  );
  const broken = {
    ...silentSink,
    warn: () => {
      throw new Error('disk full');
    },
  };

  logger.info('circular', own);
  logger.info(
    'throws',
    Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    }),
  );
  new RedactingLogger(broken, new Redactor()).warn('lost');

  expect(lines[0]).toContain('circular');
});

test('a line of log is one line of JSON with what the entry belongs to', () => {
  const lines: string[] = [];
  const redactor = new Redactor();
  redactor.add('hunter22');
  const sink = jsonLineSink(
    'info',
    (line) => lines.push(line),
    () => 0,
  );
  const logger = new RedactingLogger(sink, redactor, { connectionId: 'c1' });

  logger.debug('too small');
  logger.warn('hunter22\nis bad', { step: 'login' });

  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    { level: 'warn', time: '1970-01-01T00:00:00.000Z', msg: '[secret]\\nis bad', step: 'login', connectionId: 'c1' },
  ]);
  expect(lines[0]?.match(/\n/g)).toHaveLength(1);
});

test('a secret of the configuration outlives a thousand that were learnt later', () => {
  const redactor = new Redactor();
  redactor.add('learnt-first');
  redactor.pin('configured');
  for (let n = 0; n < 1_000; n += 1) redactor.add(`token-number-${n}`);

  expect(redactor.text('configured, learnt-first, token-number-0, token-number-999')).toBe(
    '[secret], learnt-first, [secret], [secret]',
  );
});

test('striking out is linear in the text', () => {
  const redactor = new Redactor();
  for (let i = 0; i < 200; i++) redactor.add(`secret-number-${i}`);
  const startedAt = performance.now();

  redactor.text('secret-number'.repeat(80_000));

  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a thousand learnt secrets cost a text little time', () => {
  const redactor = new Redactor();
  for (let n = 0; n < 1_000; n += 1) redactor.add(`secret-${n}-${'abcdefgh'.repeat(12)}`);
  const startedMs = performance.now();

  for (let n = 0; n < 200; n += 1)
    redactor.text(`an ordinary message number ${n}, of a length that is usual for messages`);

  expect(performance.now() - startedMs).toBeLessThan(500);
});
