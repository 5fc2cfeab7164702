import {
  type Constructor,
  type Document,
  type Events,
  type ExecutionContext,
  type HttpResponse,
  isConnectorError,
  type Operation,
  type OperationDescriptor,
  type ResultEvent,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import {
  CreateItems,
  DeleteItems,
  UpdateItems,
  UploadFiles,
  UpsertItems,
} from '../../reference/items/items-operations.js';
import { ItemsSession } from '../../reference/items/items-session.js';
import { itemsPlugin, likeParent, type Mutant, type Mutants, withDescriptor, withOperation } from '../mutant.js';
import { uploadingAgain } from '../uploads-again.js';

const givesUp = likeParent(
  class extends UpsertItems {
    protected override get effect(): 'repeatable' | 'once' {
      return 'once';
    }
  },
);

const doubtsRefusal = likeParent(
  class extends UpdateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        try {
          return await this.update(document, context);
        } catch (error) {
          if (!isConnectorError(error) || error.info.code !== 'CONNECTION_REFUSED') throw error;
          return {
            type: 'result',
            inputs: [document.id],
            status: 'unknown',
            error: { ...error.info, effect: 'unknown' },
          };
        }
      });
    }
  },
);

const triesHundredTimes = likeParent(
  class extends DeleteItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            return await this.remove(document, context);
          } catch (error) {
            const isBusy = isConnectorError(error) && error.info.service?.httpStatus === 503;
            if (!isBusy || attempt >= 20) throw error;
          }
        }
      });
    }
  },
);

const sendsEmptyBody = likeParent(
  class extends UploadFiles {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        try {
          return await this.upload(document, context);
        } catch (error) {
          if (document.body.repeatable || !isConnectorError(error) || error.info.code !== 'CONNECTION_RESET')
            throw error;
          await this.client.send({ ...this.request(document), body: '' }, context);
          return { type: 'result', inputs: [document.id], status: 'success' };
        }
      });
    }
  },
);

const believesReceipt = likeParent(
  class extends CreateItems {
    protected override settled(id: string): ResultEvent {
      return { type: 'result', inputs: [id], status: 'success', code: '200' };
    }
  },
);

/** Takes every error of the service for "it is not there". */
const takesAwayForAbsent = likeParent(
  class extends CreateItems {
    protected override async isThere(key: string, context: ExecutionContext): Promise<boolean> {
      try {
        return await super.isThere(key, context);
      } catch (error) {
        if (context.signal.aborted || !isConnectorError(error) || error.info.category !== 'unavailable') throw error;
        return false;
      }
    }
  },
);

/** Takes a lost answer for a good one. */
const believesInSuccess = likeParent(
  class extends UploadFiles {
    protected override async upload(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      try {
        return await super.upload(document, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.code !== 'CONNECTION_RESET') throw error;
        return { type: 'result', inputs: [document.id], status: 'success' };
      }
    }
  },
);

const retriesPost = likeParent(
  class extends UploadFiles {
    protected override request(document: Document): ItemsRequest {
      return { ...super.request(document), effect: 'repeatable' };
    }
  },
);

/** Sends a file again, where it is the only one, after an error of this code. */
function uploadingAgainAfter(code: string): Mutant {
  return uploadingAgain((info, begun) => info.code === code && begun === 1);
}

const believesUpsert = likeParent(
  class extends UpsertItems {
    protected override get effect(): 'repeatable' | 'once' {
      return 'once';
    }

    protected override async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      try {
        return await super.upsert(document, text, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.code !== 'CONNECTION_RESET') throw error;
        return { type: 'result', inputs: [document.id], status: 'success' };
      }
    }
  },
);

/** Repeats deletes by itself, after these pauses. */
function pausing(...pausesMs: readonly number[]): Mutant {
  const asksOnce = likeParent(
    class extends ItemsClient {
      protected override async refusal(answer: HttpResponse, step: string) {
        return answer.status === 503 && step === 'delete' ? { step, retryable: false } : super.refusal(answer, step);
      }
    },
  );
  const repeatsItself = likeParent(
    class extends DeleteItems {
      protected override async remove(document: Document, context: ExecutionContext): Promise<ResultEvent> {
        for (let attempt = 0; ; attempt += 1) {
          try {
            return await super.remove(document, context);
          } catch (error) {
            const isBusy = isConnectorError(error) && error.info.service?.httpStatus === 503;
            const pauseMs = pausesMs[attempt];
            if (!isBusy || pauseMs === undefined) throw error;
            await context.clock.sleep(pauseMs, context.signal);
          }
        }
      }
    },
  );
  return {
    plugin: {
      ...itemsPlugin,
      shared: [ItemsSession, [ItemsClient, asksOnce]],
      operations: { ...itemsPlugin.operations, delete: () => repeatsItself },
    },
  };
}

/** With another word in the manifest of whether the operation's documents may be sent twice. */
function declaring(id: string, repeat: OperationDescriptor['repeat'], type: Constructor<Operation>): Mutant {
  const { plugin } = withDescriptor(id, { repeat });
  return { plugin: { ...plugin, operations: { ...plugin.operations, [id]: () => type } } };
}

export const REPEATS_MUTANTS: Mutants = {
  'IDM-01': uploadingAgainAfter('CONNECTION_RESET'),
  'IDM-02': withOperation('upsert', givesUp),
  'IDM-03': withOperation('update', doubtsRefusal),
  'IDM-04': withOperation('delete', triesHundredTimes),
  'IDM-05': withOperation('upload', sendsEmptyBody),
  'IDM-06': withOperation('create', believesReceipt),
  'IDM-06:away': withOperation('create', takesAwayForAbsent),
  'IDM-01:cut': uploadingAgainAfter('ANSWER_CUT'),
  'IDM-01:hang': uploadingAgainAfter('HEADERS_TIMEOUT'),
  'IDM-01:500': uploadingAgainAfter('HTTP_500'),
  'IDM-01:success': withOperation('upload', believesInSuccess),
  'IDM-02:keyed': declaring('upsert', 'keyed', givesUp),
  'IDM-02:once': withOperation('upsert', believesUpsert),
  'IDM-02:twice': declaring('upload', 'safe', retriesPost),
  'IDM-04:shrinking': pausing(4_000, 2_000, 1_000),
  'IDM-04:same': pausing(1_000, 2_000, 4_000),
};
