import { inspect } from 'node:util';
import { isConnectorError, type JsonSchema, type Secret } from '@connector-runtime/core';
import { issuesOf } from '@connector-runtime/runtime';
import { PropertyValidator } from '#src/components/property-validator.js';

const SCHEMA: JsonSchema = {
  type: 'object',
  required: ['url', 'kind'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', pattern: '^https://' },
    kind: { type: 'string', enum: ['user', 'app'] },
    password: { type: 'string', minLength: 8, format: 'password', writeOnly: true },
    concurrent: { type: 'integer', minimum: 1, maximum: 25, default: 5 },
    limit: { type: 'integer', minimum: 1, 'x-dynamic': true, default: 10 },
    nested: { type: 'object', additionalProperties: false, properties: { deep: { type: 'boolean' } } },
  },
  allOf: [
    {
      if: { properties: { kind: { const: 'user' } }, required: ['kind'] },
      then: { required: ['password'], description: 'a user has one' },
    },
  ],
};

const validator = new PropertyValidator('the properties', SCHEMA);
const valid = { url: 'https://x.example', kind: 'app' };

function issues(check: () => unknown): Record<string, string> {
  try {
    check();
    return {};
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    return Object.fromEntries(issuesOf(error).map(({ path, message }) => [path, message]));
  }
}

describe('checking properties', () => {
  test('names every issue at once, with pointer, value and rule', () => {
    const found = issues(() =>
      validator.check({ url: 'ftp://x', kind: 'usr', concurent: 3, concurrent: 99, nested: { deep: 'yes', 'a/b': 1 } }),
    );

    expect(found).toEqual({
      '/url': 'must match ^https://, got "ftp://x"',
      '/kind': 'must be one of "user", "app", got "usr"',
      '/concurent': 'is not a known property; did you mean concurrent?',
      '/concurrent': 'must be <= 25, got 99',
      '/nested/deep': 'must be boolean, got "yes"',
      '/nested/a~1b': 'is not a known property',
    });
  });

  test('says which names a property takes that has no list of them', () => {
    const schema = {
      type: 'object',
      properties: {
        headers: {
          type: 'object',
          description: 'Not Host.',
          patternProperties: { '^(?!Host$)': { type: 'string' } },
          additionalProperties: false,
        },
      },
    };
    const headers = new PropertyValidator('the properties', schema);

    expect(issues(() => headers.check({ headers: { Host: 'a', Via: 'b' } }))).toEqual({
      '/headers/Host': 'is not allowed: Not Host.',
    });
  });

  test('names a property that a choice demands, and why', () => {
    expect(issues(() => validator.check({ ...valid, kind: 'user' }))).toEqual({
      '/password': 'is missing: a user has one',
    });
  });

  test('lets only what a choice demands be missing where nothing is about to run', () => {
    const asItIs = (text: string) => text;
    expect(validator.check({ ...valid, kind: 'user' }, asItIs, 'describe').properties).toMatchObject({ concurrent: 5 });
    expect(issues(() => validator.check({ kind: 'user', limit: 0 }, asItIs, 'describe'))).toEqual({
      '/url': 'is missing',
      '/limit': 'must be >= 1, got 0',
    });
  });

  test('never shows the value of a secret', () => {
    expect(issues(() => validator.check({ ...valid, password: 'short' }))['/password']).not.toContain('short');
  });

  test('fills in defaults, wraps secrets and freezes, and leaves the input as it was', () => {
    const input = { ...valid, password: 'long-enough', nested: { deep: true } };

    const { properties } = validator.check(input);

    expect(properties['concurrent']).toBe(5);
    expect(inspect(properties) + JSON.stringify(properties)).not.toContain('long-enough');
    expect((properties['password'] as Secret).reveal()).toBe('long-enough');
    expect(Object.isFrozen(properties) && Object.isFrozen(properties['nested'])).toBe(true);
    expect(input).toEqual({ ...valid, password: 'long-enough', nested: { deep: true } });
  });

  test('takes keys of Object.prototype for what they are', () => {
    const polluting = JSON.parse(
      '{"url":"https://x.example","kind":"app","__proto__":{"polluted":true},"constructor":1}',
    ) as Record<string, never>;

    expect(Object.keys(issues(() => validator.check(polluting)))).toContain('/constructor');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('checking a document’s own properties', () => {
  const base = validator.check({ ...valid, limit: 3 });

  test('lays them over the operation’s, defaults not among them', () => {
    expect(validator.checkDynamic(base, { limit: 7 })).toMatchObject({ limit: 7, url: valid.url });
    expect(validator.checkDynamic(base, {})).toMatchObject({ limit: 3 });
  });

  test('refuses one that is not dynamic, and a bad value', () => {
    expect(issues(() => validator.checkDynamic(base, { url: 'https://y.example' }))).toEqual({
      '/url': 'stands in the operation alone: no document sets it',
    });
    expect(issues(() => validator.checkDynamic(base, { limt: 3 }))).toEqual({
      '/limt': 'is not a known property; did you mean limit?',
    });
    expect(issues(() => validator.checkDynamic(base, { limit: 0 }))).toEqual({ '/limit': 'must be >= 1, got 0' });
  });
});
