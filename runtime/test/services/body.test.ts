import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Body, ConnectorError } from '@connector-runtime/core';
import { bodyAsAnswer, bodyOfBytes, bodyOfFile, bodyOfStream, bodyOfText } from '#src/services/body.js';
import { errorOf } from '../http/http-bench.js';

const folder = mkdtempSync(path.join(tmpdir(), 'body-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function file(content: string): Body {
  const name = path.join(folder, `f${Math.random()}`);
  writeFileSync(name, content);
  return bodyOfFile(name, Buffer.byteLength(content), 'text/plain');
}

const kinds: [string, (content: string) => Body][] = [
  ['of bytes', (content) => bodyOfBytes(Buffer.from(content), 'text/plain')],
  ['of text', (content) => bodyOfText(content, 'text/plain')],
  ['of a stream', (content) => bodyOfStream(pieces(content.slice(0, 3), content.slice(3)), 'text/plain')],
  ['of a file', file],
];

describe.each(kinds)('a body %s', (_kind, make) => {
  test('gives its bytes, its text and its JSON', async () => {
    const content = '{"name":"Zoë"}';

    expect(Buffer.from(await make(content).bytes(100)).toString()).toBe(content);
    expect(await make(content).text(100)).toBe(content);
    expect(await make(content).json(100)).toEqual({ name: 'Zoë' });
  });

  test('of exactly the limit is given, a larger one is too large', async () => {
    expect(await make('12345').text(5)).toBe('12345');
    expect((await errorOf(make('123456').text(5))).info).toMatchObject({
      category: 'tooLarge',
      code: 'BODY_TOO_LARGE',
    });
  });

  test('drops a byte order mark', async () => {
    expect(await make('\ufeff[1]').json(100)).toEqual([1]);
  });

  test('that is not JSON is a bad document, and the error does not quote it', async () => {
    const { info } = await errorOf(make('{"password": hunter22').json(100));

    expect(info).toMatchObject({ category: 'validation', code: 'NOT_JSON', effect: 'none' });
    expect(info.message).not.toContain('hunter');
  });

  test('may be empty', async () => {
    expect(await make('').text(0)).toBe('');
  });

  test('is not opened once the signal has aborted', async () => {
    const signal = AbortSignal.abort(new Error('gone'));

    await expect(drain(make('abc').open(signal))).rejects.toThrow('gone');
  });
});

async function drain(source: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of source) text += Buffer.from(piece).toString();
  return text;
}

test.each(kinds.filter(([kind]) => !kind.includes('stream')))(
  'a body %s starts anew each time',
  async (_kind, make) => {
    const body = make('abc');

    expect(body.repeatable).toBe(true);
    expect(body.sizeBytes).toBe(3);
    expect([await drain(body.open()), await body.text(3), await drain(body.open())]).toEqual(['abc', 'abc', 'abc']);
  },
);

test('a large body in memory is given in pieces, so that its reader never holds the event loop for long', async () => {
  const content = Buffer.alloc(200_000, 'x');
  const sizes: number[] = [];

  for await (const piece of bodyOfBytes(content, 'text/plain').open()) sizes.push(piece.byteLength);

  expect(sizes).toEqual([65_536, 65_536, 65_536, 3_392]);
});

test('a large body in memory leaves the event loop its turns, though its reader never waits', async () => {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 1);

  for await (const _ of bodyOfBytes(Buffer.alloc(2_000_000), 'text/plain').open()) {
    const startedMs = performance.now();
    while (performance.now() - startedMs < 11);
  }

  clearInterval(timer);
  expect(ticks).toBeGreaterThan(10);
});

test('a body of a stream is given once', async () => {
  const body = bodyOfStream(pieces('abc'), 'text/plain');

  expect(body).toMatchObject({ repeatable: false });
  expect(body.sizeBytes).toBeUndefined();
  await body.text(3);
  expect((await errorOf((async () => drain(body.open()))())).info).toMatchObject({ code: 'BODY_CONSUMED' });
  expect((await errorOf(body.text(3))).info).toMatchObject({ code: 'BODY_CONSUMED' });
});

test.each([
  ['a lone continuation byte', [0x80]],
  ['a cut sequence', [0x41, 0xe2, 0x82]],
  ['an overlong sequence', [0xc0, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
])('%s is no UTF-8', async (_what, bytes) => {
  const document = bodyOfBytes(Uint8Array.from(bytes), 'text/plain');

  expect((await errorOf(document.text(10))).info).toMatchObject({ category: 'validation', code: 'NOT_UTF8' });
  expect((await errorOf(bodyAsAnswer(document).text(10))).info).toMatchObject({
    category: 'protocol',
    code: 'NOT_UTF8',
  });
});

test('a character that is split between pieces is whole', async () => {
  async function* split(): AsyncGenerator<Uint8Array> {
    for (const byte of Buffer.from('€')) yield Uint8Array.of(byte);
  }

  expect(await bodyOfStream(split(), 'text/plain').text(3)).toBe('€');
});

test('a key named __proto__ changes no prototype', async () => {
  const parsed = await bodyOfText('{"__proto__":{"polluted":1}}', 'application/json').json(100);

  expect(Object.getPrototypeOf(parsed)).toBe(Object.getPrototypeOf(JSON.parse('{}')));
  expect(Object.keys(parsed as object)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('JSON that is nested a hundred thousand levels deep ends no process', async () => {
  const depth = 100_000;
  const outcome = bodyOfText('['.repeat(depth) + ']'.repeat(depth), 'application/json').json(1_000_000);

  await outcome.catch((error: unknown) => expect(error).toBeInstanceOf(ConnectorError));
});

test('bodies past a limit of their own are refused: in memory when made, a stream when it gets there', async () => {
  expect(() => bodyOfText('123456', 'text/plain', 'document', 5)).toThrow(/more than 5 bytes/);
  const stream = bodyOfStream(pieces('123', '456'), 'text/plain', 'document', 5);

  expect((await errorOf(drain(stream.open()))).info.code).toBe('BODY_TOO_LARGE');
  expect(await bodyOfText('123456', 'text/plain', 'document', -1).text(9)).toBe('123456');
});

test('a stream that stands still is left as soon as the signal aborts', async () => {
  const controller = new AbortController();
  let isLeft = false;
  const standing: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => undefined),
      return: async () => {
        isLeft = true;
        return { done: true, value: undefined };
      },
    }),
  };

  const reading = drain(bodyOfStream(standing, 'text/plain').open(controller.signal));
  setImmediate(() => controller.abort(new Error('gone')));

  await expect(reading).rejects.toThrow('gone');
  expect(isLeft).toBe(true);
});
