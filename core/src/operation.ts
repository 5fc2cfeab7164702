import type { Body, Document, Properties } from './document.js';
import type { ErrorInfo } from './errors.js';
import type { Json, JsonRecord } from './json.js';
import type { OperationDescriptor } from './manifest.js';
import type { CallContext, Spool } from './services.js';
import type { Status } from './status.js';

/** One kind of work, one instance per execution. `P`: the type that the descriptor's `properties` schema stands for. */
export interface Operation<P = Properties> {
  /**
   * Pulled: the runtime asks for one item at a time, so backpressure is free, and takes documents the same way.
   * Every document taken is named by exactly one `result`; `documents` ends early when the signal aborts. An array is its events one after another; a reader of many small records yields a page's worth.
   * Throw only when nothing further can be done: documents taken and open then end by the mapping of {@link statusOfError} (what is no ConnectorError counts as `internal`, effect `unknown`, on a
   * read `none`). Those never taken are `notAttempted` where the source is finite and at hand (array, file); a stream is not read further, and `complete: false` tells.
   * The host may stop at any event: the signal aborts first, then `return()` is called; clean up in `finally`, with `context.cleanup`.
   */
  execute(documents: AsyncIterable<Document<P>>, context: ExecutionContext<P>): Events;
  /** Read-only, perhaps in another process: settles documents that ended `unknown`, or had no result when the process died, by their receipts. Declared as `reconciles`. */
  reconcile?(documents: AsyncIterable<Document<P>>, context: ExecutionContext<P>): Events;
}

/** What an operation yields: events, or arrays of events where there are many small ones. */
export type Events = AsyncIterable<OperationEvent | readonly OperationEvent[]>;

/** What belongs to one execution. */
export interface ExecutionContext<P = Properties> extends CallContext {
  /** Unique for ever; stands in logs, events and traces. */
  readonly executionId: string;
  /** The descriptor, with the variant that the properties select laid over it. */
  readonly operation: OperationDescriptor;
  /** Empty where the descriptor says `objectType: 'none'`. */
  readonly objectType: string;
  /** The operation's, checked; a document's own are at the document. */
  readonly properties: P;
  /** Requests, not documents: the descriptor's limit or the connection's concurrency, whichever is lower. */
  readonly maxInFlight: number;
  /** Does the host ask what became of documents (`reconcile`)? That asking failed, and did nothing, says nothing of them. */
  readonly isReconciliation: boolean;
  /**
   * Asked before something that the service refused for the moment (a locked row) goes again. Each yes is one repeat of the connection's budget, from which its requests draw too:
   * after no, the refusal stands, so that a service in trouble is not loaded further.
   */
  mayRepeat(): boolean;
  /** State of the last checkpoint that the host kept. */
  readonly resumeFrom?: Json;
  /** Scratch space of this execution, gone with it. */
  readonly spool: Spool;
  /** For last words in `finally` (abort the job): its signal outlives the abort by `stopWithinMs`. */
  readonly cleanup: CallContext;
}

/** One item of what an operation yields. */
export type OperationEvent = OutputEvent | ResultEvent | CheckpointEvent | ProgressEvent;

/** Text and bytes go out as they are; a record or array is JSON not yet written (a lone JSON scalar is text). A Body may be read until the next item is pulled. */
export type Content = Body | Uint8Array | string | JsonRecord;

/** A document made for these inputs (ids); not final. `status` only where the service judged this piece by itself. */
export interface OutputEvent {
  readonly type: 'output';
  readonly inputs: readonly string[];
  readonly body: Content;
  /** Absent: the first that the operation `emits`. */
  readonly mediaType?: string;
  readonly status?: 'success' | 'applicationError';
  readonly code?: string;
  readonly message?: string;
}

/** What became of these inputs (ids); final, once per input. */
export interface ResultEvent {
  readonly type: 'result';
  readonly inputs: readonly string[];
  readonly status: Status;
  /** HTTP status on success, else the service's own code. */
  readonly code?: string;
  readonly message?: string;
  readonly body?: Content;
  readonly mediaType?: string;
  readonly error?: ErrorInfo;
  /** What `reconcile` will need and the document does not say (job id, row). */
  readonly receipt?: Json;
}

/**
 * Resuming from `state` repeats nothing yielded before this event and skips nothing after it. Documents without a result by then are fed again,
 * under the same ids and in the same order. Yield one also before a step that must not be done twice (closing a bulk job).
 */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  /** Survives JSON; at most 64 KB; no secrets. */
  readonly state: Json;
}

/** For a progress bar; may be dropped. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly done: number;
  readonly total?: number;
  readonly unit: 'documents' | 'records' | 'bytes';
}
