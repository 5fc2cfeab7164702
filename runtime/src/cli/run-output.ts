import type { OperationEvent } from '@connector-runtime/core';
import type { ExecutionSummary } from '../execution/execution.js';
import type { CheckpointFile } from './checkpoint-file.js';
import type { EventSink } from './event-sink.js';
import { OutputLost, writing } from './output-stream.js';
import type { Unsuccessful } from './unsuccessful.js';

/** A run's events and checkpoints on their way out. Once they cannot be written, nothing more is: the run is stopped and only counted. */
export class RunOutput {
  /** Why nothing more is written. */
  lost: OutputLost | undefined;
  /** The run is complete, and its checkpoint stays all the same. */
  keepsCheckpoint = false;

  /** `stop` is called once, when the output is lost. */
  constructor(
    private readonly sink: EventSink,
    private readonly checkpoint: CheckpointFile | undefined,
    private readonly stop: () => void,
    private readonly unsuccessful: Unsuccessful,
  ) {}

  /** Outputs before the checkpoint that counts them. */
  write(events: readonly OperationEvent[]): Promise<void> {
    return this.attempt(async () => {
      await this.sink.write(events);
      for (const event of events) {
        if (event.type !== 'checkpoint' || this.checkpoint === undefined) continue;
        const { checkpoint } = this;
        const position = await this.sink.sync();
        await writing('the checkpoint', () => checkpoint.write(event.state, position, this.unsuccessful));
      }
    });
  }

  /** A complete run that no error ended needs its checkpoint no more, unless the fate of documents is unknown: it may name what could still tell. */
  end(summary: ExecutionSummary): Promise<void> {
    return this.attempt(async () => {
      await this.sink.end(summary);
      const { checkpoint } = this;
      if (checkpoint === undefined || !summary.complete || summary.error !== undefined) return;
      if (summary.counts.unknown > 0 && checkpoint.exists) this.keepsCheckpoint = true;
      else await writing('the checkpoint', () => checkpoint.remove());
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    if (this.lost !== undefined) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof OutputLost)) throw error;
      this.lost = error;
      this.stop();
    }
  }
}
