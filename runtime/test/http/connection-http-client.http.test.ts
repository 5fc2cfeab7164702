import type { Socket } from 'node:net';
import { ConnectorError, type HttpRequest, type HttpResponse, type Json } from '@connector-runtime/core';
import { fetchTransport } from '#src/http/fetch-transport.js';
import { undiciTransport } from '#src/http/undici-transport.js';
import { bodyOfStream, bodyOfText } from '#src/services/body.js';
import { benchClient, cancelled, closeAll, create, errorOf, read, update } from './http-bench.js';
import { LentClock } from './lent-clock.js';
import { answerBytes, deadPort, framed, rawServer } from './raw-server.js';

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

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('what is repeated', () => {
  test('a create is never sent again after an ambiguous loss', async () => {
    const server = await rawServer(({ socket }) => socket.destroy());
    const { http, context } = benchClient(server.origin);

    const { info } = await errorOf(http.send(create(server.origin), context()));

    expect(server.ledger).toHaveLength(1);
    expect(info).toMatchObject({ category: 'unavailable', code: 'CONNECTION_RESET', effect: 'unknown', attempts: 1 });
  });

  test('a create is not sent again after a 5xx', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(503)));
    const { http, context } = benchClient(server.origin);

    const { info } = await errorOf(http.send(create(server.origin), context()));

    expect(server.ledger).toHaveLength(1);
    expect(info).toMatchObject({
      category: 'unavailable',
      code: 'HTTP_503',
      effect: 'unknown',
      service: { httpStatus: 503 },
    });
  });

  test.each([[408], [420], [425]])(
    'a request answered %i is sent again, a create only where judge knows that it was refused',
    async (status) => {
      let isRefused = true;
      const server = await rawServer(({ socket }) => {
        socket.write(answerBytes(isRefused ? status : 200));
        isRefused = !isRefused;
      });
      const { http, context } = benchClient(server.origin);

      await http.send(read(server.origin), context());
      await http.send(update(server.origin), context());
      const { info } = await errorOf(http.send(create(server.origin), context()));
      expect([info.code, info.retryable, server.ledger.length]).toEqual([`HTTP_${status}`, true, 5]);

      isRefused = true;
      const judged = await http.send(create(server.origin, { judge: () => ({ effect: 'none' }) }), context());
      expect(judged.status).toBe(200);
    },
  );

  test.each<[string, string, Partial<HttpRequest>]>([
    ['a read', 'none', { effect: 'none' }],
    ['a write', 'unknown', { effect: 'once' }],
    ['a write, spooled,', 'unknown', { effect: 'once', answer: 'spool' }],
    ['a write, streamed,', 'unknown', { effect: 'repeatable', answer: 'stream' }],
  ])('the answer to %s that cannot be read leaves the effect %s', async (_what, effect, more) => {
    const server = await rawServer(({ socket }) => socket.write(framed(200, Uint8Array.of(0x7b, 0xff))));
    const { http, context } = benchClient(server.origin);
    const bodyOf = async () => (await http.send(create(server.origin, more), context())).body;

    expect((await errorOf((await bodyOf()).json(10))).info).toMatchObject({ code: 'NOT_UTF8', effect });
    expect((await errorOf((await bodyOf()).text(1))).info).toMatchObject({ code: 'BODY_TOO_LARGE', effect });
  });

  test('a refusal that cannot be read leaves no effect, unless an attempt before it did', async () => {
    const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number === 2 ? 503 : 404, '<p>')));
    const { http, context } = benchClient(server.origin);
    const judge: HttpRequest['judge'] = ({ status }) => (status === 404 ? 'accept' : {});
    const readingOf = async () => (await http.send(update(server.origin, { judge }), context())).body.json(10);

    expect((await errorOf(readingOf())).info.effect).toBe('none');
    expect((await errorOf(readingOf())).info.effect).toBe('unknown');
  });

  test('a create is sent again after a refusal before execution', async () => {
    const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number === 1 ? 429 : 201)));
    const { http, context } = benchClient(server.origin);

    const answer = await http.send(create(server.origin), context());

    expect(answer).toMatchObject({ status: 201, earlier: 'none' });
    expect(server.ledger.map(({ body }) => body)).toEqual(['a record', 'a record']);
  });

  test('a create is sent again where judge knows that it was refused', async () => {
    const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number === 1 ? 503 : 201)));
    const { http, context } = benchClient(server.origin);

    const answer = await http.send(create(server.origin, { judge: () => ({ effect: 'none' }) }), context());

    expect(answer.status).toBe(201);
  });

  test('an update is sent again after a loss, and the answer tells of the earlier attempt', async () => {
    const server = await rawServer(({ socket, number }) => {
      if (number === 1) socket.destroy();
      else socket.write(answerBytes(204));
    });
    const { http, context } = benchClient(server.origin);

    const answer = await http.send(update(server.origin), context());

    expect(answer).toMatchObject({ status: 204, earlier: 'unknown' });
  });

  test('judge hears what earlier attempts may have done', async () => {
    const server = await rawServer(({ socket, number }) => {
      if (number === 1) socket.destroy();
      else socket.write(answerBytes(404));
    });
    const { http, context } = benchClient(server.origin);
    const heard: [HttpResponse['earlier'], number][] = [];

    const answer = await http.send(
      update(server.origin, {
        method: 'DELETE',
        judge: ({ earlier }, attempt) => {
          heard.push([earlier, attempt]);
          return 'accept';
        },
      }),
      context(),
    );

    expect(answer.status).toBe(404);
    expect(heard).toEqual([['unknown', 2]]);
  });

  test('an error after an ambiguous attempt stays unknown though the last attempt was refused', async () => {
    const server = await rawServer(({ socket, number }) => {
      if (number === 1) socket.destroy();
      else socket.write(answerBytes(400));
    });
    const { http, context } = benchClient(server.origin);

    const { info } = await errorOf(http.send(update(server.origin), context()));

    expect(info).toMatchObject({ category: 'validation', effect: 'unknown', attempts: 2 });
  });

  test('a read has no effect whatever became of it', async () => {
    const server = await rawServer(({ socket }) => socket.destroy());
    const { http, context } = benchClient(server.origin);

    const { info } = await errorOf(http.send(read(server.origin), context()));

    expect(info).toMatchObject({ effect: 'none', attempts: 5 });
    expect(server.ledger).toHaveLength(5);
  });

  test('a body that is given once is not sent again after its first byte left', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(429)));
    const { http, context } = benchClient(server.origin);

    const { info } = await errorOf(
      http.send(update(server.origin, { body: bodyOfStream(pieces('a'), 'text/csv') }), context()),
    );

    expect(server.ledger).toHaveLength(1);
    expect(info).toMatchObject({ category: 'rateLimit', effect: 'none' });
  });

  test('headers are asked before each attempt', async () => {
    const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number === 1 ? 401 : 200)));
    const { http, context, clock } = benchClient(server.origin);
    let token = 'old';

    await http.send(
      create(server.origin, {
        headers: async () => ({ authorization: token }),
        judge: async () => {
          token = 'new';
          return { retryable: true };
        },
      }),
      context(),
    );

    expect(server.ledger.map(({ headers }) => headers['authorization'])).toEqual(['old', 'new']);
    expect(clock.waits).toEqual([]);
  });

  test('a login that was refused with a 5xx is not sent again', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(500, 'INVALID_LOGIN')));
    const { http, context } = benchClient(server.origin);
    const judge = () => ({ category: 'auth' as const, code: 'LOGIN_REFUSED' });

    const { info } = await errorOf(http.send(update(server.origin, { judge }), context()));

    expect(server.ledger).toHaveLength(1);
    expect(info).toMatchObject({ category: 'auth', code: 'LOGIN_REFUSED', retryable: false });
  });

  test('waits grow with full jitter by the lent clock', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(503)));
    const { http, context, clock } = benchClient(server.origin);

    await errorOf(http.send(read(server.origin), context()));

    expect(clock.waits).toEqual([125, 250, 500, 1000]);
  });

  test('Retry-After is waited for', async () => {
    const server = await rawServer(({ socket, number }) =>
      socket.write(number === 1 ? answerBytes(429, '', { 'retry-after': '7' }) : answerBytes(200)),
    );
    const { http, context, clock } = benchClient(server.origin);

    await http.send(create(server.origin), context());

    expect(clock.waits).toEqual([7125]);
  });

  test('a Retry-After beyond the deadline fails now', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(429, '', { 'retry-after': '60' })));
    const { http, context, clock } = benchClient(server.origin);

    const { info } = await errorOf(
      http.send(create(server.origin), context({ deadlineEpochMs: clock.now() + 30_000 })),
    );

    expect(info).toMatchObject({ category: 'rateLimit', retryAfterMs: 60_000, attempts: 1 });
    expect(clock.waits).toEqual([]);
  });

  test('a service that is down gets no more repeats than the budget has', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(503)));
    const { http, context } = benchClient(server.origin, {
      places: 20,
      limits: { repeatsPerMinute: 100 },
      clock: new LentClock(0, false),
    });
    const call = context();

    const errors = await Promise.all(
      Array.from({ length: 10_000 }, () => errorOf(http.send(read(server.origin), call))),
    );

    expect(errors).toHaveLength(10_000);
    expect(server.ledger).toHaveLength(10_100);
  });

  test('what is repeated is told without the query', async () => {
    const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number === 1 ? 503 : 200)));
    const notices: unknown[] = [];
    const { http, context } = benchClient(server.origin, { more: { onRepeat: (notice) => notices.push(notice) } });

    await http.send(read(`${server.origin}/a?token=abc`), context());

    expect(notices).toMatchObject([{ method: 'GET', url: `${server.origin}/a`, attempt: 1, waitMs: 125 }]);
  });
});

