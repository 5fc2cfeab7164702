import { CONNECTION_PROPERTIES, ConnectorError, inject, injectable, isConnectorError } from '@connector-runtime/core';
import { unlessAborted } from '../unless-aborted.js';
import type { LinesProperties } from './lines-properties.js';
import { LinesSocket } from './lines-socket.js';

/** The sockets of a connection: at most `concurrent` in use over all executions, and kept open from one statement to the next. */
@injectable()
export class LinesPool {
  private readonly idle: LinesSocket[] = [];
  private readonly used = new Set<LinesSocket>();
  private readonly waiting: (() => void)[] = [];
  private taken = 0;
  private isClosed = false;

  constructor(@inject(CONNECTION_PROPERTIES) private readonly properties: LinesProperties) {}

  /** Lends a socket for one statement. What rejects before `work` was called sent nothing. */
  async use<T>(stop: AbortSignal, work: (socket: LinesSocket) => Promise<T>): Promise<T> {
    await this.takePlace(stop);
    let socket: LinesSocket | undefined;
    try {
      socket = this.openIdle() ?? (await this.connect(stop));
      this.used.add(socket);
      stop.throwIfAborted();
      return await work(socket);
    } finally {
      if (socket !== undefined) this.giveBack(socket);
      this.taken -= 1;
      for (const wake of this.waiting.splice(0)) wake();
    }
  }

  close(): void {
    this.isClosed = true;
    for (const socket of [...this.idle.splice(0), ...this.used]) socket.close();
  }

  private async takePlace(stop: AbortSignal): Promise<void> {
    while (this.taken >= this.properties.concurrent)
      await unlessAborted(new Promise<void>((resolve) => this.waiting.push(resolve)), stop);
    this.taken += 1;
  }

  /** The service may have closed some of those that it was left with. */
  private openIdle(): LinesSocket | undefined {
    let socket = this.idle.pop();
    while (socket?.isOpen === false) socket = this.idle.pop();
    return socket;
  }

  private async connect(stop: AbortSignal): Promise<LinesSocket> {
    if (this.isClosed) throw closed();
    const { host, port } = this.properties;
    try {
      return await LinesSocket.connect(host, port, stop);
    } catch (error) {
      throw isConnectorError(error) ? error : unreachable(`${host}:${port}`, error);
    }
  }

  private giveBack(socket: LinesSocket): void {
    this.used.delete(socket);
    if (this.isClosed) socket.close();
    else if (socket.isOpen) this.idle.push(socket);
  }
}

function closed(): ConnectorError {
  return new ConnectorError({
    category: 'unavailable',
    code: 'LINES_CLOSED',
    message: 'the connection is closed',
    effect: 'none',
    retryable: false,
  });
}

function unreachable(address: string, cause: unknown): ConnectorError {
  const { code = 'no greeting' } = cause as { readonly code?: string };
  return new ConnectorError(
    {
      category: 'unavailable',
      code: 'LINES_UNREACHABLE',
      message: `no connection to ${address}: ${code}`,
      effect: 'none',
      retryable: true,
    },
    { cause },
  );
}
