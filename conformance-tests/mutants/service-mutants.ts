// Mutants of the groups Errors, Renewal, Secrets, Leaks, Concurrency, Backpressure.
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type CallContext,
  type Document,
  type ErrorInfo,
  type Events,
  type ExecutionContext,
  type HttpResponse,
  isConnectorError,
  type OperationEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../reference/items/items-client.js';
import { ItemsConnection } from '../reference/items/items-connection.js';
import { CreateItems, DeleteItems, ReadItems, UploadFiles, UpsertItems } from '../reference/items/items-operations.js';
import { ItemsSession } from '../reference/items/items-session.js';
import {
  itemsPlugin,
  likeParent,
  type Mutants,
  withClient,
  withConnection,
  withOperation,
  withSession,
} from './mutant.js';

const callsConflictInternal = likeParent(
  class extends ItemsClient {
    protected override async refusal(answer: HttpResponse, step: string): Promise<'accept' | Partial<ErrorInfo>> {
      return answer.status === 409 ? { category: 'internal', step } : super.refusal(answer, step);
    }
  },
);

const leaksParser = likeParent(
  class extends ReadItems {
    protected override parsed(page: string) {
      if (page.startsWith('<')) JSON.parse(page);
      return super.parsed(page);
    }
  },
);

const takesSecondsForMs = likeParent(
  class extends ItemsClient {
    protected override async refusal(answer: HttpResponse, step: string): Promise<'accept' | Partial<ErrorInfo>> {
      const seconds = Number(answer.headers['retry-after']);
      return answer.status === 429 && seconds > 0 ? { step, retryAfterMs: seconds } : super.refusal(answer, step);
    }
  },
);

const goesThroughAll = likeParent(
  class extends CreateItems {
    protected override async create(
      batch: readonly Document[],
      context: ExecutionContext,
    ): Promise<readonly OperationEvent[]> {
      try {
        return await super.create(batch, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.category !== 'auth') throw error;
        return batch.map(
          ({ id }): ResultEvent => ({
            type: 'result',
            inputs: [id],
            status: 'failure',
            message: error.message,
            ...(batch.length > 1 ? {} : { error: error.info }),
          }),
        );
      }
    }
  },
);

let stamps = 0;

const stampsCodes = likeParent(
  class extends CreateItems {
    protected override resultOf(...args: Parameters<CreateItems['resultOf']>): ResultEvent {
      const result = super.resultOf(...args);
      stamps += 1;
      return result.error === undefined
        ? result
        : { ...result, error: { ...result.error, code: `ITEMS_AT_${process.hrtime.bigint()}${stamps}` } };
    }
  },
);

const floats = likeParent(
  class extends UploadFiles {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      context.signal.addEventListener('abort', () => {
        void Promise.reject(new Error('nobody waits for this'));
      });
      return super.execute(documents, context);
    }
  },
);

const endsWithAuth = likeParent(
  class extends ItemsClient {
    protected override async renewed(used: string, step: string, context: CallContext): Promise<boolean> {
      return step === 'upsert' ? false : super.renewed(used, step, context);
    }
  },
);

const renewsForEach = likeParent(
  class extends ItemsSession {
    private isExpired = false;

    override async renew(rejected: string, context: CallContext): Promise<void> {
      if (rejected === '' || this.accessToken === rejected || !this.isExpired) {
        this.isExpired = rejected !== '';
        return super.renew(rejected, context);
      }
      await this.store.put(
        'token',
        JSON.stringify({ access: '', refresh: this.refreshToken }),
        (await this.store.get('token'))?.revision ?? 0,
      );
      return super.renew(this.accessToken, context);
    }
  },
);

const retriesLogins = likeParent(
  class extends ItemsSession {
    protected override async send(...args: Parameters<ItemsSession['send']>): ReturnType<ItemsSession['send']> {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await super.send(...args);
        } catch (error) {
          if (attempt >= 3 || !isConnectorError(error) || error.info.category !== 'auth') throw error;
        }
      }
    }
  },
);