describe('a place of the connection', () => {
  test('is held by no more requests at once than there are places', async () => {
    const held: Socket[] = [];
    let most = 0;
    const server = await rawServer(async ({ socket }) => {
      held.push(socket);
      if (held.length < 3) return;
      // Time enough for one too many to arrive.
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, held.length);
      for (const one of held.splice(0)) one.write(answerBytes(200));
    });
    const { http, context } = benchClient(server.origin, { places: 3 });
    const call = context();

    await Promise.all(Array.from({ length: 30 }, () => http.send(read(server.origin), call)));

    expect(most).toBe(3);
    expect(server.sockets.accepted).toBeLessThanOrEqual(3);
  });

  test('is free while headers and judge run, so that they may send themselves', async () => {
    const server = await rawServer(({ socket, path }) => socket.write(answerBytes(path === '/login' ? 200 : 401)));
    const { http, context } = benchClient(server.origin, { places: 1 });
    const call = context();
    const login = async () => {
      await http.send(read(`${server.origin}/login`), call);
      return {};
    };

    const { info } = await errorOf(http.send(read(server.origin, { headers: login, judge: login }), call));

    expect(info.category).toBe('auth');
    expect(server.ledger.map(({ path }) => path)).toEqual(['/login', '/', '/login']);
  });

  test('is free again after whatever went wrong', async () => {
    const server = await rawServer(({ socket, number }) => {
      if (number % 3 === 0) socket.destroy();
      else socket.write(answerBytes(number % 3 === 1 ? 400 : 200, 'x'.repeat(50)));
    });
    const { http, context } = benchClient(server.origin, {
      places: 1,
      limits: { maxAnswerBytes: 10, repeatsPerRequest: 0 },
    });

    for (let i = 0; i < 9; i++) await errorOf(http.send(read(server.origin), context()));

    expect(server.ledger).toHaveLength(9);
  });

  test('is not taken by a streamed answer, so that its reader may send', async () => {
    const server = await rawServer(({ socket, path }) => socket.write(answerBytes(200, path)));
    const { http, context } = benchClient(server.origin, { places: 1 });
    const call = context();

    const streamed = await http.send(read(`${server.origin}/a`, { answer: 'stream' }), call);
    await http.send(read(`${server.origin}/b`), call);

    expect(await streamed.body.text(10)).toBe('/a');
  });

  test('is given up by a request that is cancelled while it waits', async () => {
    const server = await rawServer(() => undefined);
    const { http, context } = benchClient(server.origin, { places: 1 });
    const controller = new AbortController();
    const hanging = http.send(read(server.origin), context()).catch(() => undefined);

    const waiting = http.send(create(server.origin), context({ signal: controller.signal }));
    controller.abort(cancelled());

    expect((await errorOf(waiting)).info).toMatchObject({ code: 'CANCELLED', effect: 'none' });
    await closeAll();
    await hanging;
  });
});

