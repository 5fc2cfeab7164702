import {
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
import { CreateItems, ReadItems, UploadFiles } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withClient, withOperation } from '../mutant.js';

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

export const ERRORS_MUTANTS: Mutants = {
  'ERR-01': withClient(callsConflictInternal),
  'ERR-02': withOperation('read', leaksParser),
  'ERR-03': withClient(takesSecondsForMs),
  'ERR-04': withOperation('create', goesThroughAll),
  'ERR-05': withOperation('create', stampsCodes),
  'ERR-06': withOperation('upload', floats),
};
