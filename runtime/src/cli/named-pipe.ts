import { constants, open as openWithCallback } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

const openDescriptor = promisify(openWithCallback);

/** The bytes of a named pipe. Read as a socket: a read of a file that waits for a writer would keep the process from ending. */
export class NamedPipe implements AsyncIterable<Uint8Array> {
  private socket: Socket | undefined;
  private isOpening = false;
  private isClosed = false;

  constructor(private readonly file: string) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.isOpening = true;
    const fd = await openDescriptor(this.file, 'r');
    this.isOpening = false;
    this.socket = new Socket({ fd, readable: true, writable: false });
    if (this.isClosed) this.socket.destroy();
    else yield* this.socket;
  }

  /** Ends the reading, or the waiting for a first writer by being it. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.socket?.destroy();
    if (!this.isOpening) return;
    const writer = await open(this.file, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined);
    await writer?.close();
  }
}
