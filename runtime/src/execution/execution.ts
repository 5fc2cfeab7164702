import {
  type Document,
  type ErrorInfo,
  type Events,
  type Json,
  type OperationDescriptor,
  type OperationEvent,
  type ResultEvent,
  type Status,
  statusOfError,
  type Usage,
} from '@connector-runtime/core';
import { LoopTurn } from '../services/loop-turn.js';
import type { Redactor } from '../services/redaction.js';
import { TIMER_OVER } from '../services/timer-over.js';
import type { RuntimeExecutionContext } from './call-context.js';
import { type CallLimit, cancelled } from './call-limit.js';
import type { DocumentIntake } from './document-intake.js';
import type { DocumentLedger, StatusCounts } from './document-ledger.js';
import { EventGate } from './event-gate.js';
import { EventReader } from './event-reader.js';
import type { ExecutionLogger } from './execution-logger.js';
import { redactedInfoOf } from './redacted-info.js';
import type { UsageMeter } from './usage-meter.js';

/** What an execution came to. */
export interface ExecutionSummary {
  readonly executionId: string;
  /** Documents by status. */
  readonly counts: StatusCounts;
  /** Number of `output` events. */
  readonly outputs: number;
  /** What was logged as a warning, the first 100, without secrets. */
  readonly warnings: readonly string[];
  /** How many warnings there were. */
  readonly warningCount: number;
  /** What the service told last of its allowances, by the plugin's names: `{"API calls of this day": {"used": 42, "allowed": 15000}}`. */
  readonly usage?: Readonly<Record<string, Usage>>;
  /** False if it was cancelled, met its deadline, left input unread, its source of documents failed, or a read broke off after an output, or did not end `success` when it went on from a checkpoint: what it gave is not all. It says nothing of success: a run that an `error` ended is complete where each document of it has its result. */
  readonly complete: boolean;
  /** The last checkpoint, for `resumeFrom`: of this run, or the one that it went on from. */
  readonly checkpoint?: Json;
  /** What ended it before its time. */
  readonly error?: ErrorInfo;
}

/** What an execution is made of; put together by the connection. */
export interface ExecutionSetup {
  readonly descriptor: OperationDescriptor;
  readonly limit: CallLimit;
  readonly context: RuntimeExecutionContext;
  readonly ledger: DocumentLedger;
  readonly logger: ExecutionLogger;
  readonly meter: UsageMeter;
  /** The checkpoint that it goes on from, as the host gave it. */
  readonly resumeFrom?: Json;
  /** Opens the connection, makes the operation and starts it on these documents. */
  start(documents: AsyncIterable<Document>): Promise<Events>;
  makeIntake(refusedOne: () => void): DocumentIntake;
  readonly redactor: Redactor;
  /** Called once, when everything is over. */
  ended(summary: ExecutionSummary): Promise<void>;
}

/**
 * One run of an operation. Events are pulled, one at a time (`for await`) or in arrays (`batches()`), by one reader; leaving the loop cancels the execution.
 * Whatever the plugin does, every document taken gets exactly one result. Iterating never throws because of the plugin or the service: `summary` says what happened.
 */
export class Execution implements AsyncIterable<OperationEvent> {
  /** Settles when the last event was pulled, or the reader left. Never rejects. */
  readonly summary: Promise<ExecutionSummary>;
  private settleSummary: (summary: ExecutionSummary) => void = () => undefined;
  private readonly gate: EventGate;
  private readonly intake: DocumentIntake;
  private readonly turn = new LoopTurn();
  private iterator: AsyncIterator<OperationEvent | readonly OperationEvent[]> | undefined;
  private arrived: IteratorResult<OperationEvent | readonly OperationEvent[]> | undefined;
  private thrown: { readonly error: unknown } | undefined;
  private readonly graceTimer = new AbortController();
  private grace: Promise<void> | undefined;
  private isPulling = false;
  private isGraceOver = false;
  private hasStarted = false;
  /** The operation gave an event. */
  private hasSpoken = false;
  private hasReader = false;
  private isRead = false;
  private wake: (() => void) | undefined;

  constructor(private readonly setup: ExecutionSetup) {
    this.summary = new Promise((resolve) => {
      this.settleSummary = resolve;
    });
    this.gate = new EventGate(setup.ledger, setup.descriptor, setup.redactor);
    this.gate.lastCheckpoint = setup.resumeFrom;
    this.intake = setup.makeIntake(() => this.notify());
    setup.limit.signal.addEventListener('abort', () => void this.startGrace(), { once: true });
    if (setup.limit.signal.aborted) void this.startGrace();
  }

  get id(): string {
    return this.setup.context.executionId;
  }

  /** Ends it: what is under way is stopped within the operation's `stopWithinMs`, and every document still gets its result. */
  cancel(): void {
    this.setup.limit.abort(cancelled('CANCELLED', 'cancelled by the host'));
  }

