import { fetchTransport } from '#src/http/fetch-transport.js';
import { undiciTransport } from '#src/http/undici-transport.js';
import { bodyOfStream } from '#src/services/body.js';
import { benchClient, cancelled, closeAll, create, errorOf, pieces, read } from './http-bench.js';
import { answerBytes, deadPort, rawServer } from './raw-server.js';

afterEach(closeAll);

const transports = [
  ['undici', () => undiciTransport()],
  ['fetch', () => fetchTransport((url, init) => fetch(url, init))],
] as const;

describe.each(transports)('a request over %s', (_name, transport) => {
  test('is sent as stated and resolves with the answer', async () => {
    const server = await rawServer(({ socket }) =>
      socket.write(answerBytes(201, '{"id":"1"}', { 'Content-Type': 'application/json; charset=UTF-8', 'X-A': 'b' })),
    );
    const { http, context } = benchClient(server.origin, { transport: transport() });

    const answer = await http.send(
      create(`${server.origin}/records?x=1`, { headers: { authorization: 'Bearer t' }, body: '<a/>' }),
      context(),
    );

    expect(answer.status).toBe(201);
    expect(answer.headers['x-a']).toBe('b');
    expect(answer.body.mediaType).toBe('application/json');
    expect(await answer.body.json(100)).toEqual({ id: '1' });
    expect(answer.earlier).toBe('none');
    expect(server.ledger).toMatchObject([{ method: 'POST', path: '/records?x=1', body: '<a/>' }]);
    expect(server.ledger[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'content-length': '4' });
  });

  test('sends a body of unknown length in chunks, with its media type', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(200)));
    const { http, context } = benchClient(server.origin, { transport: transport() });
    const body = bodyOfStream(pieces('one', 'two'), 'text/csv');

    await http.send(create(server.origin, { body }), context());

    expect(server.ledger[0]).toMatchObject({ body: 'onetwo', headers: { 'content-type': 'text/csv' } });
  });

  test('joins the values of a header that the answer repeats', async () => {
    const server = await rawServer(({ socket }) =>
      socket.write('HTTP/1.1 200 OK\r\nx-limit: a\r\nX-Limit: b\r\ncontent-length: 0\r\n\r\n'),
    );
    const { http, context } = benchClient(server.origin, { transport: transport() });

    const answer = await http.send(read(server.origin), context());

    expect(answer.headers['x-limit']).toBe('a, b');
  });

  test('is not redirected, and the error names the origin of the target alone', async () => {
    const server = await rawServer(({ socket }) =>
      socket.write(answerBytes(307, '', { location: 'https://elsewhere.test/path?token=abc' })),
    );
    const { http, context } = benchClient(server.origin, { transport: transport() });

    const { info } = await errorOf(http.send(create(server.origin), context()));

    expect(info).toMatchObject({ category: 'protocol', code: 'REDIRECTED', effect: 'none', retryable: false });
    expect(info.message).toContain('https://elsewhere.test;');
    expect(info.message).not.toContain('abc');
    expect(server.ledger).toHaveLength(1);
  });

  test('that was cancelled on its way rejects at once with the reason and what it may have done', async () => {
    const controller = new AbortController();
    const server = await rawServer(() => controller.abort(cancelled()));
    const { http, context } = benchClient(server.origin, { transport: transport() });

    const { info } = await errorOf(http.send(create(server.origin), context({ signal: controller.signal })));

    expect(info).toMatchObject({ category: 'cancelled', code: 'CANCELLED', effect: 'unknown', attempts: 1 });
  });

  test('that found no listener was never sent, so even a create is repeated', async () => {
    const origin = `http://127.0.0.1:${await deadPort()}`;
    const { http, context, clock } = benchClient(origin, { transport: transport() });

    const { info } = await errorOf(http.send(create(origin), context()));

    expect(info).toMatchObject({
      category: 'unavailable',
      code: 'CONNECTION_REFUSED',
      effect: 'none',
      retryable: true,
      attempts: 5,
    });
    expect(clock.waits).toHaveLength(4);
  });

  test('whose answer never comes ends by the limit of one attempt', async () => {
    const server = await rawServer(() => undefined);
    const { http, context } = benchClient(server.origin, { transport: transport(), limits: { repeatsPerRequest: 0 } });

    const { info } = await errorOf(http.send(create(server.origin, { timeoutMs: 30 }), context()));

    expect(info).toMatchObject({ category: 'timeout', code: 'ATTEMPT_TIMEOUT', effect: 'unknown' });
  });

  test('whose answer never comes ends by the limit for heads', async () => {
    const server = await rawServer(() => undefined);
    const { http, context } = benchClient(server.origin, {
      transport: transport(),
      settings: { headersTimeoutMs: 30 },
      limits: { repeatsPerRequest: 0 },
    });

    const { info } = await errorOf(http.send(create(server.origin), context()));

    expect(info).toMatchObject({ category: 'timeout', code: 'HEADERS_TIMEOUT', effect: 'unknown' });
  });

  test('whose answer stands still ends by the limit for idle bodies', async () => {
    const server = await rawServer(({ socket }) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
    const { http, context } = benchClient(server.origin, {
      transport: transport(),
      settings: { bodyIdleTimeoutMs: 30 },
      limits: { repeatsPerRequest: 0 },
    });

    const { info } = await errorOf(http.send(read(server.origin), context()));

    expect(info).toMatchObject({ category: 'timeout', code: 'BODY_TIMEOUT', effect: 'none' });
  });

  test('with a streamed answer resolves at its head and gives the pieces as they come', async () => {
    let more: () => void = () => undefined;
    const server = await rawServer(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\none');
      more = () => socket.write('two');
    });
    const { http, context } = benchClient(server.origin, { transport: transport() });

    const { body } = await http.send(read(server.origin, { answer: 'stream' }), context());
    const got: string[] = [];
    for await (const piece of body.open()) {
      got.push(Buffer.from(piece).toString());
      more();
    }

    expect(got.join('')).toBe('onetwo');
    expect(body.repeatable).toBe(false);
  });

  test('with a streamed answer is cut when its call ends', async () => {
    const controller = new AbortController();
    const server = await rawServer(({ socket }) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\none'));
    const { http, context } = benchClient(server.origin, { transport: transport() });
    const { signal } = controller;

    const { body } = await http.send(read(server.origin, { answer: 'stream' }), context({ signal }));
    const reading = (async () => {
      for await (const _piece of body.open(signal)) controller.abort(cancelled());
    })();

    expect((await errorOf(reading)).info.code).toBe('CANCELLED');
  });
});
