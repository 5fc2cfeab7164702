import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ResultEvent } from '@connector-runtime/core';
import {
  ConnectorRuntime,
  type DocumentInput,
  type Execution,
  type RuntimeConnection,
} from '@connector-runtime/runtime';
import { type Frame, FrameReader, frameBytes } from '../reference/lines/lines-frame.js';
import linesPlugin from '../reference/lines/lines-plugin.js';

/** What it says to a statement; `lost`: it closes the socket instead. */
type Script = (verb: string, payload: string) => Uint8Array | 'lost';

let stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

describe('a put that was applied and its answer lost is unknown', () => {
  test.each([
    ['the login is refused', 'DENIED'],
    ['the login is answered with what is no outcome', 'NONSENSE'],
  ])('where the session has expired then and %s', async (_, second) => {
    let logins = 0;
    let puts = 0;
    const { connection } = await connected((verb) => {
      if (verb === 'LOGIN') return ++logins === 1 ? frame('OK', 's1') : frame(second);
      if (verb === 'PUT') return ++puts === 1 ? 'lost' : frame('EXPIRED');
      return frame('OK');
    });

    expect(await put(connection, 'k')).toMatchObject([{ status: 'unknown', error: { effect: 'unknown' } }]);
    expect(puts).toBe(2);
  });
});

describe('a service that says more than it was asked', () => {
  test.each([
    ['the first byte of a frame', 'O'],
    ['the first word of a frame', 'OK'],
    ['a whole frame', 'OK 0\n'],
  ])('answers no later statement with %s', async (_, more) => {
    const { connection, sockets } = await connected((verb, payload) => {
      if (verb === 'LOGIN') return frame('OK', 's1');
      if (payload.includes('first')) return Buffer.concat([frame('OK'), Buffer.from(more)]);
      return Buffer.concat([Buffer.from('OK 0\n'.slice(more.length)), frame('FORBIDDEN')]);
    });

    expect(await put(connection, 'first')).toMatchObject([{ status: 'success' }]);
    expect(await put(connection, 'second')).not.toMatchObject([{ status: 'success' }]);
    expect(sockets.size).toBe(2);
  });

  test('says it once a statement was answered, and loses the socket', async () => {
    const { connection, sockets } = await connected(() => frame('OK', 's1'));
    await put(connection, 'first');
    const [socket] = sockets;
    socket?.write('O');
    await new Promise<void>((resolve) => socket?.once('close', () => resolve()));

    expect(await put(connection, 'second')).toMatchObject([{ status: 'success' }]);
    expect(sockets.size).toBe(2);
  });
});

describe('an answer that is none of the protocol', () => {
  const UNEXPECTED = { category: 'protocol', code: 'LINES_ANSWER_UNEXPECTED' };

  test.each(['', 's1 x', 's1 0\nPUT thing s1'])('is the name %j of a session', async (name) => {
    const { connection, statements } = await connected(() => frame('OK', name));

    expect(await connection.test()).toMatchObject([{ ok: false, error: UNEXPECTED }]);
    expect(statements).toHaveLength(1);
  });

  test('is the name of a snapshot that would be a statement', async () => {
    const { connection, statements } = await connected((verb) =>
      frame('OK', verb === 'SNAPSHOT' ? 'x s1 0\nREMOVE' : 's1'),
    );

    const request = { operation: 'read', objectType: 'thing', properties: { snapshot: true } };
    expect(await resultsOf(connection.execute(request, [{ body: {} }]))).toMatchObject([{ error: UNEXPECTED }]);
    expect(statements.map(({ words: [verb] }) => verb)).toEqual(['LOGIN', 'SNAPSHOT']);
  });

  test('is a greeting of another protocol', async () => {
    const { connection, statements } = await connected(() => frame('OK', 's1'), frame('HELLO'));

    expect(await connection.test()).toMatchObject([{ ok: false, error: UNEXPECTED }]);
    expect(statements).toEqual([]);
  });

  test.each(['FORBIDDEN', 'absent', ''])('is the outcome %j of an entry that is looked for', async (outcome) => {
    const { connection } = await connected((verb) => frame('OK', verb === 'LOGIN' ? 's1' : `${outcome}\nABSENT`));

    const request = { operation: 'create', objectType: 'thing' };
    const documents = ['a', 'b'].map((key) => ({ id: key, body: { key } }));
    const results = await resultsOf(connection.reconcile(request, documents));
    expect(results.map(({ status }) => status)).not.toContain('notAttempted');
  });

  test.each([[['thing']], [[]]])('is the page of types %j, for ever', async (names) => {
    const { connection } = await connected((verb) =>
      frame('OK', verb === 'LOGIN' ? 's1' : JSON.stringify({ names, isLast: false })),
    );

    const read = async () => {
      for await (const type of connection.objectTypes({ operation: 'read' })) expect(type.id).toBe('thing');
    };
    await expect(read()).rejects.toMatchObject({ info: UNEXPECTED });
  });
});

function frame(outcome: string, text = ''): Uint8Array {
  return frameBytes({ words: [outcome], payload: Buffer.from(text) });
}

async function put(connection: RuntimeConnection, ...keys: readonly string[]): Promise<readonly ResultEvent[]> {
  const documents = keys.map((key): DocumentInput => ({ id: key, body: { key } }));
  return resultsOf(connection.execute({ operation: 'put', objectType: 'thing' }, documents));
}

async function resultsOf(execution: Execution): Promise<readonly ResultEvent[]> {
  const results: ResultEvent[] = [];
  for await (const event of execution) if (event.type === 'result') results.push(event);
  return results;
}

/** The plugin, connected with a service that says what `script` has it say. */
async function connected(script: Script, greeting = frame('READY')) {
  const statements: Frame[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const reader = new FrameReader();
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece) => {
      for (const statement of reader.read(piece)) {
        statements.push(statement);
        const answer = script(statement.words[0] ?? '', Buffer.from(statement.payload).toString());
        if (answer === 'lost') socket.destroy();
        else socket.write(answer);
      }
    });
    socket.write(greeting);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const runtime = new ConnectorRuntime({ plugins: [linesPlugin] });
  stops.push(() => runtime.close());
  const { port } = server.address() as AddressInfo;
  const properties = { host: '127.0.0.1', port, password: 'pw123456', concurrent: 1 };
  const connection = await runtime.connect({ plugin: 'lines', properties });
  return { connection, statements, sockets };
}
