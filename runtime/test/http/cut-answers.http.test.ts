import { gzipSync } from 'node:zlib';
import { fetchTransport } from '#src/http/fetch-transport.js';
import { undiciTransport } from '#src/http/undici-transport.js';
import { benchClient, closeAll, create, errorOf, read } from './http-bench.js';
import { framed, type RawServer, rawServer } from './raw-server.js';

afterEach(closeAll);

const rows = 'one,two,three\n'.repeat(6);
const packed = gzipSync(rows);

function chunked(body: Uint8Array, headers = ''): Buffer {
  const half = Math.floor(body.byteLength / 2);
  const chunk = (bytes: Uint8Array) =>
    Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\n${headers}transfer-encoding: chunked\r\n\r\n`),
    chunk(body.subarray(0, half)),
    chunk(body.subarray(half)),
    Buffer.from('0\r\n\r\n'),
  ]);
}

/** Settles once the client has let go of every socket. */
async function allClosed({ sockets }: RawServer): Promise<void> {
  await Promise.all([...sockets.open].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
}

const undici = () => undiciTransport();
const overFetch = () => fetchTransport((url, init) => fetch(url, init));

const framings = [
  ['a length, undici', framed(200, Buffer.from(rows)), undici],
  ['chunks, undici', chunked(Buffer.from(rows)), undici],
  ['a length and gzip, undici', framed(200, packed, { 'content-encoding': 'gzip' }), undici],
  ['chunks and gzip, undici', chunked(packed, 'content-encoding: gzip\r\n'), undici],
  ['a length, fetch', framed(200, Buffer.from(rows)), overFetch],
  ['chunks, fetch', chunked(Buffer.from(rows)), overFetch],
] as const;

describe.each(framings)('an answer framed by %s', (_what, whole, transport) => {
  test('is fetched again wherever it broke off, and never taken for whole', async () => {
    let cutAt = 0;
    const server = await rawServer(({ socket, number }) => {
      if (number % 2 === 0) socket.write(whole);
      else socket.end(whole.subarray(0, cutAt));
    });
    const { http, context } = benchClient(server.origin, {
      transport: transport(),
      limits: { repeatsPerMinute: 100_000 },
    });

    for (cutAt = 0; cutAt < whole.byteLength; cutAt++) {
      const answer = await http.send(read(server.origin), context());

      expect(await answer.body.text(1000)).toBe(rows);
      expect(server.ledger).toHaveLength(2 * (cutAt + 1));
    }
  });

  test('is fetched again into the spool wherever it broke off', async () => {
    if (whole.includes('gzip')) return;
    let cutAt = 0;
    const server = await rawServer(({ socket, number }) => {
      if (number % 2 === 0) socket.write(whole);
      else socket.end(whole.subarray(0, cutAt));
    });
    const { http, context } = benchClient(server.origin, {
      transport: transport(),
      limits: { repeatsPerMinute: 100_000 },
    });

    for (cutAt = 0; cutAt < whole.byteLength; cutAt += 5) {
      const { body } = await http.send(read(server.origin, { answer: 'spool' }), context());

      expect([await body.text(1000), await body.text(1000)]).toEqual([rows, rows]);
    }
  });

  test('leaves a create unknown wherever it broke off, and the create is sent once', async () => {
    let cutAt = 0;
    const server = await rawServer(({ socket }) => socket.end(whole.subarray(0, cutAt)));
    const { http, context } = benchClient(server.origin, { transport: transport() });

    for (cutAt = 0; cutAt < whole.byteLength; cutAt += 3) {
      const { info } = await errorOf(http.send(create(server.origin), context()));

      expect(info).toMatchObject({ effect: 'unknown', attempts: 1 });
    }
    expect(server.ledger).toHaveLength(Math.ceil(whole.byteLength / 3));
  });
});

test('a streamed answer that broke off ends with an error, not with its end', async () => {
  const server = await rawServer(({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
  const { http, context } = benchClient(server.origin);

  const { body } = await http.send(read(server.origin, { answer: 'stream' }), context());

  const { info } = await errorOf(body.text(100));
  expect(info).toMatchObject({ category: 'unavailable', code: 'ANSWER_CUT' });
});

test('an answer that is no HTTP is malformed', async () => {
  const server = await rawServer(({ socket }) => socket.end('SSH-2.0-nope\r\n\r\n'));
  const { http, context } = benchClient(server.origin, { limits: { repeatsPerRequest: 0 } });

  const { info } = await errorOf(http.send(read(server.origin), context()));

  expect(info).toMatchObject({ category: 'protocol', code: 'ANSWER_MALFORMED' });
});

test('an answer past the limit is too large and its socket is destroyed', async () => {
  const server = await rawServer(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const more = () => {
      while (socket.write(`400\r\n${'x'.repeat(1024)}\r\n`));
    };
    socket.on('drain', more);
    more();
  });
  const { http, context } = benchClient(server.origin, { limits: { maxAnswerBytes: 100_000 } });

  const { info } = await errorOf(http.send(create(server.origin), context()));

  expect(info).toMatchObject({ category: 'tooLarge', code: 'ANSWER_TOO_LARGE', effect: 'unknown' });
  await allClosed(server);
});

test('a gzip answer that is cut though its framing is whole is fetched again', async () => {
  let cutAt = 0;
  const server = await rawServer(({ socket, number }) =>
    socket.write(framed(200, number % 2 === 0 ? packed : packed.subarray(0, cutAt), { 'content-encoding': 'gzip' })),
  );
  const { http, context } = benchClient(server.origin, { limits: { repeatsPerMinute: 100_000 } });

  for (cutAt = 0; cutAt < packed.byteLength; cutAt++) {
    const answer = await http.send(read(server.origin), context());

    expect(await answer.body.text(1000)).toBe(rows);
  }
});

test('a small answer that decodes to a huge one is too large', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const server = await rawServer(({ socket }) => socket.write(framed(200, bomb, { 'content-encoding': 'gzip' })));
  const { http, context } = benchClient(server.origin);

  const { info } = await errorOf(http.send(read(server.origin), context()));

  expect(info).toMatchObject({ category: 'tooLarge', code: 'ANSWER_TOO_LARGE' });
});

test.each(['gzip, gzip', 'br'])('an answer encoded as %s is refused and not read', async (encoding) => {
  const server = await rawServer(({ socket }) =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: 900\r\n\r\nhalf`),
  );
  const { http, context } = benchClient(server.origin);

  const { info } = await errorOf(http.send(read(server.origin), context()));

  expect(info).toMatchObject({ category: 'protocol', code: 'ENCODING_UNEXPECTED' });
  await allClosed(server);
});

