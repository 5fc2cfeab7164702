import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import {
  CACHE,
  type Cache,
  type Connection,
  ConnectorError,
  CREDENTIAL_STORE,
  type CredentialStore,
  type ErrorInfo,
  HTTP_CLIENT,
  inject,
  injectable,
  type OperationEvent,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import { fixture } from './http/raw-server.js';
import { type Script, scriptedPlugin } from './scripted-plugin.js';

const runtimes: ConnectorRuntime[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'runtime-test-'));
});
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
  rmSync(folder, { recursive: true });
});

const accept: Script = (documents, context) =>
  perDocument(documents, context, async ({ id }) => ({ type: 'result', inputs: [id], status: 'success' }));

const withPassword = {
  connection: {
    properties: {
      type: 'object',
      additionalProperties: false,
      properties: {
        user: { type: 'integer' },
        password: { type: 'string', format: 'password', writeOnly: true },
      },
    },
  },
} as const;

const word = 'barley-and-oats';

function runtimeOf(script: Script, changes?: Parameters<typeof scriptedPlugin>[1]): ConnectorRuntime {
  const runtime = new ConnectorRuntime({ plugins: [scriptedPlugin(script, { manifest: withPassword, ...changes })] });
  runtimes.push(runtime);
  return runtime;
}

async function errorOf(work: Promise<unknown>): Promise<ConnectorError> {
  return work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: ConnectorError) => error,
  );
}

/** What shows of an object to anyone who prints it. */
function printed(value: unknown): string {
  let json = '';
  try {
    json = JSON.stringify(value);
  } catch {
    // it holds itself
  }
  return json + inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxArrayLength: null });
}

test('neither runtime, connection nor what a plugin is lent shows the environment, the proxy or the key', async () => {
  writeFileSync(path.join(folder, 'key.pem'), fixture('client-key.pem'));
  writeFileSync(path.join(folder, 'cert.pem'), fixture('client.pem'));
  process.env['CANARY_OF_THE_ENVIRONMENT'] = 'canary-of-the-environment';
  let lent: unknown;
  @injectable()
  class Keeping implements Connection {
    constructor(@inject(HTTP_CLIENT) http: unknown) {
      lent = http;
    }

    async open() {}
    async test() {
      return [];
    }
    async close() {}
  }
  const runtime = runtimeOf(accept, {
    manifest: { ...withPassword, egress: ['https://*.example.org'] },
    plugin: { connection: Keeping },
  });
  const connection = await runtime.connect({
    plugin: 'scripted',
    properties: { password: word },
    folder,
    http: { proxy: `http://me:proxy-${word}@proxy.test:3128`, keyFile: 'key.pem', certFile: 'cert.pem' },
  });
  await connection.test();

  const text = [runtime, connection, lent].map(printed).join('\n');

  delete process.env['CANARY_OF_THE_ENVIRONMENT'];
  expect(lent).toBeDefined();
  expect(text).not.toContain('canary-of-the-environment');
  expect(text).not.toContain(word);
  expect(text).not.toContain(fixture('client-key.pem').split('\n')[1]);
});