  /** Ends it because the connection closes; settles when it is over. One that nobody reads is over at once. */
  async shutDown(): Promise<void> {
    this.setup.limit.abort(cancelled('SHUTDOWN', 'the connection is closing'));
    // One that nobody reads, or has begun to read, is read to its end here.
    if (this.isRead) await this.summary;
    else for await (const _ of this.run());
  }

  /** The events in arrays, as the operation gives them: for many small records. */
  batches(): AsyncIterable<readonly OperationEvent[]> {
    if (this.hasReader) throw new TypeError('an execution has one reader, and this one is being read');
    this.hasReader = true;
    return this.run();
  }

  [Symbol.asyncIterator](): AsyncIterator<OperationEvent> {
    return new EventReader(this.batches()[Symbol.asyncIterator]());
  }

  /** Reads it to its end without looking at the events. */
  async finish(): Promise<ExecutionSummary> {
    for await (const _ of this.batches());
    return this.summary;
  }

  private async *run(): AsyncGenerator<readonly OperationEvent[]> {
    if (this.isRead) return;
    this.isRead = true;
    let hasLeft = true;
    let isCutShort = false;
    let error: ErrorInfo | undefined;
    try {
      yield* this.events();
      this.intake.leave();
      error = this.errorInfo();
      isCutShort = this.setup.limit.signal.aborted;
      yield* this.settleOpen(error);
      yield* this.settleNeverTaken(error);
      hasLeft = false;
    } finally {
      if (hasLeft) this.setup.limit.abort(cancelled('HOST_LEFT', 'the reader of the events has left'));
      try {
        await this.stopOperation();
        await this.intake.close();
      } finally {
        this.graceTimer.abort(TIMER_OVER);
        this.setup.limit.end();
        this.setup.context.end();
        const summary = this.summarize(
          error ?? (hasLeft ? this.errorInfo() : this.sourceError()),
          isCutShort || hasLeft,
        );
        this.settleSummary(summary);
        await this.setup.ended(summary);
      }
    }
  }