test.each(['spool', 'stream'] as const)('an answer to %s is asked for without encoding', async (answer) => {
  const server = await rawServer(({ socket }) => socket.write(framed(200, Buffer.from(rows))));
  const { http, context } = benchClient(server.origin);

  await http.send(read(server.origin, { answer }), context());

  expect(server.ledger[0]?.headers['accept-encoding']).toBe('identity');
});

test('an endless error body is read to 64 KiB, and its socket is destroyed', async () => {
  const server = await rawServer(({ socket }) => {
    socket.write('HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n');
    const more = () => {
      while (socket.write(`400\r\n${'x'.repeat(1024)}\r\n`));
    };
    socket.on('drain', more);
    more();
  });
  const { http, context } = benchClient(server.origin);
  let heard = 0;

  const { info } = await errorOf(
    http.send(
      create(server.origin, {
        judge: ({ body }) => {
          heard = body.sizeBytes ?? 0;
          return {};
        },
      }),
      context(),
    ),
  );

  expect(info).toMatchObject({ category: 'validation', effect: 'none' });
  expect(heard).toBe(64 * 1024);
  await allClosed(server);
});

test('an error answer that is longer than judge saw cannot be accepted', async () => {
  const server = await rawServer(({ socket }) => socket.write(framed(404, Buffer.alloc(70_000, 'x'))));
  const { http, context } = benchClient(server.origin);

  const { info } = await errorOf(http.send(read(server.origin, { judge: () => 'accept' }), context()));

  expect(info.code).toBe('ANSWER_TOO_LARGE');
});

test('an error answer that is packed reaches judge unpacked', async () => {
  const server = await rawServer(({ socket }) => socket.write(framed(400, packed, { 'content-encoding': 'gzip' })));
  const { http, context } = benchClient(server.origin);
  const judge = async ({ body }: { body: { text(max: number): Promise<string> } }) => ({
    message: await body.text(100),
  });

  const { info } = await errorOf(http.send(read(server.origin, { judge }), context()));

  expect(info.message).toContain('one,two,three');
});

test('an answer that fills the spool leaves a create unknown and nothing on disk', async () => {
  const server = await rawServer(({ socket }) => socket.write(framed(200, Buffer.alloc(5_000))));
  const { http, context } = benchClient(server.origin, { spoolBytes: 1_000 });

  const { info } = await errorOf(http.send(create(server.origin, { answer: 'spool' }), context()));

  expect(info).toMatchObject({ category: 'tooLarge', code: 'SPOOL_FULL', effect: 'unknown' });
});