describe('a secret of the configuration', () => {
  const failing = (info: Partial<ErrorInfo>) => ({
    category: 'validation' as const,
    code: 'X',
    message: 'm',
    effect: 'none' as const,
    retryable: false,
    ...info,
  });
  const quote = `quotes ${word}`;

  async function run(script: Script) {
    const connection = await runtimeOf(script).connect({ plugin: 'scripted', properties: { password: word } });
    const execution = connection.execute({ operation: 'write' }, [{ id: 'a', body: '' }]);
    const events: OperationEvent[] = [];
    for await (const event of execution) events.push(event);
    return { events, summary: await execution.summary };
  }

  test.each<[string, Script, object]>([
    [
      'the message and code of a success',
      async function* (documents) {
        for await (const { id } of documents)
          yield { type: 'result', inputs: [id], status: 'success', message: quote, code: word };
      },
      { events: [{ status: 'success', message: 'quotes [secret]', code: '[secret]' }] },
    ],
    [
      'every text of a failure',
      async function* (documents) {
        for await (const { id } of documents)
          yield {
            type: 'result',
            inputs: [id],
            status: 'failure',
            message: quote,
            code: word,
            body: quote,
            error: failing({ message: quote, path: quote, service: { code: word, requestId: word } }),
          };
      },
      {
        events: [
          {
            message: 'quotes [secret]',
            code: '[secret]',
            body: 'quotes [secret]',
            error: { message: 'quotes [secret]', service: { code: '[secret]' } },
          },
        ],
      },
    ],
    [
      'the error that ends an execution',
      async function* (documents) {
        await documents[Symbol.asyncIterator]().next();
        yield { type: 'progress', done: 0, unit: 'documents' };
        throw new ConnectorError(failing({ message: quote, service: { code: word } }));
      },
      { summary: { error: { message: 'quotes [secret]', service: { code: '[secret]' } } } },
    ],
    [
      'the warnings of a summary',
      (documents, context) => {
        context.logger.warn(quote);
        return accept(documents, context);
      },
      { summary: { warnings: ['quotes [secret]'] } },
    ],
  ])('is struck out of %s', async (_, script, expected) => {
    const outcome = await run(script);

    expect(outcome).toMatchObject({ ...expected, ...('events' in expected ? { events: expect.anything() } : {}) });
    if ('events' in expected) expect(outcome.events).toMatchObject(expected.events as object[]);
    expect(JSON.stringify(outcome)).not.toContain(word);
  });

  test('is not shown where it stands in a wrong property', async () => {
    process.env['MISPLACED'] = word;
    const runtime = runtimeOf(accept, {
      descriptor: {
        properties: { type: 'object', additionalProperties: false, properties: { n: { type: 'integer' } } },
      },
    });

    const onConnect = await errorOf(
      runtime.connect({ plugin: 'scripted', properties: { user: { $secret: 'env:MISPLACED' } } }),
    );
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });
    const onExecute = await errorOf(
      (async () => connection.execute({ operation: 'write', properties: { n: word } }, []))(),
    );

    delete process.env['MISPLACED'];
    const inHttp = await errorOf(
      runtime.connect({
        plugin: 'scripted',
        properties: { password: word },
        http: { connectTimeoutMs: word as unknown as number },
      }),
    );

    for (const error of [onConnect, onExecute, inHttp]) {
      expect(error.info.code).toBe('CONFIG_INVALID');
      expect(error.message).toContain('[secret]');
      expect(inspect(error, { depth: 9 })).not.toContain(word);
    }
  });

  test('stored by the plugin is struck out, be it an address, unless that is one of the web', async () => {
    const tokens = { access: 'urn:opaque:0123456789', home: 'https://home.example.org/' };
    @injectable()
    class Storing implements Connection {
      constructor(@inject(CREDENTIAL_STORE) private readonly store: CredentialStore) {}

      async open() {
        await this.store.put('tokens', JSON.stringify(tokens), 0);
      }
      async test() {
        return [{ name: 'tokens', ok: true, tookMs: 0, message: `${tokens.access} ${tokens.home}` }];
      }
      async close() {}
    }
    const connection = await runtimeOf(accept, { plugin: { connection: Storing } }).connect({
      plugin: 'scripted',
      properties: {},
    });

    expect((await connection.test())[1]?.message).toBe(`[secret] ${tokens.home}`);
  });
});

test('what connections without a name keep goes with them, and pushes nothing of a named one out', async () => {
  const found: unknown[] = [];
  @injectable()
  class Caching implements Connection {
    constructor(@inject(CACHE) private readonly cache: Cache) {}

    async open() {
      found.push(await this.cache.get('small'));
      await this.cache.set('small', 'kept', 60_000);
    }
    async test() {
      await this.cache.set('large', 'x'.repeat(20_000_000), 60_000);
      return [];
    }
    async close() {}
  }
  const runtime = runtimeOf(accept, { plugin: { connection: Caching } });
  const open = async (id?: string) => {
    const connection = await runtime.connect({
      plugin: 'scripted',
      properties: {},
      ...(id === undefined ? {} : { id }),
    });
    for await (const _ of connection.execute({ operation: 'write', properties: {} }, []).batches());
    return connection;
  };

  await open('named');
  for (let n = 0; n < 2; n += 1) await (await open()).test();
  await open('named');

  expect(found).toEqual([undefined, undefined, undefined, 'kept']);
});

test('credentials that were refused are not sent again by another connection with the same configuration', async () => {
  let logins = 0;
  const runtime = runtimeOf(accept, {
    connection: {
      open: async () => {
        logins += 1;
        throw new ConnectorError({
          category: 'auth',
          code: 'LOGIN_REFUSED',
          message: 'no',
          effect: 'none',
          retryable: false,
        });
      },
    },
  });
  const findingsOf = async (password: string) =>
    (await runtime.connect({ plugin: 'scripted', properties: { password } })).test();

  const [first, second] = [await findingsOf(word), await findingsOf(word)];
  expect([first[0]?.error?.code, second[0]?.error?.code, logins]).toEqual(['LOGIN_REFUSED', 'LOGIN_REFUSED', 1]);

  await findingsOf('another-word');
  expect(logins).toBe(2);
});
