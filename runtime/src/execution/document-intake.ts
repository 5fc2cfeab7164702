import {
  type Body,
  type Clock,
  ConnectorError,
  type Document,
  type ErrorInfo,
  isConnectorError,
  type Json,
  type OperationDescriptor,
  type Properties,
  type ResultEvent,
  statusOfError,
} from '@connector-runtime/core';
import { bodyOfBytes, bodyOfStream, bodyOfText, bodyWithin } from '../services/body.js';
import { LoopTurn } from '../services/loop-turn.js';
import { TIMER_OVER } from '../services/timer-over.js';
import { accepts, notAccepted } from './accepted-media.js';
import type { Checkpoint } from './checkpoint.js';
import { DocumentIds } from './document-ids.js';
import { areAtHand, type DocumentInput, type Documents, type RefusedInput } from './document-input.js';
import type { DocumentLedger } from './document-ledger.js';

/** Refused documents that wait for the host; more are not taken from the source until it has pulled. */
const MAX_REFUSALS_WAITING = 64;

/** Once the execution was ended, a source at hand that gives nothing for so long stands still. */
const STANDSTILL_MS = 500;

const DONE: IteratorResult<Document, undefined> = { done: true, value: undefined };

type Step = IteratorResult<DocumentInput | RefusedInput>;

/** What the intake needs to know of its execution. */
export interface IntakeRules {
  readonly descriptor: OperationDescriptor;
  readonly properties: Properties;
  readonly maxDocumentBytes: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly resumeFrom?: Checkpoint;
  /** Lays a document's own properties over the operation's; throws `CONFIG_INVALID`. */
  checkDynamic(own: Json): Properties;
  /** Called whenever a refusal was added. */
  refusedOne(): void;
}

/**
 * The host's documents on their way to the operation: each is named, checked and entered in the ledger when it is taken.
 * What is no document, or breaks a rule, never reaches the operation: its result waits in `refusals`. Ends early when the signal aborts, even if the source hangs, and when the source fails.
 * However many ask, one at a time takes what the source gives, and enters it in the same breath: no document has two takers, or none.
 */
export class DocumentIntake implements AsyncIterable<Document>, AsyncIterator<Document> {
  /** Results of documents that the operation will not see; the execution hands them to the host. */
  readonly refusals: ResultEvent[] = [];
  /** Was the source read to its end? */
  exhausted = false;
  /** The source threw: nothing further comes of it. */
  failure: ConnectorError | undefined;
  private readonly source: Iterator<DocumentInput | RefusedInput> | AsyncIterator<DocumentInput | RefusedInput>;
  private readonly atHand: boolean;
  private readonly alreadySettled: Checkpoint['settled'];
  private readonly alreadySettledBeyond: ReadonlySet<number>;
  private readonly ids = new DocumentIds();
  private readonly turn = new LoopTurn();
  private nextOrdinal = 0;
  private isLeft = false;
  private isTaking = false;
  /** The source was asked and has not answered yet. */
  private isAsked = false;
  /** What it answered and nobody has taken. */
  private arrived: Step | undefined;
  private waiting: (() => void)[] = [];

