import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoginPrompt } from '@connector-runtime/core';
import { UsageError } from './exit-codes.js';

const PATH = '/callback';
const PAGE = 'You can close this window: the command line says how the login went.\n';

type Query = Readonly<Record<string, string>>;

/**
 * Takes the one redirect of a login by browser, on this machine only. The service compares `redirectUri` with what was registered, character by character: the host is `localhost`.
 * What is no such redirect, was sent under another host's name, comes before an address was shown, or brings another `state` than that, is turned away and ends nothing.
 */
export class LoginCallback implements LoginPrompt {
  private readonly servers: Server[] = [];
  /** Is the login under way? Before its address was shown nothing can come back from it. */
  private isShown = false;
  /** Of the address that was shown; a login without one takes any redirect. */
  private state: string | undefined;
  private settle: (query: Query) => void = () => undefined;
  private readonly arrival = new Promise<Query>((resolve) => {
    this.settle = resolve;
  });

  private constructor(
    private readonly port: number,
    private readonly showAddress: (url: string) => void,
  ) {}

  /** Listens on both loopback addresses, as far as there are two: browsers take either for `localhost`. Throws {@link UsageError} where the port is taken. */
  static async listen(port: number, show: (url: string) => void): Promise<LoginCallback> {
    const callback = new LoginCallback(port, show);
    try {
      await callback.listenOn('127.0.0.1');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UsageError(`--port ${port}: cannot listen there (${code ?? message})`);
    }
    await callback.listenOn('::1').catch(() => undefined);
    return callback;
  }

  get redirectUri(): string {
    return `http://localhost:${this.port}${PATH}`;
  }

  show(url: string): void {
    this.isShown = true;
    this.state = new URL(url).searchParams.get('state') ?? undefined;
    this.showAddress(url);
  }

  redirected(): Promise<Query> {
    return this.arrival;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.servers.map((server) => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      }),
    );
  }

  private async listenOn(host: string): Promise<void> {
    const server = createServer((request, response) => this.answer(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, host, resolve);
    });
    this.servers.push(server);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const address = request.url ?? '/';
    // Anything may be asked for here, `//` too, which is no address.
    const url = new URL(URL.canParse(address, this.redirectUri) ? address : '/', this.redirectUri);
    const { port } = request.socket.address() as AddressInfo;
    const isOurs = [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`].includes(request.headers.host ?? '');
    const query = Object.fromEntries(url.searchParams);
    const isRedirect = request.method === 'GET' && url.pathname === PATH && ('code' in query || 'error' in query);
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close' };
    const isDue = this.isShown && (this.state === undefined || query['state'] === this.state);
    if (!isOurs || !isRedirect || !isDue) {
      response.writeHead(404, headers).end('Nothing is here.\n');
      return;
    }
    response.writeHead(200, { ...headers, 'referrer-policy': 'no-referrer' }).end(PAGE, () => this.settle(query));
  }
}
