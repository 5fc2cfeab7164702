import type { HttpRequest, HttpResponse, Json } from '@connector-runtime/core';
import { bodyOfStream, bodyOfText } from '#src/services/body.js';
import { benchClient, closeAll, create, errorOf, pieces, read, update } from './http-bench.js';
import { LentClock } from './lent-clock.js';
import { answerBytes, framed, rawServer } from './raw-server.js';

afterEach(closeAll);

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
      expect([info.code, info.effect, server.ledger.length]).toEqual([`HTTP_${status}`, 'unknown', 5]);

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

test('a body of unknown origin is read again for each attempt', async () => {
  const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number === 1 ? 503 : 200)));
  const { http, context } = benchClient(server.origin);
  const large: Json = 'x'.repeat(200_000);

  await http.send(update(server.origin, { body: bodyOfText(large, 'text/plain') }), context());

  expect(server.ledger.map(({ body }) => body.length)).toEqual([200_000, 200_000]);
});
