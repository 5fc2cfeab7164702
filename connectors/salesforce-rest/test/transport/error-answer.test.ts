import type { Body, HttpResponse } from '@connector-runtime/core';
import { errorOf, readErrorAnswer, refusesSession } from '#src/transport/error-answer.js';

function answer(status: number, contentType: string, text: string): HttpResponse {
  const bytes = Buffer.from(text);
  const body: Partial<Body> = { bytes: async () => bytes };
  return { status, headers: { 'content-type': contentType }, body: body as Body, earlier: 'none' };
}

const errorFrom = async (status: number, contentType: string, text: string) =>
  errorOf(await readErrorAnswer(answer(status, contentType, text)));

describe('a refusal', () => {
  test('in XML and in JSON means the same', async () => {
    const xml = await errorFrom(
      400,
      'application/xml;charset=UTF-8',
      '<?xml version="1.0" encoding="UTF-8"?><Errors><Error><errorCode>REQUIRED_FIELD_MISSING</errorCode><message>Required fields are missing: [Name]</message><fields>Name</fields></Error></Errors>',
    );
    const json = await errorFrom(
      400,
      'application/json',
      '[{"message":"Required fields are missing: [Name]","errorCode":"REQUIRED_FIELD_MISSING","fields":["Name"]}]',
    );

    expect(xml).toEqual(json);
    expect(xml).toEqual({
      category: 'validation',
      code: 'SALESFORCE_REQUIRED_FIELD_MISSING',
      message: 'REQUIRED_FIELD_MISSING: Required fields are missing: [Name]',
      path: 'Name',
      service: { httpStatus: 400, code: 'REQUIRED_FIELD_MISSING' },
    });
  });

  test('names every error', async () => {
    const { message } = await errorFrom(
      400,
      'application/json',
      '[{"message":"a","errorCode":"A"},{"message":"b","errorCode":"B"}]',
    );

    expect(message).toBe('A: a; B: b');
  });

  test.each([
    [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 'quota', false, 'none'],
    [
      403,
      'REQUEST_LIMIT_EXCEEDED',
      'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
      'rateLimit',
      true,
      'none',
    ],
    [400, 'UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access', 'conflict', true, 'none'],
    [400, 'DUPLICATE_VALUE', 'duplicate value found', 'conflict', undefined, undefined],
    [503, 'SERVER_UNAVAILABLE', 'down', 'unavailable', undefined, undefined],
    [403, 'API_DISABLED_FOR_ORG', 'no', 'auth', undefined, undefined],
    [400, 'ENTITY_IS_DELETED', 'entity is deleted', 'notFound', undefined, undefined],
  ])('%i %s (%s) is %s', async (status, errorCode, message, category, retryable, effect) => {
    const error = await errorFrom(status, 'application/json', JSON.stringify([{ errorCode, message }]));

    expect(error).toMatchObject({ category });
    expect(error.retryable).toBe(retryable);
    expect(error.effect).toBe(effect);
  });

  test('as an HTML page is told without its markup', async () => {
    const { message, category } = await errorFrom(
      503,
      'text/html',
      '<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body><script>x</script></body></html>',
    );

    expect(message).toBe('the service answered with status 503 and an HTML page titled "Down for maintenance"');
    expect(category).toBeUndefined();
  });

  test('of several candidates is a conflict that lists them', async () => {
    const error = await errorFrom(
      300,
      'application/json',
      '["/services/data/v64.0/sobjects/Account/001a","/services/data/v64.0/sobjects/Account/001b"]',
    );

    expect(error).toMatchObject({ category: 'conflict', code: 'EXTERNAL_ID_AMBIGUOUS', effect: 'none' });
    expect(error.message).toContain('Account/001a, /services/data/v64.0/sobjects/Account/001b');
  });

  test("loses control characters and direction marks of the service's text", async () => {
    const { message } = await errorFrom(
      400,
      'application/json',
      JSON.stringify([{ errorCode: 'X', message: 'a\u001b[31m\r\nb\u202ec' }]),
    );

    expect(message).toBe('X: a [31m bc');
  });

  test.each([
    [401, '[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]', true],
    [401, '', true],
    [403, '[{"errorCode":"INVALID_SESSION_ID","message":"x"}]', true],
    [403, 'Bad_OAuth_Token', true],
    [403, '[{"errorCode":"INSUFFICIENT_ACCESS","message":"x"}]', false],
  ])('%i %s concerns the session: %p', async (status, text, expected) => {
    expect(refusesSession(await readErrorAnswer(answer(status, 'application/json', text)))).toBe(expected);
  });
});

test.each([
  ['an error list', 'application/json', (text: string) => JSON.stringify([{ errorCode: 'A', message: text }])],
  ["a page's title", 'text/html', (text: string) => `<html><title>${text}</title></html>`],
])('%s is not cut or squeezed: what is left of a secret could not be struck out', async (_what, type, bodyOf) => {
  const secret = `two  spaces and ${'x'.repeat(50)}`;

  const { message } = await errorFrom(400, type, bodyOf(`${'long '.repeat(190)}${secret}\n and more`));

  expect(message).toContain(`${secret} and more`);
});

test('a page of which much looks like a title is read in no time', async () => {
  const startedAt = performance.now();

  const { message } = await errorFrom(500, 'text/html', `<html>${'<title'.repeat(10_900)}`);

  expect(message).toContain('an HTML page');
  expect(performance.now() - startedAt).toBeLessThan(100);
});
