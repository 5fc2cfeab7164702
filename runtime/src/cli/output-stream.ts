import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Writes data to a stream that may be slow, or be closed by its reader. */
export class OutputStream {
  /** The reader has gone; what is written now goes nowhere. */
  isClosed = false;
  private readonly onError: (error: NodeJS.ErrnoException) => void;

  /** `closed` is called once, when the reader has gone. */
  constructor(
    private readonly stream: Writable,
    closed: () => void,
  ) {
    this.onError = (error) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
      if (this.isClosed) return;
      this.isClosed = true;
      closed();
    };
    stream.on('error', this.onError);
  }

  /** Waits while the reader is slow. */
  async write(text: string): Promise<void> {
    if (this.isClosed || this.stream.write(text)) return;
    await Promise.race([once(this.stream, 'drain'), once(this.stream, 'close')]).catch(() => undefined);
  }
}
