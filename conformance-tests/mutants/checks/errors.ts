import {
  ConnectorError,
  type Document,
  type ErrorInfo,
  type Events,
  type ExecutionContext,
  type HttpResponse,
  isConnectorError,
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
} from '../../reference/items/items-operations.js';
import { likeParent, type Mutant, type Mutants, withClient, withOperation } from '../mutant.js';

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

let stampedCodes = 0;

const stampsCodes = likeParent(
  class extends CreateItems {
    protected override resultOf(...args: Parameters<CreateItems['resultOf']>): ResultEvent {
      const result = super.resultOf(...args);
      stampedCodes += 1;
      return result.error === undefined
        ? result
        : { ...result, error: { ...result.error, code: `ITEMS_AT_${process.hrtime.bigint()}${stampedCodes}` } };
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

const dropsStatus = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      try {
        return await super.page(from, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.service?.httpStatus !== 409) throw error;
        const { service: _service, ...info } = error.info;
        throw new ConnectorError(info);
      }
    }
  },
);

const takesImageForEmptyPage = likeParent(
  class extends ReadItems {
    protected override parsed(page: string) {
      return page.includes('PNG') ? { texts: [], next: undefined } : super.parsed(page);
    }
  },
);

const quotesParser = likeParent(
  class extends ReadItems {
    protected override parsed(page: string) {
      if (page.startsWith('<')) throw protocolError('Unexpected token < in JSON at position 0');
      return super.parsed(page);
    }
  },
);

const quotesBody = likeParent(
  class extends ReadItems {
    protected override parsed(page: string) {
      if (page.includes('PNG')) throw protocolError(`a page that begins ${page.slice(1, 20)}`);
      return super.parsed(page);
    }
  },
);

function protocolError(message: string): ConnectorError {
  return new ConnectorError({ category: 'protocol', code: 'ITEMS_PAGE', message, effect: 'none', retryable: false });
}

const keepsPauseToItself = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      try {
        return await super.page(from, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.category !== 'rateLimit') throw error;
        const { retryAfterMs: _, ...info } = error.info;
        throw new ConnectorError(info);
      }
    }
  },
);

/** Tells the pause of the seconds that it knows, and of no date. */
const keepsDateToItself = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      try {
        return await super.page(from, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.retryAfterMs === 7_000) throw error;
        const { retryAfterMs: _, ...info } = error.info;
        throw new ConnectorError(info);
      }
    }
  },
);

/** Refusals of a create, with an error that is changed. */
function refusing(change: (error: ErrorInfo) => ErrorInfo): Mutant {
  return withOperation(
    'create',
    likeParent(
      class extends CreateItems {
        protected override resultOf(...args: Parameters<CreateItems['resultOf']>): ResultEvent {
          const result = super.resultOf(...args);
          return result.error === undefined ? result : { ...result, error: change(result.error) };
        }
      },
    ),
  );
}

/** Whatever is said of success, the item is deleted. */
const believesAnyDelete = likeParent(
  class extends DeleteItems {
    protected override async remove(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      try {
        return await super.remove(document, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.code !== 'ITEMS_ANSWER_UNEXPECTED') throw error;
        return { type: 'result', inputs: [document.id], status: 'success', code: '200' };
      }
    }
  },
);

/** Errors of an update whose answer has this status, and is not the service's own, are changed. */
function updating(status: number, change: (info: ErrorInfo) => ErrorInfo): Mutant {
  return withOperation(
    'update',
    likeParent(
      class extends UpdateItems {
        protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
          try {
            return await super.update(document, context);
          } catch (error) {
            if (!isConnectorError(error) || error.info.service?.httpStatus !== status) throw error;
            throw new ConnectorError(change(error.info));
          }
        }
      },
    ),
  );
}

/** Asks about all at once, and waits for one after another: of what comes to grief meanwhile nobody hears. */
const asksAtOnce = likeParent(
  class extends CreateItems {
    override async *reconcile(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      const asked: Promise<ResultEvent>[] = [];
      for await (const { id, body } of documents) {
        const { key } = (await body.json(10_000)) as { readonly key: string };
        asked.push(this.isThere(key, context).then((isThere) => this.settled(id, isThere)));
      }
      for (const one of asked) yield await one;
    }
  },
);

export const ERRORS_MUTANTS: Mutants = {
  'ERR-01': withClient(callsConflictInternal),
  'ERR-02': withOperation('read', leaksParser),
  'ERR-03': withClient(takesSecondsForMs),
  'ERR-04': withOperation('create', goesThroughAll),
  'ERR-05': withOperation('create', stampsCodes),
  'ERR-06': withOperation('upload', floats),
  'ERR-06:reconcile': withOperation('create', asksAtOnce),
  'ERR-01:update': updating(409, (info) => ({ ...info, category: 'internal' })),
  'ERR-02:delete': withOperation('delete', believesAnyDelete),
  'ERR-05:update': updating(400, (info) => ({ ...info, message: '<p>refused</p>' })),
  'ERR-01:status': withOperation('read', dropsStatus),
  'ERR-02:success': withOperation('read', takesImageForEmptyPage),
  'ERR-02:words': withOperation('read', quotesParser),
  'ERR-03:told': withOperation('read', keepsPauseToItself),
  'ERR-02:body': withOperation('read', quotesBody),
  'ERR-03:date': withOperation('read', keepsDateToItself),
  'ERR-05:code': refusing((error) => ({ ...error, code: error.code.toLowerCase() })),
  'ERR-05:long': refusing((error) => ({ ...error, message: error.message.repeat(20) })),
  'ERR-05:stack': refusing((error) => ({ ...error, message: `refused\n    at create (items.js:7:11)` })),
  'ERR-05:markup': refusing((error) => ({ ...error, message: '<p>refused</p>' })),
  'ERR-05:size': refusing((error) => ({
    ...error,
    step: 'create'.repeat(2_000),
    path: '/key'.repeat(2_000),
    service: { code: 'FORBIDDEN'.repeat(1_000) },
  })),
};