const keepsInMemory = likeParent(
  class extends ItemsSession {
    protected override async keep(...[tokens, revision]: Parameters<ItemsSession['keep']>): Promise<void> {
      if (revision === 0) return super.keep(tokens, revision);
      this.tokens = tokens;
    }
  },
);

const putsPasswordIntoAddress = likeParent(
  class extends ItemsSession {
    protected override address(grant: Parameters<ItemsSession['send']>[0]): string {
      return 'password' in grant
        ? `${super.address(grant)}?password=${encodeURIComponent(grant.password)}`
        : super.address(grant);
    }
  },
);

const followsByHand = likeParent(
  class extends ItemsClient {
    protected override async refusal(answer: HttpResponse, step: string): Promise<'accept' | Partial<ErrorInfo>> {
      const { location } = answer.headers;
      if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
        await fetch(location, { headers: { authorization: `Bearer ${this.session.accessToken}` } });
      }
      return super.refusal(answer, step);
    }
  },
);

const logsPayload = likeParent(
  class extends UpsertItems {
    protected override async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      try {
        return await super.upsert(document, text, context);
      } catch (error) {
        context.logger.warn('the service refuses an item', { text });
        throw error;
      }
    }
  },
);

const writesFile = likeParent(
  class extends UploadFiles {
    protected override request(document: Document): ItemsRequest {
      writeFileSync(path.join(os.tmpdir(), 'items-last-upload.txt'), document.id);
      return super.request(document);
    }
  },
);

const pollsOn = likeParent(
  class extends ItemsConnection {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      const poll = async () => {
        for (let time = 0; time < 10; time += 1) {
          await context.clock.sleep(20 * 60_000, new AbortController().signal);
          context.logger.info('still here');
        }
      };
      void poll();
    }
  },
);

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

const fetchesAhead = likeParent(
  class extends ReadItems {
    private readonly pages = new Map<number, ReturnType<ReadItems['page']>>();

    protected override page(from: number, context: ExecutionContext): ReturnType<ReadItems['page']> {
      const page = this.pages.get(from) ?? super.page(from, context);
      this.pages.set(from, page);
      page.then(
        ({ next }) => {
          if (next !== undefined && !context.signal.aborted) this.page(next, context).catch(() => undefined);
        },
        () => undefined,
      );
      return page;
    }
  },
);

const readsAllFirst = likeParent(
  class extends CreateItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      const all: Document[] = [];
      for await (const document of documents) all.push(document);
      async function* again() {
        for (const document of all) {
          if (context.signal.aborted) return;
          yield document;
        }
      }
      yield* super.execute(again(), context);
    }
  },
);

export const SERVICE_MUTANTS: Mutants = {
  'ERR-01': withClient(callsConflictInternal),
  'ERR-02': withOperation('read', leaksParser),
  'ERR-03': withClient(takesSecondsForMs),
  'ERR-04': withOperation('create', goesThroughAll),
  'ERR-05': withOperation('create', stampsCodes),
  'ERR-06': withOperation('upload', floats),
  'AUT-01': withClient(endsWithAuth),
  'AUT-02': withSession(renewsForEach),
  'AUT-03': withSession(retriesLogins),
  'AUT-04': withSession(keepsInMemory),
  'SEC-01': withSession(putsPasswordIntoAddress),
  'SEC-02': withClient(followsByHand),
  'SEC-03': withOperation('upsert', logsPayload),
  'SEC-04': withOperation('upload', writesFile),
  'LEK-01': { plugin: itemsPlugin, entry: require.resolve('./entries/leaves-interval.js') },
  'LEK-02': withConnection(pollsOn),
  'LEK-03': { plugin: itemsPlugin, entry: require.resolve('./entries/listens-for-ever.js') },
  'CON-01': withClient(sharesBuffer),
  'CON-02': withOperation('delete', sendsAllAtOnce),
  'CON-03': withClient(mixesTokens),
  'BPR-01': withOperation('read', fetchesAhead),
  'BPR-02': withOperation('create', readsAllFirst),
  'BPR-03': { plugin: itemsPlugin, entry: require.resolve('./entries/collects-rows.js') },
};
