// Mutants of the groups Operation semantics, Document accounting, Batching, Cancellation, Time limits.
import {
  type CallContext,
  type Document,
  type ErrorInfo,
  type Events,
  type ExecutionContext,
  errorInfoOf,
  isConnectorError,
  type Json,
  type OperationEvent,
  type ResultEvent,
  type TestFinding,
} from '@connector-runtime/core';
import { perBatch, perDocument } from '@connector-runtime/core/authoring';
import type { ItemsRequest } from '../reference/items/items-client.js';
import { ItemsConnection } from '../reference/items/items-connection.js';
import {
  CreateItems,
  DeleteItems,
  ExportItems,
  ReadItems,
  UpdateItems,
  UploadFiles,
  UpsertItems,
} from '../reference/items/items-operations.js';
import { deafTo } from './contract-mutants.js';
import { likeParent, type Mutants, withConnection, withOperation } from './mutant.js';

type Batch = readonly Document[];
type Send = Parameters<CreateItems['send']>;
type Answer = { readonly ok: boolean; readonly code: string };

const losesLastRow = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const { texts, next } = await super.page(from, context);
      return { texts: next === undefined ? texts : texts.slice(0, -1), next };
    }
  },
);

const dropsField = likeParent(
  class extends CreateItems {
    protected override send(items: Send[0], first: Document, context: ExecutionContext) {
      return super.send(
        items.map((item) => ({ ...item, text: item.text.replace(/,"parent":"root"/, '') })),
        first,
        context,
      );
    }
  },
);

const nullsTheRest = likeParent(
  class extends UpdateItems {
    protected override changes(text: string): string {
      return text.includes('"text":"new ') ? text.replace(/\}$/, ',"note":null}') : text;
    }
  },
);

const sendsEmptyBatch = likeParent(
  class extends CreateItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      let isEmpty = true;
      async function* counted() {
        for await (const document of documents) {
          isEmpty = false;
          yield document;
        }
      }
      yield* super.execute(counted(), context);
      if (isEmpty && !context.signal.aborted)
        await this.client.send(
          { method: 'POST', path: `/items/${context.objectType}`, body: '{}', effect: 'once', step: 'create' },
          context,
        );
    }
  },
);

const emitsOther = likeParent(
  class extends ReadItems {
    protected override async *handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      yield* super.handOn(
        outputs.map((event) => (event.type === 'output' ? { ...event, mediaType: 'text/plain' } : event)),
        state,
      );
    }
  },
);

const probes = likeParent(
  class extends ItemsConnection {
    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      await this.client.send(
        {
          method: 'POST',
          path: '/items/thing',
          body: `{}\n{"key":"probe-${context.clock.random()}"}`,
          effect: 'once',
          step: 'test',
        },
        context,
      );
      return super.test(context);
    }
  },
);

const forgetsLastBatch = likeParent(
  class extends CreateItems {
    protected override async create(batch: Batch, context: ExecutionContext): Promise<readonly OperationEvent[]> {
      const events = await super.create(batch, context);
      const isGood = events.every((event) => event.type === 'result' && event.status === 'success');
      return batch.length === 2 && isGood ? [] : events;
    }
  },
);

const reportsTwice = likeParent(
  class extends CreateItems {
    private batches = 0;

    protected override async create(batch: Batch, context: ExecutionContext): Promise<readonly OperationEvent[]> {
      const events = await super.create(batch, context);
      this.batches += 1;
      return batch.length === 5 && this.batches === 3 ? [...events, ...events.slice(0, 1)] : events;
    }
  },
);

/** Believes the status of the answer where it holds refusals only. */
const looksAtStatus = likeParent(
  class extends CreateItems {
    protected override async send(...args: Send) {
      const results = await super.send(...args);
      const isAllRefused = results.length > 4 && results.every(({ status }) => status === 'applicationError');
      if (!isAllRefused || args[2].properties['allOrNone'] === true) return results;
      return results.map(({ inputs }): ResultEvent => ({ type: 'result', inputs, status: 'success', code: '201' }));
    }
  },
);

const deniesLoss = likeParent(
  class extends CreateItems {
    protected override async create(batch: Batch, context: ExecutionContext): Promise<readonly OperationEvent[]> {
      try {
        return await super.create(batch, context);
      } catch (error) {
        if (batch.length < 3 || !isConnectorError(error) || error.info.code !== 'CONNECTION_RESET') throw error;
        return batch.map(
          ({ id }): ResultEvent => ({
            type: 'result',
            inputs: [id],
            status: 'failure',
            error: { ...error.info, effect: 'none' },
          }),
        );
      }
    }
  },
);

