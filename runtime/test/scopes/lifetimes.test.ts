import {
  type Connection,
  type ConnectorPlugin,
  type Document,
  type Events,
  inject,
  injectable,
} from '@connector-runtime/core';
import { ConnectorRuntime, type RuntimeConnection } from '@connector-runtime/runtime';
import { scriptedPlugin } from '../scripted-plugin.js';

/** A plugin whose shared session counts how often it was made, opened and closed. */
function sessionPlugin(log: string[]): ConnectorPlugin {
  let made = 0;

  @injectable()
  class Session {
    readonly number = ++made;

    async close() {
      log.push(`session ${this.number} closed`);
    }
  }

  @injectable()
  class Link implements Connection {
    constructor(@inject(Session) private readonly session: Session) {}

    async open() {
      log.push(`opened over session ${this.session.number}`);
    }

    async test() {
      return [];
    }

    async close() {
      log.push('connection closed');
    }
  }

  @injectable()
  class Work {
    private static made = 0;
    readonly number = ++Work.made;

    constructor(@inject(Session) private readonly session: Session) {}

    async *execute(documents: AsyncIterable<Document>): Events {
      for await (const { id } of documents)
        yield {
          type: 'result',
          inputs: [id],
          status: 'success',
          message: `work ${this.number}, session ${this.session.number}`,
        };
    }
  }

  const base = scriptedPlugin(async function* () {});
  return { ...base, connection: Link, shared: [Session], operations: { write: () => Work } };
}

async function messages(connection: RuntimeConnection): Promise<string[]> {
  const found: string[] = [];
  for await (const event of connection.execute({ operation: 'write' }, [{ body: 'x' }]))
    if (event.type === 'result') found.push(event.message ?? '');
  return found;
}

describe('a connection', () => {
  test('has one shared instance for all executions, opened once; each execution has an operation of its own', async () => {
    const log: string[] = [];
    const runtime = new ConnectorRuntime({ plugins: [sessionPlugin(log)] });
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });

    const [first, second] = await Promise.all([messages(connection), messages(connection)]);

    expect([...(first ?? []), ...(second ?? [])].sort()).toEqual(['work 1, session 1', 'work 2, session 1']);
    expect(log).toEqual(['opened over session 1']);
    await runtime.close();
    expect(log).toEqual(['opened over session 1', 'connection closed', 'session 1 closed']);
  });

  test('is not closed by the end of an execution', async () => {
    const log: string[] = [];
    const runtime = new ConnectorRuntime({ plugins: [sessionPlugin(log)] });
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });

    await messages(connection);

    expect(await messages(connection)).toEqual(['work 2, session 1']);
    expect(log).toEqual(['opened over session 1']);
    await runtime.close();
  });

  test('shares nothing with another connection', async () => {
    const log: string[] = [];
    const runtime = new ConnectorRuntime({ plugins: [sessionPlugin(log)] });
    const one = await runtime.connect({ plugin: 'scripted', properties: {} });
    const other = await runtime.connect({ plugin: 'scripted', properties: {} });

    await messages(one);
    await messages(other);

    expect(log).toEqual(['opened over session 1', 'opened over session 2']);
    await runtime.close();
  });

  test('may be closed twice, and refuses every call afterwards', async () => {
    const log: string[] = [];
    const runtime = new ConnectorRuntime({ plugins: [sessionPlugin(log)] });
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });
    await connection.test();

    await Promise.all([connection.close(), connection.close()]);
    await connection.close();

    expect(log.filter((line) => line.includes('closed'))).toHaveLength(2);
    expect(() => connection.execute({ operation: 'write' }, [])).toThrow('is closed');
    await expect(connection.test()).rejects.toMatchObject({ info: { code: 'CONNECTION_CLOSED' } });
  });

  test('closes in time though a plugin hangs, and gives every document its result', async () => {
    const plugin = scriptedPlugin(
      async function* (documents) {
        await documents[Symbol.asyncIterator]().next();
        yield { type: 'progress', done: 0, unit: 'documents' };
        await new Promise(() => undefined);
      },
      { connection: { close: () => new Promise(() => undefined) } },
    );
    const runtime = new ConnectorRuntime({ plugins: [plugin], limits: { closeWithinMs: 400 } });
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });
    const execution = connection.execute({ operation: 'write' }, [{ body: 'x' }, { body: 'y' }]);
    const statuses: string[] = [];
    const startedMs = performance.now();

    for await (const event of execution) {
      if (event.type === 'progress') void runtime.close();
      if (event.type === 'result') statuses.push(event.status);
    }
    await runtime.close();

    expect(statuses).toEqual(['unknown', 'notAttempted']);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  test('is never opened twice, though the call that opened it was ended before it was open', async () => {
    let opened = 0;
    let release: () => void = () => undefined;
    const plugin = scriptedPlugin(async function* () {}, {
      connection: {
        open: async () => {
          opened += 1;
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        },
      },
    });
    const runtime = new ConnectorRuntime({ plugins: [plugin] });
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });

    await expect(connection.test({ deadlineMs: 20 })).rejects.toMatchObject({ info: { code: 'DEADLINE' } });
    const second = connection.test();
    release();

    expect((await second)[0]?.ok).toBe(true);
    expect(opened).toBe(1);
    await runtime.close();
  });

  test('closes at once though an execution was begun and never read', async () => {
    const runtime = new ConnectorRuntime({ plugins: [scriptedPlugin(async function* () {})] });
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });
    const execution = connection.execute({ operation: 'write' }, [{ body: 'x' }]);
    execution.batches();
    const startedMs = performance.now();

    await runtime.close();

    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect((await execution.summary).counts.notAttempted).toBe(1);
  });

  test('tries to open again after a failed attempt', async () => {
    let attempts = 0;
    const plugin = scriptedPlugin(async function* () {}, {
      connection: {
        open: async () => {
          attempts += 1;
          if (attempts === 1) throw new Error('not now');
        },
      },
    });
    const runtime = new ConnectorRuntime({ plugins: [plugin] });
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });

    const first = await connection.test();
    const second = await connection.test();
    await connection.test();

    expect([first[0]?.ok, second[0]?.ok, attempts]).toEqual([false, true, 2]);
    await runtime.close();
  });
});

test('a constructor that does not say what it needs is told of by place and class', async () => {
  @injectable()
  class Session {}

  class Link implements Connection {
    constructor(
      @inject(Session) readonly session: Session,
      readonly forgotten: { readonly key: string },
    ) {}

    async open() {}

    async test() {
      return [];
    }

    async close() {}
  }
  const plugin: ConnectorPlugin = { ...scriptedPlugin(async function* () {}), connection: Link };
  const runtime = new ConnectorRuntime({ plugins: [plugin] });

  const connecting = runtime.connect({ plugin: 'scripted', properties: {} });

  await expect(connecting).rejects.toMatchObject({
    info: { code: 'PLUGIN_INVALID', message: 'parameter 2 of the constructor of Link has no @inject(…)' },
  });
  await runtime.close();
});
