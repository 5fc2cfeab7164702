import {
  type Constructor,
  type Document,
  type ErrorInfo,
  type Events,
  type ExecutionContext,
  errorInfoOf,
  type HttpResponse,
  isConnectorError,
  type Operation,
  type OperationEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import { ItemsClient } from '../../reference/items/items-client.js';
import {
  CreateItems,
  DeleteItems,
  ReadItems,
  UpdateItems,
  UploadFiles,
  UpsertItems,
} from '../../reference/items/items-operations.js';
import { likeParent, type Mutant, type Mutants, withClient, withDescriptor, withOperation } from '../mutant.js';
import { uploadingAgain } from '../uploads-again.js';

type Batch = readonly Document[];

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
      this.batches += 1;
      const isThird = this.batches === 3;
      const events = await super.create(batch, context);
      return batch.length === 5 && isThird ? [...events, ...events.slice(0, 1)] : events;
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

/** Sends the first document about a record, and takes the others for the same. */
const sendsOnce = likeParent(
  class extends UpdateItems {
    private readonly sent = new Set<unknown>();

    protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      if (!document.body.repeatable) return super.update(document, context);
      const item = await document.body.text(1_000_000);
      const key = /"key":"([^"]+)"/.exec(item)?.[1] ?? '';
      if (this.sent.has(key)) return { type: 'result', inputs: [document.id], status: 'success', code: '200' };
      if (key !== '') this.sent.add(key);
      return super.update(document, context);
    }
  },
);

/** Looks for errors of the server only, as where a client is told that every status below 500 is fine. */
const takesRefusals = likeParent(
  class extends UploadFiles {
    protected override async upload(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      try {
        return await super.upload(document, context);
      } catch (error) {
        const status = isConnectorError(error) ? error.info.service?.httpStatus : undefined;
        if (status === undefined || status >= 500) throw error;
        return { type: 'result', inputs: [document.id], status: 'success', code: String(status) };
      }
    }
  },
);