  /** What the operation gives, and refused documents in between, until it ends, throws, breaks the contract, or its time to stop is over. */
  private async *events(): AsyncGenerator<readonly OperationEvent[]> {
    try {
      this.setup.limit.signal.throwIfAborted();
      const events = await this.setup.limit.race(this.setup.start(this.intake));
      this.hasStarted = true;
      this.iterator = events[Symbol.asyncIterator]();
    } catch (error) {
      this.thrown = { error };
      return;
    }
    for (;;) {
      if (this.intake.refusals.length > 0) {
        yield this.intake.refusals.splice(0);
        this.intake.refusalsTaken();
      } else if (this.arrived !== undefined) {
        const step = this.arrived;
        this.arrived = undefined;
        const passed = this.passed(step);
        if (passed === undefined) return;
        this.hasSpoken ||= passed.length > 0;
        if (passed.length > 0) yield passed;
        if (this.gate.fault !== undefined) {
          this.thrown = { error: this.gate.fault };
          return;
        }
        if (this.turn.isDue()) await this.turn.take();
      } else if (this.thrown !== undefined || this.isGraceOver) return;
      else if (!this.isPulling) this.pull(this.iterator);
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }

  /** What of a step the host may see; `undefined` where it is the last, or cannot even be looked at. */
  private passed(step: IteratorResult<OperationEvent | readonly OperationEvent[]>) {
    try {
      return step.done ? undefined : this.gate.pass(step.value);
    } catch (error) {
      this.thrown = { error };
      return undefined;
    }
  }

  private pull(iterator: AsyncIterator<OperationEvent | readonly OperationEvent[]> | undefined): void {
    this.isPulling = true;
    stepOf(iterator).then(
      (step) => {
        this.isPulling = false;
        this.arrived = step;
        this.notify();
      },
      (error) => {
        this.isPulling = false;
        this.thrown = { error };
        this.notify();
      },
    );
  }

  private notify(): void {
    this.wake?.();
    this.wake = undefined;
  }

  /** The operation's time to stop; it begins once, with the abort or with the first wish to have it stopped. */
  private startGrace(): Promise<void> {
    const { context, descriptor } = this.setup;
    this.grace ??= context.clock.sleep(descriptor.limits.stopWithinMs, this.graceTimer.signal).then(
      () => {
        this.isGraceOver = true;
        this.notify();
      },
      () => undefined,
    );
    return this.grace;
  }

  /** What ended the operation before its time. */
  private errorInfo(): ErrorInfo | undefined {
    const { signal } = this.setup.limit;
    const unknownOnWrites = this.setup.descriptor.effect === 'read' ? 'none' : 'unknown';
    if (this.thrown !== undefined) return this.shown(this.thrown.error, this.hasStarted ? unknownOnWrites : 'none');
    return signal.aborted ? this.shown(signal.reason, 'none') : this.sourceError();
  }

  private sourceError(): ErrorInfo | undefined {
    return this.intake.failure === undefined ? undefined : this.shown(this.intake.failure, 'none');
  }

  private shown(error: unknown, effect: ErrorInfo['effect']): ErrorInfo {
    return redactedInfoOf(error, (text) => this.setup.redactor.text(text), effect);
  }

  /** Documents that were handed over and have no result. */
  private *settleOpen(error: ErrorInfo | undefined): Generator<readonly OperationEvent[]> {
    const open = this.setup.ledger.openIds();
    if (open.length === 0) return;
    const { status, info } = this.asFar(this.fateOfOpen(error));
    for (const id of open) this.setup.ledger.settle(id, status);
    yield open.map((id): ResultEvent => ({ type: 'result', inputs: [id], status, message: info.message, error: info }));
  }

  private fateOfOpen(error: ErrorInfo | undefined): { readonly status: Status; readonly info: ErrorInfo } {
    const isRead = this.setup.descriptor.effect === 'read';
    const effect = isRead ? 'none' : 'unknown';
    if (this.thrown !== undefined && this.gate.fault === undefined && error !== undefined)
      return { status: statusOfError(error), info: error };
    if (this.setup.limit.signal.aborted && error !== undefined) {
      const info: ErrorInfo = { ...error, effect };
      return { status: statusOfError(info), info };
    }
    const fault = this.gate.fault === undefined ? undefined : this.shown(this.gate.fault, effect);
    const info: ErrorInfo = fault ?? {
      category: 'contract',
      code: 'RESULT_MISSING',
      message: `operation ${this.setup.descriptor.id} ended without a result for this document`,
      effect,
      retryable: false,
    };
    return { status: isRead ? 'failure' : 'unknown', info };
  }

  /** A source at hand is read to its end, so that every document of it has a result. */
  private async *settleNeverTaken(error: ErrorInfo | undefined): AsyncGenerator<readonly OperationEvent[]> {
    if (this.intake.refusals.length > 0) yield this.intake.refusals.splice(0);
    const info: ErrorInfo = error ?? {
      category: 'contract',
      code: 'INPUT_NOT_TAKEN',
      message: `operation ${this.setup.descriptor.id} ended without taking this document`,
      effect: 'none',
      retryable: true,
    };
    const none: ErrorInfo = { ...info, effect: 'none' };
    const fate = this.asFar({ status: this.hasStarted ? 'notAttempted' : statusOfError(none), info: none });
    yield* this.intake.neverTaken(fate.info, fate.status);
  }

  /** That nothing was done by this run says nothing of the one that is looked into, nor of what the one that it goes on from had under way: a write takes that up before it gives anything. */
  private asFar(fate: { readonly status: Status; readonly info: ErrorInfo }): typeof fate {
    const { context, resumeFrom, descriptor } = this.setup;
    const isTakenUp = resumeFrom === undefined || descriptor.effect === 'read' || this.hasSpoken;
    if (!context.isReconciliation && isTakenUp) return fate;
    return { status: 'unknown', info: { ...fate.info, effect: 'unknown' } };
  }

  /** `return()` is raced with the operation's time to stop: a pending `next()` would never let it settle. */
  private async stopOperation(): Promise<void> {
    const { iterator } = this;
    if (iterator === undefined) return;
    const returning = Promise.resolve()
      .then(() => iterator.return?.())
      .catch(() => undefined);
    await Promise.race([returning, this.startGrace()]);
  }

  private summarize(error: ErrorInfo | undefined, isCutShort: boolean): ExecutionSummary {
    const { ledger, logger, meter, descriptor } = this.setup;
    const readBrokeOff = descriptor.effect === 'read' && ledger.brokeOff;
    return {
      executionId: this.id,
      counts: { ...ledger.counts },
      outputs: ledger.outputs,
      warnings: logger.warnings,
      warningCount: logger.warningCount,
      ...(meter.usage === undefined ? {} : { usage: meter.usage }),
      complete: !isCutShort && !readBrokeOff && this.intake.exhausted && this.gate.fault === undefined,
      ...(this.gate.lastCheckpoint === undefined ? {} : { checkpoint: this.gate.lastCheckpoint }),
      ...(error === undefined ? {} : { error }),
    };
  }
}

/** A plugin's iterator may throw at once, or give what is no promise and no step. */
async function stepOf<T>(iterator: AsyncIterator<T> | undefined): Promise<IteratorResult<T>> {
  if (iterator === undefined) throw new TypeError('the operation gave no iterator');
  const step: unknown = await iterator.next();
  if (typeof step === 'object' && step !== null) return step as IteratorResult<T>;
  throw new TypeError(`the operation's iterator gave ${String(step)} in place of a step`);
}
