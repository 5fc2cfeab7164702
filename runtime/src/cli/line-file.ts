import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { UsageError } from './exit-codes.js';
import { writing } from './output-stream.js';

/** A file that grows at its end. */
export class LineFile {
  private constructor(
    private readonly name: string,
    private readonly file: FileHandle,
    private bytes: number,
  ) {}

  /** Empty, or cut to `resumeAt` bytes, which must be there. */
  static async open(name: string, resumeAt: number | undefined, { followsLinks = true } = {}): Promise<LineFile> {
    const flags =
      resumeAt === undefined ? constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC : constants.O_RDWR;
    const file = await open(name, followsLinks ? flags : flags | constants.O_NOFOLLOW).catch((error: unknown) => {
      throw unwritable(name, error);
    });
    if (resumeAt === undefined) return new LineFile(name, file, 0);
    try {
      const { size } = await file.stat();
      if (size < resumeAt) throw tooShort(name, size, resumeAt);
      await file.truncate(resumeAt);
      return new LineFile(name, file, resumeAt);
    } catch (error) {
      await file.close();
      throw error instanceof UsageError ? error : unwritable(name, error);
    }
  }

  write(text: string): Promise<void> {
    return writing(this.name, async () => {
      const content = Buffer.from(text);
      // The system may take less than it was given.
      for (let at = 0; at < content.length; ) {
        const { bytesWritten } = await this.file.write(content, at, content.length - at, this.bytes);
        at += bytesWritten;
        this.bytes += bytesWritten;
      }
    });
  }

  /** Its length, all of it on disk. */
  sync(): Promise<number> {
    return writing(this.name, async () => {
      await this.file.datasync();
      return this.bytes;
    });
  }

  close(): Promise<void> {
    return writing(this.name, () => this.file.close());
  }
}

/** The error of an output that cannot be opened. */
export function unwritable(output: string, error: unknown): UsageError {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  return new UsageError(`--output ${output}: cannot be written (${code === 'ELOOP' ? 'is a link' : code})`);
}

function tooShort(output: string, bytes: number, resumeAt: number): UsageError {
  return new UsageError(
    `--output ${output}: has ${bytes} bytes, and the checkpoint was made at ${resumeAt}; give the output of that run, or remove the checkpoint to start anew`,
  );
}
