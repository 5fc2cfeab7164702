import type { Clock, Spool } from '@connector-runtime/core';
import type { RefusalMemory } from './connection-opening.js';
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from './http/connection-http-client.js';
import type { RetryBudget } from './http/retry-budget.js';
import type { RuntimeEvents } from './services/events.js';
import type { RedactingLogger } from './services/redacting-logger.js';
import type { Redactor } from './services/redaction.js';
import type { Telemetry } from './telemetry.js';

/** Bounds that a host may set; each has a default. */
export interface RuntimeLimits extends HttpLimits {
  /** Overrides every operation's own; -1 switches it off. Bytes. */
  readonly maxDocumentBytes?: number;
  /** Scratch space of one execution. Default 2 GiB. */
  readonly spoolBytes: number;
  /** How long `close` waits for plugins. Default 10 s. */
  readonly closeWithinMs: number;
}

export const DEFAULT_LIMITS: RuntimeLimits = {
  ...DEFAULT_HTTP_LIMITS,
  spoolBytes: 2 * 1024 * 1024 * 1024,
  closeWithinMs: 10_000,
};

/** What a connection has of its runtime. */
export interface ConnectionServices {
  readonly clock: Clock;
  readonly logger: RedactingLogger;
  readonly limits: RuntimeLimits;
  /** Work in flight over all executions; absent: only what each operation says. */
  readonly concurrency?: number;
  readonly events: RuntimeEvents;
  readonly telemetry: Telemetry;
  readonly redactor: Redactor;
  readonly refusals: RefusalMemory;
  readonly retryBudget: RetryBudget;
  makeSpool(): Spool & { close(): Promise<void> };
  /** Lets go of sockets and scratch space, and tells the runtime that the connection is gone. */
  release(): Promise<void>;
}
