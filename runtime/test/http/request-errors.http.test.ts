import { ConnectorError } from '@connector-runtime/core';
import { bodyOfStream } from '#src/services/body.js';
import { benchClient, closeAll, create, errorOf, read } from './http-bench.js';
import { answerBytes, rawServer } from './raw-server.js';

afterEach(closeAll);

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
