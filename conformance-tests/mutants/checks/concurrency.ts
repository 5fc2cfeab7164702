import type {
  CallContext,
  Clock,
  Document,
  Events,
  ExecutionContext,
  HttpResponse,
  OperationEvent,
  TestFinding,
} from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { CreateItems, DeleteItems, ReadItems } from '../../reference/items/items-operations.js';
import {
  likeParent,
  type Mutant,
  type Mutants,
  PropertiedConnection,
  withClient,
  withConnection,
  withOperation,
} from '../mutant.js';

const MAX_ANSWER_BYTES = 10_000;

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

/** Sends the fields of an update that another execution has begun, under its own key. */
const sharesChanges = likeParent(
  class extends ItemsClient {
    private begun: { readonly execution: string; readonly body: string } | undefined;

    override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      if (request.step !== 'update') return super.send(request, context);
      const { executionId: execution } = context as ExecutionContext;
      const body = String(request.body);
      const other = this.begun?.execution === execution ? undefined : this.begun?.body;
      this.begun = { execution, body };
      const { key } = JSON.parse(body) as { readonly key: string };
      try {
        return await super.send(
          other === undefined ? request : { ...request, body: JSON.stringify({ ...JSON.parse(other), key }) },
          context,
        );
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

/** One batch more than it may. */
const sendsBatchesAtOnce = likeParent(
  class extends CreateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return super.execute(
        documents,
        Object.create(context, { maxInFlight: { value: context.maxInFlight + 1 } }) as ExecutionContext,
      );
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

interface OtherClient {
  readonly url: unknown;
  send(request: ItemsRequest, context: CallContext): Promise<HttpResponse>;
}

/** Requests of these steps go by the client of the runtime's first connection, or of its last to another service, with its token; or by both. */
function sendingBy(which: 'first' | 'last' | 'both', ...steps: readonly string[]): Mutant {
  /** By the clock, of which each runtime has its own. */
  const clients = new WeakMap<Clock, OtherClient>();
  const crosses = likeParent(
    class extends ItemsClient {
      override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
        const url = this.properties['url'];
        const own = (asked: ItemsRequest, by: CallContext) => super.send(asked, by);
        const kept = clients.get(context.clock);
        if (kept === undefined || (which === 'last' && request.step === 'test'))
          clients.set(context.clock, { url, send: own });
        const other = clients.get(context.clock);
        if (other === undefined || other.url === url || !steps.includes(request.step)) return own(request, context);
        if (which === 'both') await (await other.send(request, context)).body.bytes(MAX_ANSWER_BYTES);
        return which === 'both' ? own(request, context) : other.send(request, context);
      }
    },
  );
  return withClient(crosses);
}

/** By the clock, as above: where the first connection of a runtime leads. */
const firstAddresses = new WeakMap<Clock, unknown>();

const testsOneAlone = likeParent(
  class extends PropertiedConnection {
    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      const url = this.properties['url'];
      const first = firstAddresses.get(context.clock) ?? url;
      firstAddresses.set(context.clock, first);
      const findings = await super.test(context);
      return first === url ? findings : findings.map((finding) => ({ ...finding, ok: false }));
    }
  },
);

export const CONCURRENCY_MUTANTS: Mutants = {
  'CON-01': withClient(sharesBuffer),
  'CON-01:data': withClient(sharesChanges),
  'CON-01:rows': withOperation('read', sharesPage),
  'CON-02': withOperation('delete', sendsAllAtOnce),
  'CON-02:batches': withOperation('create', sendsBatchesAtOnce),
  'CON-03': withClient(mixesTokens),
  'CON-03:latest': sendingBy('last', 'create'),
  'CON-03:reads': sendingBy('first', 'read'),
  'CON-03:test': withConnection(testsOneAlone),
  'CON-03:writes': sendingBy('both', 'upsert'),
};
