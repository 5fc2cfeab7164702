import type { OperationEvent } from '@connector-runtime/core';
import type { ExecutionSummary } from '../execution/execution.js';

/** How far an output is, for a checkpoint. */
export interface OutputPosition {
  /** Of a file; in a folder, of its results. */
  readonly bytes?: number;
  /** Of CSV in a file: the header that its last row stands under. */
  readonly csvHeader?: string;
  /** Of a folder: the number of files of each document that has no result yet. */
  readonly files?: Readonly<Record<string, number>>;
}

/** Where a run's events go. Each method throws `OutputLost` where the output cannot take more. */
export interface EventSink {
  write(events: readonly OperationEvent[]): Promise<void>;
  /** Everything written so far is on disk; how far that is. */
  sync(): Promise<OutputPosition>;
  end(summary: ExecutionSummary): Promise<void>;
  /** What people must know of how it was written. */
  readonly note?: string | undefined;
}
