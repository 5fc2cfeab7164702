import type { Clock, Logger, Spool } from '@connector-runtime/core';
import type { RuntimeEvents } from './services/events.js';
import type { Redactor } from './services/redaction.js';
import type { Telemetry } from './telemetry.js';

/** Bounds that a host may set; each has a default. */
export interface RuntimeLimits {
  /** Overrides every operation's own; -1 switches it off. Bytes. */
  readonly maxDocumentBytes?: number;
  /** Of an answer that is read whole. Default 64 MiB. */
  readonly maxAnswerBytes: number;
  /** Scratch space of one execution. Default 2 GiB. */
  readonly spoolBytes: number;
  /** How often one request is sent again at the most. Default 4. */
  readonly repeatsPerRequest: number;
  /** How often a connection sends requests again within a minute. Default 60. */
  readonly repeatsPerMinute: number;
  /** How long `close` waits for plugins. Default 10 s. */
  readonly closeWithinMs: number;
}

export const DEFAULT_LIMITS: RuntimeLimits = {
  maxAnswerBytes: 64 * 1024 * 1024,
  spoolBytes: 2 * 1024 * 1024 * 1024,
  repeatsPerRequest: 4,
  repeatsPerMinute: 60,
  closeWithinMs: 10_000,
};

/** What a connection has of its runtime. */
export interface ConnectionServices {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: RuntimeLimits;
  /** Work in flight over all executions; absent: only what each operation says. */
  readonly concurrency?: number;
  readonly events: RuntimeEvents;
  readonly telemetry: Telemetry;
  readonly redactor: Redactor;
  makeSpool(): Spool & { close(): Promise<void> };
  /** Lets go of sockets and scratch space, and tells the runtime that the connection is gone. */
  release(): Promise<void>;
}