/** Says of a batch that nothing was applied where its error has this code. */
function denying(code: string): Mutant {
  const denies = likeParent(
    class extends CreateItems {
      protected override async create(batch: Batch, context: ExecutionContext): Promise<readonly OperationEvent[]> {
        try {
          return await super.create(batch, context);
        } catch (error) {
          if (batch.length < 2 || !isConnectorError(error) || error.info.code !== code) throw error;
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
  return withOperation('create', denies);
}

/** Reads another meaning into these statuses, where several items were sent. */
function taking(statuses: readonly number[], meaning: Partial<ErrorInfo>): Mutant {
  const takes = likeParent(
    class extends ItemsClient {
      protected override async refusal(answer: HttpResponse, step: string) {
        const refusal = await super.refusal(answer, step);
        if (step !== 'create' || !statuses.includes(answer.status)) return refusal;
        return { ...(refusal === 'accept' ? {} : refusal), ...meaning };
      }
    },
  );
  return withClient(takes);
}

/** Sends what was lost again, with its key: the service then refuses one that it has. Of several that it never answered for, it puts each once more. */
const createsAgain = likeParent(
  class extends CreateItems {
    protected override async send(...args: Send) {
      const [items, , context] = args;
      try {
        return await super.send(...args);
      } catch (error) {
        const { code } = errorInfoOf(error, 'unknown');
        const isOne = items.length === 1 && code === 'CONNECTION_RESET';
        if (context.signal.aborted || !(isOne || (items.length > 1 && code === 'HEADERS_TIMEOUT'))) throw error;
        if (isOne) await super.send(...args);
        else for (const item of items) await this.put(item, context);
        return items.map(({ id }): ResultEvent => ({ type: 'result', inputs: [id], status: 'success', code: '201' }));
      }
    }

    private async put({ key, text }: Send[0][number], context: ExecutionContext): Promise<void> {
      const path = `/items/${encodeURIComponent(context.objectType)}/${encodeURIComponent(key)}`;
      const answer = await this.client.send(
        { method: 'PUT', path, body: text, effect: 'repeatable', step: 'create' },
        context,
      );
      await answer.body.text(10_000);
    }
  },
);

/** Creates, of which the manifest says that they may be sent twice with a key. */
function keyed(type: Constructor<Operation>): Mutant {
  const { plugin } = withDescriptor('create', { repeat: 'keyed' });
  return { plugin: { ...plugin, operations: { ...plugin.operations, create: () => type } } };
}

/** Takes what the answer does not speak of for done. */
const padsAnswer = likeParent(
  class extends CreateItems {
    protected override async send(...args: Send) {
      try {
        return await super.send(...args);
      } catch (error) {
        const [items, , { properties }] = args;
        const isShort = isConnectorError(error) && error.info.code === 'ITEMS_ANSWER_UNEXPECTED';
        if (!isShort || items.length < 2 || properties['allOrNone'] === true) throw error;
        return items.map(({ id }): ResultEvent => ({ type: 'result', inputs: [id], status: 'success', code: '201' }));
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

/** Takes a page behind the first that is not to be had for the end. */
const endsEarly = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      try {
        return await super.page(from, context);
      } catch (error) {
        if (!isAway(from, error, context)) throw error;
        return { texts: [], next: undefined };
      }
    }
  },
);

/** Takes a page behind the first that is answered by a status of error for the end. */
const breaksAtStatus = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      try {
        return await super.page(from, context);
      } catch (error) {
        const status = isConnectorError(error) ? error.info.service?.httpStatus : undefined;
        if (from === 0 || status === undefined || status === 401) throw error;
        return { texts: [], next: undefined };
      }
    }
  },
);

/** Begins again, once, where a page behind the first is not to be had. */
const beginsAgain = likeParent(
  class extends ReadItems {
    private hasBegunAgain = false;

    protected override async page(from: number, context: ExecutionContext) {
      try {
        return await super.page(from, context);
      } catch (error) {
        if (this.hasBegunAgain || !isAway(from, error, context)) throw error;
        this.hasBegunAgain = true;
        return { texts: [], next: 0 };
      }
    }
  },
);

function isAway(from: number, error: unknown, { signal }: ExecutionContext): boolean {
  return from > 0 && !signal.aborted && isConnectorError(error) && error.info.category === 'unavailable';
}

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

type Send = Parameters<CreateItems['send']>;

const namesOwnCode = likeParent(
  class extends UpdateItems {
    protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      try {
        return await super.update(document, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.code !== 'ITEMS_FORBIDDEN') throw error;
        const { message, info } = error;
        return { type: 'result', inputs: [document.id], status: 'applicationError', code: '400', message, error: info };
      }
    }
  },
);

/** Fails the twentieth document where the one after it is refused. */
const stumbles = likeParent(
  class extends DeleteItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return withHeld(20, super.execute(documents, context), (held, next) =>
        next?.status === 'applicationError' ? { ...held, status: 'failure' } : held,
      );
    }
  },
);

const swapsReceipts = likeParent(
  class extends CreateItems {
    protected override async send(...args: Send) {
      const results = await super.send(...args);
      if (!results.some(({ status }) => status === 'applicationError')) return results;
      const receipts = results.flatMap(({ receipt }) => receipt ?? []);
      const turned = [...receipts.slice(1), ...receipts.slice(0, 1)];
      return results.map((result) =>
        result.status === 'success' ? { ...result, receipt: turned.shift() ?? null } : result,
      );
    }
  },
);

/** Doubts the thirtieth document where it is the last. */
const doubtsLast = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return withHeld(30, super.execute(documents, context), (held, next) =>
        next === undefined ? { ...held, status: 'unknown' } : held,
      );
    }
  },
);

/** The n-th result waits for the one after it, and may be another then. */
async function* withHeld(
  n: number,
  events: Events,
  change: (held: ResultEvent, next: ResultEvent | undefined) => ResultEvent,
): Events {
  let count = 0;
  let held: ResultEvent | undefined;
  for await (const item of events) {
    for (const event of Array.isArray(item) ? (item as readonly OperationEvent[]) : [item as OperationEvent]) {
      if (held !== undefined && event.type === 'result') {
        yield change(held, event);
        held = undefined;
      }
      if (event.type === 'result') count += 1;
      if (event.type === 'result' && count === n) held = event;
      else yield event;
    }
  }
  if (held !== undefined) yield change(held, undefined);
}

