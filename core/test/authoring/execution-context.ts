import type {
  CallContext,
  Clock,
  Document,
  ExecutionContext,
  Logger,
  OperationDescriptor,
  OperationEvent,
  Properties,
  ResultEvent,
} from '@connector-runtime/core';

/** A clock whose sleeps pass at once and are listed. */
export class ListingClock implements Clock {
  readonly sleptMs: number[] = [];

  now(): number {
    return 0;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.sleptMs.push(ms);
  }

  random(): number {
    return 0.5;
  }
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export function contextWith(
  changes: Partial<Pick<OperationDescriptor, 'order' | 'effect' | 'batch'>> & {
    maxInFlight?: number;
    signal?: AbortSignal;
    clock?: Clock;
  } = {},
): ExecutionContext {
  const { maxInFlight = 3, signal = new AbortController().signal, clock = new ListingClock(), ...descriptor } = changes;
  const call: CallContext = {
    signal,
    deadlineEpochMs: Number.MAX_SAFE_INTEGER,
    clock,
    logger: silent,
    meter: { note: () => undefined },
  };
  const operation: OperationDescriptor = {
    id: 'create',
    title: 'Create',
    effect: 'create',
    repeat: 'unsafe',
    properties: { type: 'object' },
    objectType: 'none',
    accepts: ['text/plain'],
    emits: [],
    order: 'input',
    resumable: false,
    reconciles: false,
    limits: { maxDocumentBytes: -1, maxInFlight, stopWithinMs: 1000 },
    ...descriptor,
  };
  return {
    ...call,
    executionId: 'e1',
    operation,
    objectType: '',
    properties: {},
    maxInFlight,
    isReconciliation: false,
    mayRepeat: () => true,
    spool: { write: () => Promise.reject(new Error('no spool here')) },
    cleanup: call,
  };
}

/** Documents `d1` to `d<count>`, counted as they are taken; `closed` tells whether the reader let go. */
export class CountedDocuments implements AsyncIterable<Document> {
  taken = 0;
  closed = false;

  constructor(
    private readonly count: number,
    private readonly propertiesOf: (n: number) => Properties = () => ({}),
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Document> {
    const shared = this.propertiesOf(0);
    try {
      while (this.taken < this.count) {
        this.taken += 1;
        const own = this.propertiesOf(this.taken);
        const properties = JSON.stringify(own) === JSON.stringify(shared) ? shared : own;
        yield { id: `d${this.taken}`, body: emptyBody, properties };
      }
    } finally {
      this.closed = true;
    }
  }
}

const emptyBody = {
  mediaType: 'text/plain',
  repeatable: true,
  async *open() {},
  text: async () => '',
  bytes: async () => new Uint8Array(),
  json: async () => null,
};

export function success(...inputs: string[]): ResultEvent {
  return { type: 'result', inputs, status: 'success' };
}

export async function resultsOf(
  events: AsyncIterable<OperationEvent | readonly OperationEvent[]>,
): Promise<ResultEvent[]> {
  const results: ResultEvent[] = [];
  for await (const item of events) {
    for (const event of Array.isArray(item) ? (item as OperationEvent[]) : [item as OperationEvent]) {
      if (event.type === 'result') results.push(event);
    }
  }
  return results;
}
