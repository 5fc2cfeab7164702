import { setMaxListeners } from 'node:events';
import type {
  CallContext,
  Clock,
  ConnectorError,
  ExecutionContext,
  Json,
  Logger,
  Meter,
  OperationDescriptor,
  Properties,
  Spool,
} from '@connector-runtime/core';
import { TIMER_OVER } from '../services/timer-over.js';
import type { CallLimit } from './call-limit.js';

/** What belongs to one call. */
export class RuntimeCallContext implements CallContext {
  constructor(
    protected readonly limit: CallLimit,
    readonly clock: Clock,
    readonly logger: Logger,
    readonly meter: Meter,
  ) {}

  get signal(): AbortSignal {
    return this.limit.signal;
  }

  get deadlineEpochMs(): number {
    return this.limit.deadlineEpochMs;
  }
}

/** The parts of an execution's context that are its own. */
export interface ExecutionParts {
  readonly executionId: string;
  readonly operation: OperationDescriptor;
  readonly objectType: string;
  readonly properties: Properties;
  readonly maxInFlight: number;
  readonly spool: Spool;
  readonly isReconciliation: boolean;
  readonly mayRepeat: () => boolean;
  readonly resumeFrom?: Json;
}

/** What belongs to one execution. A class, so that `cleanup` costs nothing until it is asked for. */
export class RuntimeExecutionContext extends RuntimeCallContext implements ExecutionContext {
  readonly executionId: string;
  readonly operation: OperationDescriptor;
  readonly objectType: string;
  readonly properties: Properties;
  readonly maxInFlight: number;
  readonly spool: Spool;
  readonly isReconciliation: boolean;
  readonly mayRepeat: () => boolean;
  declare readonly resumeFrom?: Json;
  private lastWords: CleanupContext | undefined;

  constructor(limit: CallLimit, clock: Clock, logger: Logger, meter: Meter, parts: ExecutionParts) {
    super(limit, clock, logger, meter);
    this.executionId = parts.executionId;
    this.operation = parts.operation;
    this.objectType = parts.objectType;
    this.properties = parts.properties;
    this.maxInFlight = parts.maxInFlight;
    this.spool = parts.spool;
    this.isReconciliation = parts.isReconciliation;
    this.mayRepeat = parts.mayRepeat;
    if (parts.resumeFrom !== undefined) this.resumeFrom = parts.resumeFrom;
  }

  get cleanup(): CallContext {
    this.lastWords ??= new CleanupContext(this.limit.signal, this.operation.limits.stopWithinMs, this);
    return this.lastWords;
  }

  /** Ends `cleanup` too; to be called when the execution is over. */
  end(): void {
    this.lastWords?.end();
  }
}

/** Outlives the call's abort by `stopWithinMs`. */
class CleanupContext implements CallContext {
  private readonly controller = new AbortController();
  private readonly timer = new AbortController();
  private abortedAtEpochMs: number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;

  constructor(
    private readonly main: AbortSignal,
    private readonly stopWithinMs: number,
    { clock, logger, meter }: Pick<CallContext, 'clock' | 'logger' | 'meter'>,
  ) {
    this.clock = clock;
    this.logger = logger;
    this.meter = meter;
    setMaxListeners(Number.POSITIVE_INFINITY, this.controller.signal);
    if (main.aborted) this.startTimer();
    else main.addEventListener('abort', this.startTimer, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Before the abort, what it would be if that came now. */
  get deadlineEpochMs(): number {
    return (this.abortedAtEpochMs ?? this.clock.now()) + this.stopWithinMs;
  }

  end(): void {
    this.main.removeEventListener('abort', this.startTimer);
    this.timer.abort(TIMER_OVER);
    if (this.main.aborted) this.controller.abort(this.main.reason as ConnectorError);
  }

  private readonly startTimer = () => {
    this.abortedAtEpochMs = this.clock.now();
    this.clock.sleep(this.stopWithinMs, this.timer.signal).then(
      () => this.controller.abort(this.main.reason as ConnectorError),
      () => undefined,
    );
  };
}
