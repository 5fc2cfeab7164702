import { execFile } from 'node:child_process';
import * as http from 'node:http';
import * as net from 'node:net';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import {
  type CallContext,
  type Connection,
  HTTP_CLIENT,
  type HttpClient,
  inject,
  injectable,
} from '@connector-runtime/core';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import type { HttpSettings } from '#src/http/http-transport.js';
import { proxyEnvironment } from '#src/http/proxy-rule.js';
import { scriptedPlugin } from '../scripted-plugin.js';
import { benchClient, closeAll, closeLater, create, errorOf, read } from './http-bench.js';
import { answerBytes, certified, fixture, mute, type RawServer, rawServer } from './raw-server.js';

afterEach(closeAll);

const ca = fixture('authority.pem');
const once = { repeatsPerRequest: 0 };

async function service(name: string, more = {}): Promise<RawServer> {
  return rawServer(({ socket }) => socket.write(answerBytes(200, 'ok')), certified(name, more));
}

/** A proxy that tunnels whatever name to one port, and what it was asked. */
async function proxyTo(port: number, status = 200) {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const server = http.createServer();
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, socket) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    socket.on('error', () => undefined);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as net.AddressInfo;
  closeLater({
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
  return { asked, host: `127.0.0.1:${own}` };
}

describe('TLS', () => {
  test('an authority of the connection’s own is trusted', async () => {
    const server = await service('service');
    const { http, context } = benchClient(server.origin, { settings: { ca } });

    const answer = await http.send(read(server.origin), context());

    expect(await answer.body.text(10)).toBe('ok');
    expect(server.ledger.map(({ socket }) => (socket as TLSSocket).getProtocol())).toEqual(['TLSv1.3']);
  });

  test.each([
    ['an unknown authority', 'service', {}, /no authority that is trusted.*http\.caFile/],
    ['an expired certificate', 'expired', { ca }, /has expired/],
    ['a certificate for another host', 'other-host', { ca }, /another host name/],
  ])('%s is refused before anything is sent, and the error says what to do', async (_what, name, settings, message) => {
    const server = await service(name);
    const { http, context } = benchClient(server.origin, { settings });

    const { info } = await errorOf(http.send(create(server.origin), context()));

    expect(info).toMatchObject({
      category: 'config',
      code: 'TLS_FAILED',
      effect: 'none',
      retryable: false,
      attempts: 1,
    });
    expect(info.message).toMatch(message);
    expect(server.ledger).toHaveLength(0);
  });

  test.each([
    ['verification', 'no authority that is trusted', {}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    [
      'the oldest version',
      'TLS 1.2',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0' },
    ],
  ])('the environment cannot switch %s off', async (_what, message, server, environment) => {
    const { origin, ledger } = await service('service', server);
    const modules = ['undici-transport', 'error-of-loss'].map((name) => require.resolve(`#src/http/${name}.js`));
    const script = `
      const [{ undiciTransport }, { errorOfLoss }] = ${JSON.stringify(modules)}.map((name) => require(name));
      const attempt = { method: 'GET', url: new URL('${origin}'), headers: {} };
      undiciTransport().open({}).send(attempt, new AbortController().signal).then(
        () => console.log('was sent'),
        (lost) => console.log(errorOfLoss('GET', lost, true).message),
      ).finally(() => process.exit());`;

    const said = await promisify(execFile)(process.execPath, ['-e', script], {
      env: { ...process.env, ...environment },
    });

    expect(said.stdout).toContain(message);
    expect(ledger).toHaveLength(0);
  });

  test('a server that speaks no TLS is a configuration error', async () => {
    const origin = `https://127.0.0.1:${await mute((socket) => socket.end('no TLS here, sorry\r\n'))}`;
    const { http, context } = benchClient(origin, { limits: once });

    const { info } = await errorOf(http.send(create(origin), context()));

    expect(info).toMatchObject({ category: 'config', code: 'TLS_FAILED', effect: 'none' });
  });

  test('a client certificate is shown to a server that asks for one', async () => {
    const server = await service('service', { requestCert: true, rejectUnauthorized: true, ca });
    const settings: HttpSettings = { ca, cert: fixture('client.pem'), key: fixture('client-key.pem') };
    const { http, context } = benchClient(server.origin, { settings });

    const answer = await http.send(read(server.origin), context());

    expect(answer.status).toBe(200);
    expect(server.ledger.map(({ socket }) => (socket as TLSSocket).getPeerCertificate().subject.CN)).toEqual([
      'client',
    ]);
  });

  test('an own certificate that is no PEM is a configuration error', async () => {
    const server = await service('service');
    const { http, context } = benchClient(server.origin, { settings: { ca, cert: 'nonsense', key: 'nonsense' } });

    const { info } = await errorOf(http.send(create(server.origin), context()));

    expect(info).toMatchObject({ category: 'config', code: 'TLS_FAILED', effect: 'none' });
  });

  test('a server that accepts and keeps silent ends by the connect limit', async () => {
    const origin = `https://127.0.0.1:${await mute()}`;
    const { http, context } = benchClient(origin, { settings: { connectTimeoutMs: 40 }, limits: once });

    const { info } = await errorOf(http.send(create(origin), context()));

    expect(info).toMatchObject({ category: 'timeout', code: 'CONNECT_TIMEOUT', effect: 'none' });
  });
});

describe('a proxy', () => {
  const origin = 'https://service.test';

  test('tunnels to the service, whose certificate is still verified', async () => {
    const server = await service('service');
    const proxy = await proxyTo(server.port);
    const { http, context } = benchClient(origin, { settings: { ca, proxy: `http://me:p%40ss@${proxy.host}` } });

    const answer = await http.send(read(`${origin}/a`), context());

    expect(await answer.body.text(10)).toBe('ok');
    expect(proxy.asked).toEqual([
      { target: 'service.test:443', authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
    ]);
    expect(server.ledger[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test('of the environment is used where the settings name none', async () => {
    const server = await service('service');
    const proxy = await proxyTo(server.port);
    const environment = proxyEnvironment({ HTTPS_PROXY: `http://${proxy.host}`, OTHER: 'x' });
    const { http, context } = benchClient(origin, { settings: { ca, environment } });

    await http.send(read(origin), context());

    expect(proxy.asked).toHaveLength(1);
  });

  test('of a connection component is used for what its plugin sends', async () => {
    const server = await service('service');
    const proxy = await proxyTo(server.port);
    @injectable()
    class Sending implements Connection {
      constructor(@inject(HTTP_CLIENT) private readonly http: HttpClient) {}

      async open(context: CallContext) {
        await this.http.send(read(origin), context);
      }
      async test() {
        return [];
      }
      async close() {}
    }
    const plugin = scriptedPlugin(async function* () {}, {
      manifest: { egress: [origin] },
      plugin: { connection: Sending },
    });
    const runtime = closeLater(new ConnectorRuntime({ plugins: [plugin] }));
    const folder = path.join(__dirname, '../../test/http/fixtures');
    const http = { proxy: `http://${proxy.host}`, caFile: 'authority.pem' };

    const connection = await runtime.connect({ plugin: 'scripted', properties: {}, folder, http });

    expect(await connection.test()).toMatchObject([{ name: 'open', ok: true }]);
    expect(proxy.asked).toEqual([{ target: 'service.test:443' }]);
  });

  test('that refuses says so, sends nothing, and its password stays out of the error', async () => {
    const proxy = await proxyTo(1, 407);
    const { http, context } = benchClient(origin, {
      settings: { proxy: `http://me:hunter22@${proxy.host}` },
      limits: once,
    });

    const error = await errorOf(http.send(create(origin), context()));

    expect(error.info).toMatchObject({ category: 'unavailable', code: 'PROXY_REFUSED', effect: 'none' });
    expect(`${error.info.message} ${String(error.cause)}`).toContain('407');
    expect(`${error.info.message} ${String(error.cause)}`).not.toContain('hunter22');
  });

  test('that cannot be reached says so and sends nothing', async () => {
    const { http, context } = benchClient(origin, { settings: { proxy: 'http://127.0.0.1:1' }, limits: once });

    const { info } = await errorOf(http.send(create(origin), context()));

    expect(info).toMatchObject({ category: 'unavailable', code: 'PROXY_FAILED', effect: 'none' });
  });

  test('is not used for a loopback address', async () => {
    const server = await service('service');
    const { http, context } = benchClient(server.origin, { settings: { ca, proxy: 'http://127.0.0.1:1' } });

    expect((await http.send(read(server.origin), context())).status).toBe(200);
  });
});