  constructor(
    documents: Documents,
    private readonly ledger: DocumentLedger,
    private readonly rules: IntakeRules,
  ) {
    this.source = Symbol.asyncIterator in documents ? documents[Symbol.asyncIterator]() : documents[Symbol.iterator]();
    this.atHand = areAtHand(documents);
    this.alreadySettled = rules.resumeFrom?.settled ?? { before: 0, beyond: [] };
    this.alreadySettledBeyond = new Set(this.alreadySettled.beyond);
    rules.signal.addEventListener('abort', this.wake, { once: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<Document> {
    return this;
  }

  async next(): Promise<IteratorResult<Document, undefined>> {
    while (this.isTaking) await this.untilWoken();
    this.isTaking = true;
    try {
      for (;;) {
        if (this.turn.isDue()) await this.turn.take();
        while (this.refusals.length >= MAX_REFUSALS_WAITING && !this.isOver()) await this.untilWoken();
        if (!this.isOver()) this.ask();
        while (this.arrived === undefined && !this.isOver()) await this.untilWoken();
        const step = this.isOver() ? undefined : this.takeArrived();
        if (step === undefined) return DONE;
        if (this.isSettledAlready(this.nextOrdinal)) {
          this.ledger.markSettled(this.nextOrdinal++);
          continue;
        }
        const document = this.admit(step.value);
        if (document !== undefined) return { done: false, value: document };
      }
    } finally {
      this.isTaking = false;
      this.wake();
    }
  }

  /** The operation leaves early; the source is closed with the execution. */
  async return(): Promise<IteratorResult<Document, undefined>> {
    this.leave();
    return DONE;
  }

  /** From now on the operation gets nothing more, not even what it waits for. */
  leave(): void {
    this.isLeft = true;
    this.wake();
  }

  /** The host has taken refusals: there is room for more. */
  refusalsTaken(): void {
    this.wake();
  }

  /** Of a source at hand, what the operation never took: results with `info`, in portions. To be called when the operation was left. A stream is not read further. */
  async *neverTaken(info: ErrorInfo, status: ResultEvent['status']): AsyncGenerator<readonly ResultEvent[]> {
    if (!this.atHand) return;
    let portion: ResultEvent[] = [];
    while (!this.exhausted && this.failure === undefined) {
      this.ask();
      if (this.arrived === undefined) await this.untilStandstill();
      const step = this.takeArrived();
      if (step === undefined) break;
      const ordinal = this.nextOrdinal++;
      if (this.isSettledAlready(ordinal)) continue;
      const { id } = this.named(step.value, ordinal);
      this.ledger.count(ordinal, status);
      portion.push({ type: 'result', inputs: [id], status, message: info.message, error: info });
      if (portion.length >= 1000) {
        yield portion;
        portion = [];
        await this.turn.take();
      }
    }
    if (portion.length > 0) yield portion;
  }

  /** Closes the source; a source that hangs is not waited for. */
  async close(): Promise<void> {
    this.leave();
    this.rules.signal.removeEventListener('abort', this.wake);
    if (this.exhausted || this.failure !== undefined) return;
    const closing = Promise.resolve()
      .then(() => this.source.return?.())
      .catch(() => undefined);
    if (!this.isAsked) await closing;
  }

  private isOver(): boolean {
    return this.isLeft || this.exhausted || this.failure !== undefined || this.rules.signal.aborted;
  }

  private takeArrived(): Step | undefined {
    const step = this.arrived;
    this.arrived = undefined;
    return step;
  }

  /** Asks the source for its next step, unless that is under way or waits to be taken. */
  private ask(): void {
    if (this.isAsked || this.arrived !== undefined) return;
    this.isAsked = true;
    try {
      const answer = this.source.next();
      if ('then' in answer) answer.then(this.arrive, this.fail);
      else this.arrive(answer);
    } catch (error) {
      this.fail(error);
    }
  }

  private readonly arrive = (step: Step) => {
    if (typeof step !== 'object' || step === null)
      return this.fail(new TypeError(`it gave ${String(step)} for a step`));
    this.isAsked = false;
    if (step.done) this.exhausted = true;
    else this.arrived = step;
    this.wake();
  };

  private readonly fail = (error: unknown) => {
    this.isAsked = false;
    this.failure = sourceFailed(error);
    this.wake();
  };

  private readonly wake = () => {
    if (this.waiting.length === 0) return;
    const woken = this.waiting;
    this.waiting = [];
    for (const resume of woken) resume();
  };

  private untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** Waits for the source's answer; once the execution was ended, no longer than {@link STANDSTILL_MS}. */
  private async untilStandstill(): Promise<void> {
    const { signal, clock } = this.rules;
    const timer = new AbortController();
    let standsStill = false;
    const startTimer = () => {
      clock.sleep(STANDSTILL_MS, timer.signal).then(
        () => {
          standsStill = true;
          this.wake();
        },
        () => undefined,
      );
    };
    if (signal.aborted) startTimer();
    else signal.addEventListener('abort', startTimer, { once: true });
    while (this.isAsked && !standsStill) await this.untilWoken();
    signal.removeEventListener('abort', startTimer);
    timer.abort(TIMER_OVER);
  }

  private isSettledAlready(ordinal: number): boolean {
    return ordinal < this.alreadySettled.before || this.alreadySettledBeyond.has(ordinal);
  }

  /** Names and checks an input; `undefined` if it was refused. */
  private admit(input: DocumentInput | RefusedInput): Document | undefined {
    const ordinal = this.nextOrdinal++;
    const { id, error } = this.named(input, ordinal);
    if (error !== undefined) return this.refuse(id, ordinal, error);
    if ('refused' in input) return this.refuse(id, ordinal, input.refused);
    try {
      const body = this.bodyOf(input);
      const properties =
        input.properties === undefined ? this.rules.properties : this.rules.checkDynamic(input.properties);
      this.ledger.take(id, ordinal);
      return { id, body, properties, ...(input.receipt === undefined ? {} : { receipt: input.receipt }) };
    } catch (thrown) {
      if (!isConnectorError(thrown)) {
        const message = `the document cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
        return this.refuse(id, ordinal, invalid('DOCUMENT_INVALID', message));
      }
      const category = thrown.info.category === 'config' ? 'validation' : thrown.info.category;
      return this.refuse(id, ordinal, { ...thrown.info, category });
    }
  }

  /** The id of whatever the host's source gave; `error` where that is no document, or its own id cannot be used. */
  private named(
    input: DocumentInput | RefusedInput,
    ordinal: number,
  ): { readonly id: string; readonly error?: ErrorInfo } {
    if (typeof input !== 'object' || input === null) {
      const message = `a document must be an object with a body, got ${input === null ? 'null' : typeof input}`;
      return { id: this.ids.nameOf({ body: '' }, ordinal).id, error: invalid('DOCUMENT_INVALID', message) };
    }
    return this.ids.nameOf('refused' in input ? { body: '', place: input.id } : input, ordinal);
  }

  private refuse(id: string, ordinal: number, info: ErrorInfo): undefined {
    const status = statusOfError(info);
    this.ledger.count(ordinal, status);
    this.refusals.push({ type: 'result', inputs: [id], status, message: info.message, error: info });
    this.rules.refusedOne();
  }

  private bodyOf(input: DocumentInput): Body {
    const { descriptor, maxDocumentBytes } = this.rules;
    const body = contentOf(input, descriptor.accepts[0] ?? 'application/octet-stream', maxDocumentBytes);
    if (!accepts(descriptor.accepts, body.mediaType)) {
      throw new ConnectorError(invalid('MEDIA_TYPE_UNSUPPORTED', notAccepted(descriptor, body.mediaType)));
    }
    return body;
  }
}

function contentOf(input: DocumentInput, defaultType: string, maxBytes: number): Body {
  const { body } = input;
  if (typeof body === 'string' && !body.isWellFormed())
    throw new ConnectorError(
      invalid('DOCUMENT_BODY_INVALID', 'the text holds half of a surrogate pair, which has no UTF-8'),
    );
  if (typeof body === 'string') return bodyOfText(body, input.mediaType ?? defaultType, 'document', maxBytes);
  if (body instanceof Uint8Array) return bodyOfBytes(body, input.mediaType ?? defaultType, 'document', maxBytes);
  if (typeof body !== 'object' || body === null) {
    throw new ConnectorError(
      invalid(
        'DOCUMENT_BODY_INVALID',
        `a document's body must be text, bytes, a stream or a JSON record, got ${typeof body}`,
      ),
    );
  }
  if (Symbol.asyncIterator in body) return bodyOfStream(body, input.mediaType ?? defaultType, 'document', maxBytes);
  if ('open' in body && typeof body.open === 'function') return bodyWithin(body as Body, maxBytes);
  return bodyOfText(JSON.stringify(body), input.mediaType ?? 'application/json', 'document', maxBytes);
}

function invalid(code: string, message: string): ErrorInfo {
  return { category: 'validation', code, message, effect: 'none', retryable: false };
}

function sourceFailed(thrown: unknown): ConnectorError {
  if (isConnectorError(thrown)) return thrown;
  const message = `the source of documents failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  return new ConnectorError(
    { category: 'validation', code: 'SOURCE_FAILED', message, effect: 'none', retryable: false },
    { cause: thrown },
  );
}
