import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the greeting plugin calls: `nobody` is refused, `slow` never answered. */
export class GreetingService {
  readonly greeted: string[] = [];
  readonly headers: (string | undefined)[] = [];
  /** So many of the next requests are answered 503. */
  away = 0;
  private slow: () => void = () => undefined;
  /** `slow` has arrived. */
  readonly slowArrived = new Promise<void>((resolve) => {
    this.slow = resolve;
  });

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => {
        body += piece;
      });
      request.on('end', () => {
        if (this.away > 0) {
          this.away -= 1;
          response.writeHead(503, { 'retry-after': '0' }).end();
          return;
        }
        if (request.method === 'POST') {
          this.greeted.push(body);
          this.headers.push(request.headers['traceparent'] as string | undefined);
        }
        if (body === 'slow') this.slow();
        else response.writeHead(body === 'nobody' ? 422 : 200).end('hello');
      });
    });
  }

  static async start(): Promise<GreetingService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new GreetingService(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
