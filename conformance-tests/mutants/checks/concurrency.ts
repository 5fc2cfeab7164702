import type {
  CallContext,
  Clock,
  Document,
  Events,
  ExecutionContext,
  HttpResponse,
  OperationEvent,
} from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { CreateItems, DeleteItems, ReadItems } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withClient, withOperation } from '../mutant.js';

/** Keeps what one execution has begun where another finds it. */
const sharesBuffer = likeParent(
  class extends ItemsClient {
    private begun: { readonly execution: string; readonly body: ItemsRequest['body'] } | undefined;

    override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      if (request.step !== 'create') return super.send(request, context);
      const { executionId: execution } = context as ExecutionContext;
      const other = this.begun?.execution === execution ? undefined : this.begun?.body;
      this.begun = { execution, body: request.body };
      try {
        return await super.send(other === undefined ? request : { ...request, body: other }, context);
      } finally {
        this.begun = undefined;
      }
    }
  },
);

const sendsAllAtOnce = likeParent(
  class extends DeleteItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      const all: Promise<readonly OperationEvent[]>[] = [];
      for await (const document of documents) all.push(this.alone(document, context));
      for (const events of all) yield await events;
    }

    private async alone(document: Document, context: ExecutionContext): Promise<readonly OperationEvent[]> {
      async function* one() {
        yield document;
      }
      const events: OperationEvent[] = [];
      try {
        for await (const item of super.execute(one(), context))
          events.push(...(Array.isArray(item) ? (item as readonly OperationEvent[]) : [item as OperationEvent]));
      } catch {
        // what it threw is told in its result
      }
      return events;
    }
  },
);

const sendsBatchesAtOnce = likeParent(
  class extends CreateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return super.execute(documents, Object.create(context, { maxInFlight: { value: 20 } }) as ExecutionContext);
    }
  },
);

/** Executions that read a page at this moment, by the client that they share. */
const reading = new WeakMap<ItemsClient, Set<string>>();

/** Loses a row of a page where another execution asks for one meanwhile. */
const sharesPage = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const at = reading.get(this.client) ?? new Set();
      reading.set(this.client, at.add(context.executionId));
      try {
        const page = await super.page(from, context);
        return at.size > 1 ? { ...page, texts: page.texts.slice(1) } : page;
      } finally {
        at.delete(context.executionId);
      }
    }
  },
);

/** By tenant: whoever has the same name is taken for the same. */
const tokensByTenant = new Map<string, string>();

const mixesTokens = likeParent(
  class extends ItemsClient {
    protected override token(): string {
      const tenant = (this.properties['labels'] as { readonly tenant?: string } | undefined)?.tenant ?? '';
      const kept = tokensByTenant.get(tenant);
      if (kept !== undefined && this.isFirst) {
        this.isFirst = false;
        return kept;
      }
      this.isFirst = false;
      tokensByTenant.set(tenant, super.token());
      return super.token();
    }

    private isFirst = true;
  },
);

interface FirstClient {
  readonly url: unknown;
  send(request: ItemsRequest, context: CallContext): Promise<HttpResponse>;
}

/** By the clock, of which each runtime has its own: the client of its first connection. */
const firstClients = new WeakMap<Clock, FirstClient>();

/** Writes of all connections go by the first one, and with its token. */
const writesByTheFirst = likeParent(
  class extends ItemsClient {
    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      const url = this.properties['url'];
      const own = (asked: ItemsRequest, by: CallContext) => super.send(asked, by);
      const first = firstClients.get(context.clock) ?? { url, send: own };
      firstClients.set(context.clock, first);
      return request.method !== 'GET' && first.url !== url ? first.send(request, context) : own(request, context);
    }
  },
);

export const CONCURRENCY_MUTANTS: Mutants = {
  'CON-01': withClient(sharesBuffer),
  'CON-01:rows': withOperation('read', sharesPage),
  'CON-02': withOperation('delete', sendsAllAtOnce),
  'CON-02:batches': withOperation('create', sendsBatchesAtOnce),
  'CON-03': withClient(mixesTokens),
  'CON-03:writes': withClient(writesByTheFirst),
};
