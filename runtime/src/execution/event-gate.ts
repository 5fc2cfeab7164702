import {
  type Body,
  ConnectorError,
  type Content,
  type Json,
  type OperationDescriptor,
  type OperationEvent,
  type OutputEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import { bodyAsAnswer } from '../services/body.js';
import type { Redactor } from '../services/redaction.js';
import { writeCheckpoint } from './checkpoint.js';
import type { DocumentLedger } from './document-ledger.js';
import { redactedInfo } from './redacted-info.js';

const STATUSES = new Set(['success', 'applicationError', 'failure', 'unknown', 'notAttempted']);

/** Checks each event of the operation against the ledger before the host sees it. A breach of contract is dropped and kept in `fault`. */
export class EventGate {
  /** The first breach; the execution ends by it. */
  fault: ConnectorError | undefined;
  lastCheckpoint: Json | undefined;
  private readonly brokenOutputs = new Set<string>();

  constructor(
    private readonly ledger: DocumentLedger,
    private readonly descriptor: OperationDescriptor,
    private readonly redactor: Redactor,
  ) {}

  /** The events that may pass; nothing passes after a breach. */
  pass(item: OperationEvent | readonly OperationEvent[]): readonly OperationEvent[] {
    const events = Array.isArray(item) ? (item as readonly OperationEvent[]) : [item as OperationEvent];
    const passed: OperationEvent[] = [];
    for (const event of events) {
      const checked = this.checkShape(event);
      if (this.fault !== undefined) break;
      if (checked !== undefined) passed.push(checked);
    }
    return passed;
  }

  /** A plugin may yield anything: what cannot even be looked at is a breach too. */
  private checkShape(event: OperationEvent): OperationEvent | undefined {
    try {
      return this.check(event);
    } catch (error) {
      return this.breach(
        'EVENT_INVALID',
        `yielded an event of the wrong shape: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  private check(event: OperationEvent): OperationEvent | undefined {
    switch (event?.type) {
      case 'output':
        return this.checkOutput(event);
      case 'result':
        return this.checkResult(event);
      case 'checkpoint':
        this.lastCheckpoint = writeCheckpoint(this.descriptor.id, this.ledger.settled(), event.state);
        return { type: 'checkpoint', state: this.lastCheckpoint };
      case 'progress':
        return event;
      default:
        return this.breach(
          'EVENT_UNKNOWN',
          `yielded what is no event: ${String((event as { type?: unknown } | undefined)?.type)}`,
        );
    }
  }

  private checkOutput(event: OutputEvent): OutputEvent | undefined {
    const inputs = inputsOf(event);
    const stranger = inputs.find((id) => !this.ledger.isOpen(id));
    if (stranger !== undefined) {
      return this.breach('OUTPUT_NOT_OPEN', `made an output for document ${stranger}, which is not open`);
    }
    const mediaType = event.mediaType ?? this.descriptor.emits[0];
    const body = isStreamed(event.body) ? this.watched(event.body, inputs) : event.body;
    this.ledger.countOutput(inputs);
    if (body === event.body && mediaType === event.mediaType) return event;
    return { ...event, body, ...(mediaType === undefined ? {} : { mediaType }) };
  }

  /** Settles all documents of a result, or none. */
  private checkResult(event: ResultEvent): ResultEvent | undefined {
    if (!STATUSES.has(event.status)) {
      return this.breach('STATUS_UNKNOWN', `gave the status ${String(event.status)}, which does not exist`);
    }
    const inputs = inputsOf(event);
    const stranger = inputs.find((id) => !this.ledger.isOpen(id));
    if (stranger !== undefined || new Set(inputs).size < inputs.length) {
      const why = `for document ${stranger ?? inputs[0]}, which is not open: it was never taken or has a result`;
      return this.breach('RESULT_NOT_OPEN', `gave a result ${why}`);
    }
    const { brokenOutputs } = this;
    const isBroken = event.status === 'success' && brokenOutputs.size > 0 && inputs.some((id) => brokenOutputs.has(id));
    const result = isBroken ? this.brokenOutput(event) : this.shown(event);
    for (const id of inputs) this.ledger.settle(id, result.status);
    return result;
  }

  /** A result may quote what was sent: secrets are struck out of its words, and of every text of one that failed. A body stays the service's otherwise: programs read it. */
  private shown(event: ResultEvent): ResultEvent {
    const { body, message, code, error } = event;
    if (event.status === 'success') {
      // Most say no more than their status, and have an HTTP status for a code; no secret is that short.
      const isSame =
        (message === undefined || message === event.status || this.redact(message) === message) &&
        (code === undefined || code.length <= 3 || this.redact(code) === code);
      return isSame ? event : { ...event, ...this.shownWords(event) };
    }
    return {
      ...event,
      ...(typeof body === 'string' ? { body: this.redactor.strike(body) } : {}),
      ...this.shownWords(event),
      ...(error === undefined ? {} : { error: redactedInfo(error, this.redact, this.effect) }),
    };
  }

  private readonly redact = (text: string): string => this.redactor.text(text);

  private shownWords({ message, code }: ResultEvent): Pick<ResultEvent, 'message' | 'code'> {
    return {
      ...(message === undefined ? {} : { message: this.redact(message) }),
      ...(code === undefined ? {} : { code: this.redact(code) }),
    };
  }

  /** What a breach leaves open. */
  private get effect(): 'none' | 'unknown' {
    return this.descriptor.effect === 'read' ? 'none' : 'unknown';
  }

  /** Of a write it was carried out, and what came of it cannot be told. */
  private brokenOutput({ inputs }: ResultEvent): ResultEvent {
    const message = 'an output made for this document broke off while it was read';
    const { effect } = this;
    const isRead = effect === 'none';
    return {
      type: 'result',
      inputs,
      status: isRead ? 'failure' : 'unknown',
      message,
      error: {
        category: 'unavailable',
        code: 'OUTPUT_BROKEN',
        message,
        effect,
        retryable: isRead,
      },
    };
  }

  private breach(code: string, message: string): undefined {
    this.fault = new ConnectorError({
      category: 'contract',
      code,
      message: `operation ${this.descriptor.id} ${message}`,
      effect: this.effect,
      retryable: false,
    });
  }

  /** Notes when a streamed output breaks off: the plugin's later `success` would be a lie then. One that arrives whole, and is no text, is the reader's to judge. */
  private watched(body: Body, inputs: readonly string[]): Body {
    const note = () => {
      for (const id of inputs) this.brokenOutputs.add(id);
    };
    const { mediaType, sizeBytes } = body;
    return bodyAsAnswer(
      {
        mediaType,
        repeatable: false,
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
        open: (signal) => noting(body.open(signal), note),
      },
      this.effect === 'none' ? 'answer' : 'answerToWrite',
    );
  }
}

/** Throws where they are no ids. */
function inputsOf(event: OutputEvent | ResultEvent): readonly string[] {
  const { inputs } = event;
  const areIds = Array.isArray(inputs) && inputs.every((id) => typeof id === 'string');
  if (!areIds) throw new TypeError('inputs must be a list of ids');
  return inputs;
}

function isStreamed(content: Content): content is Body {
  if (content === null || content === undefined) throw new TypeError('an output has no body');
  return (
    typeof content === 'object' &&
    'open' in content &&
    typeof content.open === 'function' &&
    content.repeatable === false
  );
}

async function* noting(chunks: AsyncIterable<Uint8Array>, note: () => void): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    note();
    throw error;
  }
}