const failsTogether = likeParent(
  class extends CreateItems {
    protected override async create(batch: Batch, context: ExecutionContext): Promise<readonly OperationEvent[]> {
      const events = await super.create(batch, context);
      const isLastOfMany =
        batch.length === 1 && events.some((event) => event.type === 'result' && event.status === 'applicationError');
      return isLastOfMany
        ? events.map((event) => (event.type === 'result' ? { ...event, status: 'failure' as const } : event))
        : events;
    }
  },
);

const shiftsIndex = likeParent(
  class extends CreateItems {
    protected override async send(...args: Send) {
      const results = await super.send(...args);
      return results.map((result, index): ResultEvent => {
        const before = results[index - 1];
        return before?.status === 'applicationError' && result.status === 'success'
          ? { ...before, inputs: result.inputs }
          : result;
      });
    }
  },
);

const swallows = likeParent(
  class extends ReadItems {
    private pages = 0;

    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      try {
        yield* super.execute(documents, context);
      } catch (error) {
        if (this.pages === 0 || !isConnectorError(error) || error.info.category !== 'unavailable') throw error;
      }
    }

    protected override async page(from: number, context: ExecutionContext) {
      const page = await super.page(from, context);
      this.pages += 1;
      return page;
    }
  },
);

const doubtsEverything = likeParent(
  class extends CreateItems {
    private isInDoubt = false;

    protected override async create(batch: Batch, context: ExecutionContext): Promise<readonly OperationEvent[]> {
      try {
        const events = await super.create(batch, context);
        if (!this.isInDoubt) return events;
        const info: ErrorInfo = {
          category: 'unavailable',
          code: 'ITEMS_IN_DOUBT',
          message: 'an earlier answer was lost',
          effect: 'unknown',
          retryable: false,
        };
        return batch.map(({ id }): ResultEvent => ({ type: 'result', inputs: [id], status: 'unknown', error: info }));
      } catch (error) {
        this.isInDoubt = errorInfoOf(error, 'unknown').code === 'CONNECTION_RESET';
        throw error;
      }
    }
  },
);

const givesAsTheyCome = likeParent(
  class extends UpdateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return super.execute(
        documents,
        Object.create(context, { operation: { value: { ...context.operation, order: 'any' } } }) as ExecutionContext,
      );
    }
  },
);

const overfills = likeParent(
  class extends CreateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perBatch(documents, context, (batch) => this.create(batch, context), { maxDocuments: 11 });
    }
  },
);

const truncates = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        const pieces: Uint8Array[] = [];
        try {
          for await (const piece of document.body.open(context.signal)) pieces.push(piece);
        } catch (error) {
          if (!isConnectorError(error) || error.info.category !== 'tooLarge') throw error;
          const key = /"key":"([^"]+)"/.exec(Buffer.concat(pieces).toString())?.[1] ?? '';
          return this.upsert(document, JSON.stringify({ key }), context);
        }
        return this.upsert(document, Buffer.concat(pieces).toString(), context);
      });
    }
  },
);

const calledSuccess = likeParent(
  class extends CreateItems {
    protected override resultOf(item: Parameters<CreateItems['resultOf']>[0], answer: Answer): ResultEvent {
      return super.resultOf(item, answer.code === 'ROLLED_BACK' ? { ok: true, code: '201' } : answer);
    }
  },
);

const deaf = likeParent(
  class extends CreateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perBatch(documents, context, async (batch) => {
        // The signal is looked at for as long as the documents have not been read.
        const listening = context.signal.aborted;
        const signal = listening ? context.signal : laterSignal(context);
        return this.create(batch, Object.create(context, { signal: { value: signal } }) as ExecutionContext);
      });
    }
  },
);

/** A signal that hears of an abort only after the turn of the loop in which it is made. */
function laterSignal(context: ExecutionContext): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => {
    if (!context.signal.aborted)
      context.signal.addEventListener('abort', () => controller.abort(context.signal.reason));
  });
  return controller.signal;
}

const sleepsDeaf = likeParent(
  class extends DeleteItems {
    protected override async remove(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      const { key } = JSON.parse(await document.body.text(100_000)) as { readonly key: string };
      const { status } = await this.client.send(
        { method: 'DELETE', path: this.path(context, key), effect: 'repeatable', step: 'delete' },
        deafTo('CANCELLED', context),
      );
      return { type: 'result', inputs: [document.id], status: 'success', code: String(status) };
    }
  },
);