/** Has room for a hundred documents. */
const namesByKey = likeParent(
  class extends UpsertItems {
    protected override async upsert(...given: Parameters<UpsertItems['upsert']>) {
      const [, text] = given;
      const { key } = JSON.parse(text) as { readonly key: string };
      return { ...(await super.upsert(...given)), inputs: [key] as const };
    }
  },
);

const runsOver = likeParent(
  class extends UpsertItems {
    private count = 0;

    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      for await (const item of super.execute(documents, context)) {
        this.count += Array.isArray(item) ? item.length : 1;
        if (this.count > 100) throw new RangeError('more than a hundred documents');
        yield item;
      }
    }
  },
);

/** Fails document five hundred. */
const failsOneOfMany = likeParent(
  class extends DeleteItems {
    private count = 0;

    protected override async remove(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      const result = await super.remove(document, context);
      this.count += 1;
      return this.count === 500 ? { ...result, status: 'failure' } : result;
    }
  },
);

/** Takes what comes after a hundred documents for done. */
const pretends = likeParent(
  class extends UpsertItems {
    private count = 0;

    protected override async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      this.count += 1;
      return this.count > 100
        ? { type: 'result', inputs: [document.id], status: 'success', code: '200' }
        : super.upsert(document, text, context);
    }
  },
);

/** Gives the last row of the third document again, behind its result. */
const outputsLate = likeParent(
  class extends ReadItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      let results = 0;
      let last: OperationEvent | undefined;
      for await (const item of super.execute(documents, context)) {
        yield item;
        for (const event of Array.isArray(item) ? (item as readonly OperationEvent[]) : [item as OperationEvent]) {
          if (event.type === 'output') last = event;
          if (event.type === 'result') results += 1;
          if (event.type === 'result' && results === 3 && last !== undefined) yield last;
        }
      }
    }
  },
);

export const ACCOUNTING_MUTANTS: Mutants = {
  'ACC-01': withOperation('create', forgetsLastBatch),
  'ACC-01:throws': withOperation('upsert', runsOver),
  'ACC-01:failure': withOperation('delete', failsOneOfMany),
  'ACC-01:pretends': withOperation('upsert', pretends),
  'ACC-02': withOperation('create', reportsTwice),
  'ACC-02:named': withOperation('upsert', namesByKey),
  'ACC-02:output': withOperation('read', outputsLate),
  'ACC-03': withOperation('create', looksAtStatus),
  'ACC-03:record': withOperation('update', sendsOnce),
  'ACC-03:status': withOperation('upload', takesRefusals),
  'ACC-04': denying('CONNECTION_RESET'),
  'ACC-04:cut': denying('ANSWER_CUT'),
  'ACC-04:hang': denying('HEADERS_TIMEOUT'),
  'ACC-04:other': denying('ITEMS_ANSWER_UNEXPECTED'),
  'ACC-04:applied': taking([500], { effect: 'none', retryable: false }),
  'ACC-04:gateway': taking([502, 504], { effect: 'none', retryable: true }),
  'ACC-04:late': taking([408, 524], { effect: 'none', retryable: true, category: 'unavailable' }),
  'ACC-04:keyed': keyed(createsAgain),
  'ACC-04:short': withOperation('create', padsAnswer),
  // Where others were begun.
  'ACC-04:twice': uploadingAgain(({ category }, begun) => category === 'timeout' && begun > 1),
  'ACC-05': withOperation('create', failsTogether),
  'ACC-05:code': withOperation('update', namesOwnCode),
  'ACC-05:others': withOperation('delete', stumbles),
  'ACC-06': withOperation('create', shiftsIndex),
  'ACC-06:receipt': withOperation('create', swapsReceipts),
  'ACC-07': withOperation('read', swallows),
  'ACC-07:status': withOperation('read', breaksAtStatus),
  'ACC-07:again': withOperation('read', beginsAgain),
  'ACC-07:end': withOperation('read', endsEarly),
  'ACC-08': withOperation('create', doubtsEverything),
  'ACC-08:clean': withOperation('upsert', doubtsLast),
  'ACC-09': withOperation('update', givesAsTheyCome),
};
