import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** A file that is there whole or not at all: written aside, then given its name, in place of what has it; a link is replaced, never followed. */
export class WholeFile {
  private constructor(
    private readonly target: string,
    private readonly draft: string,
    private readonly file: FileHandle,
  ) {}

  static async create(target: string, mode = 0o666): Promise<WholeFile> {
    // A name that nobody can have put a link or a readable file under.
    const draft = `${target}.${randomBytes(8).toString('hex')}.new`;
    return new WholeFile(target, draft, await open(draft, 'wx', mode));
  }

  /** At its end. */
  async write(piece: string | Uint8Array): Promise<void> {
    await this.file.writeFile(piece);
  }

  /** All of it is on disk, under its name. */
  async publish(): Promise<void> {
    await this.file.sync();
    await this.file.close();
    await rename(this.draft, this.target);
  }

  /** Leaves nothing of what is not published. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.draft, { force: true });
  }
}