/** Takes many documents first, and looks at the signal only while a request is under way. */
const goesOn = likeParent(
  class extends DeleteItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      const taken: Document[] = [];
      for await (const document of documents) {
        taken.push(document);
        if (taken.length === 20) yield* this.each(taken.splice(0), context);
      }
      yield* this.each(taken, context);
    }

    private async *each(taken: readonly Document[], context: ExecutionContext): Events {
      for (const document of taken) {
        const controller = new AbortController();
        const abort = () => controller.abort(context.signal.reason);
        context.signal.addEventListener('abort', abort);
        const own = Object.create(context, { signal: { value: controller.signal } }) as ExecutionContext;
        async function* one() {
          yield document;
        }
        yield* super.execute(one(), own);
        context.signal.removeEventListener('abort', abort);
      }
    }
  },
);

const deniesFlight = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return mapped(super.execute(documents, context), (event) =>
        context.signal.aborted && event.status === 'unknown'
          ? { type: 'result', inputs: event.inputs, status: 'notAttempted' }
          : event,
      );
    }
  },
);

const leavesInputOpen = likeParent(
  class extends UploadFiles {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      const input = documents[Symbol.asyncIterator]();
      for (;;) {
        const step = await input.next();
        if (step.done) return;
        async function* one() {
          yield step.value as Document;
        }
        yield* super.execute(one(), context);
      }
    }
  },
);

const opensDeaf = likeParent(
  class extends ItemsConnection {
    override open(context: CallContext): Promise<void> {
      return super.open({
        clock: context.clock,
        logger: context.logger,
        deadlineEpochMs: context.deadlineEpochMs,
        signal: new AbortController().signal,
      });
    }
  },
);

const waitsForEver = likeParent(
  class extends UpdateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        try {
          return await this.update(document, context);
        } catch (error) {
          if (isConnectorError(error) && error.info.service?.httpStatus === 503)
            await context.clock.sleep(365 * 24 * 3_600_000, deafTo('DEADLINE', context).signal);
          throw error;
        }
      });
    }
  },
);

const hasNoLimit = likeParent(
  class extends UploadFiles {
    protected override request(document: Document): ItemsRequest {
      return { ...super.request(document), timeoutMs: Number.MAX_SAFE_INTEGER };
    }
  },
);

const pollsQuickly = likeParent(
  class extends ExportItems {
    protected override pauseMs(): number {
      return 100;
    }
  },
);

async function* mapped(events: Events, change: (event: ResultEvent) => ResultEvent): Events {
  for await (const item of events) {
    const list = Array.isArray(item) ? (item as readonly OperationEvent[]) : [item as OperationEvent];
    yield list.map((event) => (event.type === 'result' ? change(event) : event));
  }
}

export const OPERATION_MUTANTS: Mutants = {
  'OPS-01': withOperation('read', losesLastRow),
  'OPS-02': withOperation('create', dropsField),
  'OPS-03': withOperation('update', nullsTheRest),
  'OPS-04': withOperation('create', sendsEmptyBatch),
  'OPS-05': withOperation('read', emitsOther),
  'OPS-06': withConnection(probes),
  'ACC-01': withOperation('create', forgetsLastBatch),
  'ACC-02': withOperation('create', reportsTwice),
  'ACC-03': withOperation('create', looksAtStatus),
  'ACC-04': withOperation('upsert', deniesLoss),
  'ACC-05': withOperation('create', failsTogether),
  'ACC-06': withOperation('create', shiftsIndex),
  'ACC-07': withOperation('read', swallows),
  'ACC-08': withOperation('create', doubtsEverything),
  'ACC-09': withOperation('update', givesAsTheyCome),
  'BAT-01': withOperation('create', overfills),
  'BAT-02': withOperation('upsert', truncates),
  'BAT-03': withOperation('create', calledSuccess),
  'CAN-01': withOperation('create', deaf),
  'CAN-02': withOperation('delete', sleepsDeaf),
  'CAN-03': withOperation('delete', goesOn),
  'CAN-04': withOperation('upsert', deniesFlight),
  'CAN-05': withOperation('upload', leavesInputOpen),
  'CAN-06': withConnection(opensDeaf),
  'TIM-01': withOperation('update', waitsForEver),
  'TIM-02': withOperation('upload', hasNoLimit),
  'TIM-03': withOperation('export', pollsQuickly),
};
