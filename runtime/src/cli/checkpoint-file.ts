import { readFile, rm } from 'node:fs/promises';
import type { Json } from '@connector-runtime/core';
import type { OutputPosition } from './event-sink.js';
import { UsageError } from './exit-codes.js';
import { WholeFile } from './whole-file.js';

/** How far a run came: the runtime's checkpoint, and how much of the output was on disk by then. */
export class CheckpointFile {
  private constructor(
    private readonly file: string,
    readonly resumeFrom: Json | undefined,
    readonly outputAt: OutputPosition | undefined,
    /** Bodies that are not in the output, since they could not be read. */
    readonly lostBodies: number,
  ) {}

  /** One that does not exist is a new start; one that is damaged is an error, never a silent new start. */
  static async read(file: string): Promise<CheckpointFile> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return new CheckpointFile(file, undefined, undefined, 0);
      throw new UsageError(`--checkpoint ${file}: cannot be read (${code ?? 'unknown reason'})`);
    }
    try {
      const { checkpoint, outputAt, lostBodies } = JSON.parse(text) as {
        checkpoint: Json;
        outputAt: OutputPosition;
        lostBodies: number;
      };
      if (checkpoint === undefined || typeof outputAt !== 'object' || typeof lostBodies !== 'number')
        throw new TypeError('no checkpoint in it');
      return new CheckpointFile(file, checkpoint, outputAt, lostBodies);
    } catch (error) {
      throw new UsageError(`--checkpoint ${file}: is damaged (${(error as Error).message}); remove it to start anew`);
    }
  }

  /** Replaced atomically, readable by the owner only. */
  async write(checkpoint: Json, outputAt: OutputPosition, lostBodies: number): Promise<void> {
    const draft = await WholeFile.create(this.file, 0o600);
    try {
      await draft.write(JSON.stringify({ checkpoint, outputAt, lostBodies }));
      await draft.publish();
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }

  async remove(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
