import type { Socket } from 'node:net';
import { benchClient, cancelled, closeAll, create, errorOf, read } from './http-bench.js';
import { answerBytes, rawServer } from './raw-server.js';

afterEach(closeAll);

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