describe('an error', () => {
  test('carries the request id of the service and no query', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(400, '', { 'x-request-id': 'r-17' })));
    const { http, context } = benchClient(server.origin);

    const { info } = await errorOf(http.send(read(`${server.origin}/a?token=abc`), context()));

    expect(info).toMatchObject({ message: `GET ${server.origin}/a was answered 400`, service: { requestId: 'r-17' } });
  });

  test('has what judge said of it, and no secret in its message', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(400, 'bad \u001b[31m hunter22')));
    const { http, context, redactor } = benchClient(server.origin);
    redactor.add('hunter22');

    const { info } = await errorOf(
      http.send(
        create(server.origin, {
          judge: async ({ body }) => ({ code: 'SERVICE_SAYS', message: await body.text(1000), service: { code: 'X' } }),
        }),
        context(),
      ),
    );

    expect(info).toMatchObject({ category: 'validation', code: 'SERVICE_SAYS', message: 'bad \\u001b[31m [secret]' });
    expect(info.service).toEqual({ httpStatus: 400, code: 'X' });
  });

  test('of headers says that nothing was sent', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(200)));
    const { http, context } = benchClient(server.origin);
    const failed = new ConnectorError({
      category: 'auth',
      code: 'LOGIN_LOST',
      message: 'm',
      effect: 'unknown',
      retryable: false,
    });

    const { info } = await errorOf(
      http.send(create(server.origin, { headers: () => Promise.reject(failed) }), context()),
    );

    expect(info).toMatchObject({ code: 'LOGIN_LOST', effect: 'none' });
    expect(server.ledger).toHaveLength(0);
  });

  test('of a judge that throws something is internal, with the effect of the answer', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(500)));
    const { http, context } = benchClient(server.origin);
    const judge = () => {
      throw new TypeError('oops');
    };

    const { info } = await errorOf(http.send(create(server.origin, { judge }), context()));

    expect(info).toMatchObject({ category: 'internal', effect: 'unknown' });
  });

  test('of a body that cannot be given is that body’s own', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(200)));
    const { http, context } = benchClient(server.origin);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('<a>');
      throw new ConnectorError({
        category: 'validation',
        code: 'XML_MALFORMED',
        message: 'm',
        effect: 'none',
        retryable: false,
      });
    }

    const { info } = await errorOf(
      http.send(create(server.origin, { body: bodyOfStream(broken(), 'application/xml') }), context()),
    );

    expect(info).toMatchObject({ category: 'validation', code: 'XML_MALFORMED', effect: 'none' });
    expect(server.ledger).toHaveLength(0);
  });

  test('of a foreign origin comes before anything is sent', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(200)));
    const { http, context } = benchClient('http://127.0.0.1:1');

    const { info } = await errorOf(http.send(create(server.origin), context()));

    expect(info).toMatchObject({ category: 'config', code: 'EGRESS_REFUSED', effect: 'none' });
    expect(server.sockets.accepted).toBe(0);
  });

  test.each([
    ['a line end in a value', { 'x-a': 'b\r\nx-c: d' }],
    ['a character beyond Latin-1', { 'x-a': '\u20ac' }],
    ['a name that is none', { 'x a': 'b' }],
    ['a header of the host', { Host: 'elsewhere.test' }],
    ['framing', { 'transfer-encoding': 'chunked' }],
  ])('of %s names no value and sends nothing', async (_what, headers) => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(200)));
    const { http, context } = benchClient(server.origin);

    const { info } = await errorOf(
      http.send(create(server.origin, { headers: headers as Record<string, string> }), context()),
    );

    expect(info).toMatchObject({ category: 'contract', code: 'HEADER_INVALID', effect: 'none' });
    expect(server.ledger).toHaveLength(0);
  });

  test('after close says that the connection is closed', async () => {
    const server = await rawServer(({ socket }) => socket.write(answerBytes(200)));
    const { http, context } = benchClient(server.origin);

    await http.close();
    await http.close();

    expect((await errorOf(http.send(create(server.origin), context()))).info).toMatchObject({
      code: 'SHUTDOWN',
      effect: 'none',
    });
  });

  test('of a request that close cut tells what it may have done', async () => {
    const server = await rawServer(() => void http.close());
    const { http, context } = benchClient(server.origin);

    const { info } = await errorOf(http.send(create(server.origin), context()));

    expect(info).toMatchObject({ category: 'cancelled', code: 'SHUTDOWN', effect: 'unknown' });
  });

  test('of a host that no name server knows is no matter of the request', async () => {
    const { http, context } = benchClient('https://no-such-host.invalid', { limits: { repeatsPerRequest: 0 } });

    const { info } = await errorOf(http.send(create('https://no-such-host.invalid/'), context()));

    expect(info).toMatchObject({ category: 'unavailable', code: 'DNS_FAILED', effect: 'none' });
  });
});

test('a signal keeps no listener of requests that are over', async () => {
  const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number % 2 ? 200 : 503)));
  const { http, context } = benchClient(server.origin);
  const controller = new AbortController();
  const added = jest.spyOn(controller.signal, 'addEventListener');
  const removed = jest.spyOn(controller.signal, 'removeEventListener');
  const call = context({ signal: controller.signal });

  for (let i = 0; i < 5; i++) await http.send(read(server.origin), call).catch(() => undefined);

  expect(added.mock.calls.length).toBeGreaterThan(0);
  const still = added.mock.calls.filter(([, listener]) => !removed.mock.calls.some(([, gone]) => gone === listener));
  expect(still).toEqual([]);
});

test('a body of unknown origin is read again for each attempt', async () => {
  const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number === 1 ? 503 : 200)));
  const { http, context } = benchClient(server.origin);
  const large: Json = 'x'.repeat(200_000);

  await http.send(update(server.origin, { body: bodyOfText(large, 'text/plain') }), context());

  expect(server.ledger.map(({ body }) => body.length)).toEqual([200_000, 200_000]);
});
