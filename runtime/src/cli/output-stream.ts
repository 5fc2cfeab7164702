import type { Writable } from 'node:stream';

/** Data can no longer be written: the reader has gone, or the system refused. */
export class OutputLost extends Error {
  readonly code = 'OUTPUT_FAILED';
  /** The reader left of its own will, as `head` does. */
  readonly isClosed: boolean;

  /** `output` as people know it: a file, or stdout. */
  constructor(output: string, cause: NodeJS.ErrnoException) {
    super(`${output} cannot be written (${cause.code ?? cause.message})`, { cause });
    this.isClosed = cause.code === 'EPIPE' || cause.code === 'ERR_STREAM_DESTROYED';
  }
}

/** What `work` gives; its failure becomes {@link OutputLost} of that output. */
export async function writing<T>(output: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new OutputLost(output, error as NodeJS.ErrnoException);
  }
}

/** Writes data to a stream that may be slow, or be closed by its reader. */
export class OutputStream {
  constructor(
    private readonly stream: Writable,
    private readonly name: string,
  ) {
    // Each write hears of its own failure; unheard, the event would end the process.
    stream.on('error', () => undefined);
  }

  /** Waits while the reader is slow. Throws {@link OutputLost}. */
  write(text: string): Promise<void> {
    return writing(
      this.name,
      () =>
        new Promise((resolve, reject) => {
          this.stream.write(text, (error) => (error ? reject(error) : resolve()));
        }),
    );
  }
}

/** Where every command's data goes. */
export const stdout = new OutputStream(process.stdout, 'stdout');
