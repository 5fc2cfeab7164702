import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import type { Json } from '@connector-runtime/core';
import type { OutputPosition } from './event-sink.js';
import { UsageError } from './exit-codes.js';

/** How far a run came: the runtime's checkpoint, and how much of the output was on disk by then. */
export class CheckpointFile {
  private constructor(
    private readonly file: string,
    readonly resumeFrom: Json | undefined,
    readonly outputAt: OutputPosition | undefined,
  ) {}

  /** One that does not exist is a new start; one that is damaged is an error, never a silent new start. */
  static async read(file: string): Promise<CheckpointFile> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return new CheckpointFile(file, undefined, undefined);
      throw new UsageError(`--checkpoint ${file}: cannot be read (${code ?? 'unknown reason'})`);
    }
    try {
      const { checkpoint, outputAt } = JSON.parse(text) as { checkpoint: Json; outputAt: OutputPosition };
      if (checkpoint === undefined || outputAt === undefined) throw new TypeError('no checkpoint in it');
      return new CheckpointFile(file, checkpoint, outputAt);
    } catch (error) {
      throw new UsageError(`--checkpoint ${file}: is damaged (${(error as Error).message}); remove it to start anew`);
    }
  }

  /** Replaced atomically, readable by the owner only. */
  async write(checkpoint: Json, outputAt: OutputPosition): Promise<void> {
    // A name that nobody can have put a link or a readable file under.
    const fresh = `${this.file}.${randomBytes(8).toString('hex')}.new`;
    const handle = await open(fresh, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ checkpoint, outputAt }));
      await handle.sync();
      await rename(fresh, this.file);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  }

  async remove(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
