import {
  type CallContext,
  type Document,
  type Events,
  type ExecutionContext,
  type HttpResponse,
  isConnectorError,
  type OperationEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import { perBatch } from '@connector-runtime/core/authoring';
import { ItemsBrowse } from '../../reference/items/items-browse.js';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import {
  CreateItems,
  DeleteItems,
  ReadItems,
  UploadFiles,
  UpsertItems,
} from '../../reference/items/items-operations.js';
import { deafTo, likeParent, type Mutants, withBrowse, withClient, withConnection, withOperation } from '../mutant.js';

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

/** Deaf from when a delete is sent: while its document is read, the signal is heard. */
const sleepsDeaf = likeParent(
  class extends ItemsClient {
    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      return super.send(request, request.step === 'delete' ? deafTo('CANCELLED', context) : context);
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

/** Takes an abort for the end of the rows, unless it resumes. */
const endsEarly = likeParent(
  class extends ReadItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      if (context.resumeFrom !== undefined) return yield* super.execute(documents, context);
      for await (const { id } of documents) {
        let from: number | undefined = 0;
        while (from !== undefined && !context.signal.aborted) {
          const { texts, next } = await this.page(from, context);
          const outputs = texts.map((body): OperationEvent => ({ type: 'output', inputs: [id], body }));
          yield* this.handOn(outputs, next === undefined ? undefined : { document: id, next });
          from = next;
        }
        yield { type: 'result', inputs: [id], status: 'success', code: '200' };
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

/** Calls what is under way at the deadline not attempted. */
const deniesAtDeadline = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return mapped(super.execute(documents, context), (event) =>
        event.status === 'unknown' && event.error?.code === 'DEADLINE'
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
        meter: context.meter,
        deadlineEpochMs: context.deadlineEpochMs,
        signal: new AbortController().signal,
      });
    }
  },
);

const testsDeaf = likeParent(
  class extends ItemsConnection {
    override test(context: CallContext) {
      return super.test(deafTo('CANCELLED', context));
    }
  },
);

const listsDeaf = likeParent(
  class extends ItemsBrowse {
    override objectTypes(...[query, context]: Parameters<ItemsBrowse['objectTypes']>) {
      return super.objectTypes(query, deafTo('CANCELLED', context));
    }
  },
);

const givesFieldsDeaf = likeParent(
  class extends ItemsBrowse {
    override fields(...[query, context]: Parameters<ItemsBrowse['fields']>) {
      return super.fields(query, deafTo('CANCELLED', context));
    }
  },
);

async function* mapped(events: Events, change: (event: ResultEvent) => ResultEvent): Events {
  for await (const item of events) {
    const list = Array.isArray(item) ? (item as readonly OperationEvent[]) : [item as OperationEvent];
    yield list.map((event) => (event.type === 'result' ? change(event) : event));
  }
}

const callsItFailure = likeParent(
  class extends UpsertItems {
    protected override async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      const isLate = context.signal.aborted;
      try {
        return await super.upsert(document, text, context);
      } catch (error) {
        if (!isLate || !isConnectorError(error)) throw error;
        return { type: 'result', inputs: [document.id], status: 'failure', error: { ...error.info, effect: 'none' } };
      }
    }
  },
);

function isLeft({ signal }: ExecutionContext): boolean {
  const reason: unknown = signal.reason;
  return isConnectorError(reason) && reason.info.code === 'HOST_LEFT';
}

/** Its end waits for something that never comes. */
const neverLetsGo = likeParent(
  class extends DeleteItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      try {
        yield* super.execute(documents, context);
      } finally {
        if (isLeft(context)) await new Promise(() => undefined);
      }
    }
  },
);

/** Goes on by itself when its host has left. */
const readsOn = likeParent(
  class extends ReadItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      try {
        yield* super.execute(documents, context);
      } finally {
        if (isLeft(context)) this.goOn(context).catch(() => undefined);
      }
    }

    private async goOn(context: ExecutionContext): Promise<void> {
      const alone = Object.create(context, { signal: { value: new AbortController().signal } }) as ExecutionContext;
      for (let page = 0; page < 1_000; page += 1) await this.page(0, alone);
    }
  },
);

export const CANCELLATION_MUTANTS: Mutants = {
  'CAN-01': withOperation('create', deaf),
  'CAN-01:status': withOperation('upsert', callsItFailure),
  'CAN-02': withClient(sleepsDeaf),
  'CAN-03': withOperation('delete', goesOn),
  'CAN-03:read': withOperation('read', endsEarly),
  'CAN-04': withOperation('upsert', deniesFlight),
  'CAN-04:deadline': withOperation('upsert', deniesAtDeadline),
  'CAN-05': withOperation('upload', leavesInputOpen),
  'CAN-05:end': withOperation('delete', neverLetsGo),
  'CAN-05:requests': withOperation('read', readsOn),
  'CAN-06': withConnection(opensDeaf),
  'CAN-06:test': withConnection(testsDeaf),
  'CAN-06:types': withBrowse(listsDeaf),
  'CAN-06:fields': withBrowse(givesFieldsDeaf),
};
