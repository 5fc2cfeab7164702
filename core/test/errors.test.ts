import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { ConnectorError, errorInfoOf, isConnectorError } from '@connector-runtime/core';

const info = {
  category: 'validation',
  code: 'REFUSED',
  message: 'name is missing',
  effect: 'none',
  retryable: false,
} as const;

describe('ConnectorError', () => {
  test('is recognised across copies of the package', () => {
    jest.resetModules();
    const copy = jest.requireActual<typeof import('@connector-runtime/core')>('@connector-runtime/core');

    const foreign: unknown = new copy.ConnectorError(info);

    expect(foreign instanceof ConnectorError).toBe(false);
    expect(isConnectorError(foreign)).toBe(true);
  });

  test('is not mistaken for any other value', () => {
    expect([new Error('x'), null, undefined, 'REFUSED', { info }].map(isConnectorError)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('keeps its info frozen and its cause', () => {
    const cause = new Error('below');
    const error = new ConnectorError(info, { cause });

    expect(error.cause).toBe(cause);
    expect(Object.isFrozen(error.info)).toBe(true);
    expect(inspect(error)).toContain('name is missing');
  });
});

describe('errorInfoOf', () => {
  test('names what was thrown where it is no ConnectorError', () => {
    expect(errorInfoOf(new RangeError('too far'), 'unknown')).toMatchObject({
      category: 'internal',
      effect: 'unknown',
      message: 'RangeError: too far',
    });
    expect(errorInfoOf('text', 'none')).toMatchObject({
      category: 'internal',
      effect: 'none',
      message: 'what was thrown is no error (type string)',
    });
    expect(errorInfoOf(runInNewContext("new TypeError('not ours')"), 'none').message).toBe('TypeError: not ours');
  });

  test('does not throw over what throws when it is read', () => {
    const traps = { get: () => fail(), getPrototypeOf: () => fail() };
    const unreadable = Object.defineProperty(new Error('x'), 'message', { get: () => fail() });

    for (const thrown of [new Proxy({}, traps), unreadable])
      expect(errorInfoOf(thrown, 'none')).toMatchObject({
        code: 'INTERNAL',
        message: expect.stringContaining('cannot be read'),
      });
  });
});

function fail(): never {
  throw new Error('not to be read');
}
