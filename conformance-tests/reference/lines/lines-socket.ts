import { createConnection, type Socket } from 'node:net';
import { ConnectorError } from '@connector-runtime/core';
import { type Frame, FrameReader } from './lines-frame.js';

/** One connection of TCP, for one statement at a time. Whatever goes wrong closes it. */
export class LinesSocket {
  private readonly reader = new FrameReader();
  private readonly socket: Socket;
  private waiting: { resolve(frame: Frame): void; reject(error: unknown): void } | undefined;
  private trouble: unknown = new Error('the service has closed the connection');

  private constructor(host: string, port: number) {
    this.socket = createConnection({ host, port, noDelay: true });
    this.socket.on('data', (piece) => this.take(piece));
    this.socket.on('error', (error) => {
      this.trouble = error;
    });
    this.socket.on('close', () => this.waiting?.reject(this.trouble));
  }

  /** Connects and awaits the greeting. Where it rejects, with an error of the system or the reason of `stop`, nothing was sent. */
  static async connect(host: string, port: number, stop: AbortSignal): Promise<LinesSocket> {
    stop.throwIfAborted();
    const socket = new LinesSocket(host, port);
    const { words } = await socket.frame(stop);
    if (socket.isOpen && words.join(' ') === 'READY') return socket;
    socket.close();
    throw unexpected(words);
  }

  get isOpen(): boolean {
    return this.socket.readyState === 'open';
  }

  /** Sends the frame of a statement and gives its answer. Where it rejects, the statement may have arrived. */
  async exchange(statement: Uint8Array, stop: AbortSignal): Promise<Frame> {
    this.socket.write(statement);
    return this.frame(stop);
  }

  close(): void {
    this.socket.destroy();
  }

  /** The next that the service sends; `stop` closes the socket. */
  private async frame(stop: AbortSignal): Promise<Frame> {
    const onAbort = () => this.socket.destroy(stop.reason as Error);
    stop.addEventListener('abort', onAbort);
    try {
      return await new Promise<Frame>((resolve, reject) => {
        this.waiting = { resolve, reject };
      });
    } finally {
      this.waiting = undefined;
      stop.removeEventListener('abort', onAbort);
    }
  }

  /** What nobody waits for, were it the first byte of a frame, would be taken for the next statement's answer. */
  private take(piece: Uint8Array): void {
    try {
      for (const frame of this.reader.read(piece)) {
        if (this.waiting === undefined) throw new RangeError('this answers no statement');
        this.waiting.resolve(frame);
        this.waiting = undefined;
      }
      if (this.waiting === undefined && !this.reader.isEmpty) throw new RangeError('this answers no statement');
    } catch (cause) {
      this.socket.destroy(unexpected(cause));
    }
  }
}

function unexpected(cause: unknown): ConnectorError {
  return new ConnectorError(
    {
      category: 'protocol',
      code: 'LINES_ANSWER_UNEXPECTED',
      message: 'what the service sends is no answer of the line protocol',
      effect: 'none',
      retryable: false,
    },
    { cause },
  );
}
