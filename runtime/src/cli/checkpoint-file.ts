import { readFile, rm } from 'node:fs/promises';
import type { Json } from '@connector-runtime/core';
import type { OutputPosition } from './event-sink.js';
import { UsageError } from './exit-codes.js';
import type { UnsuccessfulCounts } from './unsuccessful.js';
import { WholeFile } from './whole-file.js';

const NOTHING: UnsuccessfulCounts = { total: 0, lostBodies: 0 };

/** How far a run came: the runtime's checkpoint, and how much of the output was on disk by then. */
export class CheckpointFile {
  private constructor(
    private readonly file: string,
    readonly resumeFrom: Json | undefined,
    readonly outputAt: OutputPosition | undefined,
    /** What the output up to there has that did not end in success. */
    readonly before: UnsuccessfulCounts,
    /** There is a file of it. */
    public exists: boolean,
  ) {}

  /** One that does not exist is a new start; one that is damaged is an error, never a silent new start. */
  static async read(file: string): Promise<CheckpointFile> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return new CheckpointFile(file, undefined, undefined, NOTHING, false);
      throw new UsageError(`--checkpoint ${file}: cannot be read (${code ?? 'unknown reason'})`);
    }
    try {
      const { checkpoint, outputAt, unsuccessful } = JSON.parse(text) as {
        checkpoint: Json;
        outputAt: OutputPosition;
        unsuccessful: UnsuccessfulCounts;
      };
      if (checkpoint === undefined || typeof outputAt !== 'object' || typeof unsuccessful !== 'object')
        throw new TypeError('no checkpoint in it');
      return new CheckpointFile(file, checkpoint, outputAt, unsuccessful, true);
    } catch (error) {
      throw new UsageError(`--checkpoint ${file}: is damaged (${(error as Error).message}); remove it to start anew`);
    }
  }

  /** Replaced atomically, readable by the owner only. */
  async write(checkpoint: Json, outputAt: OutputPosition, { total, lostBodies }: UnsuccessfulCounts): Promise<void> {
    const draft = await WholeFile.create(this.file, 0o600);
    try {
      await draft.write(JSON.stringify({ checkpoint, outputAt, unsuccessful: { total, lostBodies } }));
      await draft.publish();
      this.exists = true;
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }

  async remove(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
