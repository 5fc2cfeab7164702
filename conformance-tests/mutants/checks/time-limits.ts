import {
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  isConnectorError,
  type ResultEvent,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import type { ItemsRequest } from '../../reference/items/items-client.js';
import { ExportItems, UpdateItems, UploadFiles } from '../../reference/items/items-operations.js';
import { deafTo, likeParent, type Mutants, withOperation } from '../mutant.js';

const waitsForEver = likeParent(
  class extends UpdateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        try {
          return await this.update(document, context);
        } catch (error) {
          const isNearDeadline = context.deadlineEpochMs - context.clock.now() < 15 * 60_000;
          if (isConnectorError(error) && error.info.service?.httpStatus === 503 && isNearDeadline)
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

const waitsForHours = likeParent(
  class extends UploadFiles {
    protected override request(document: Document): ItemsRequest {
      return { ...super.request(document), timeoutMs: 6 * 60 * 60_000 };
    }
  },
);

const pollsQuickly = likeParent(
  class extends ExportItems {
    protected override pauseMs(polls: number, context: ExecutionContext): number {
      return context.deadlineEpochMs - context.clock.now() > 30 * 60_000 ? 20_000 : super.pauseMs(polls, context);
    }
  },
);

/** From the second document on. */
const callsBusyConflict = likeParent(
  class extends UpdateItems {
    private documents = 0;

    protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      this.documents += 1;
      const isLater = this.documents > 1;
      try {
        return await super.update(document, context);
      } catch (error) {
        if (!isLater || !isConnectorError(error) || error.info.service?.httpStatus !== 503) throw error;
        throw new ConnectorError({ ...error.info, category: 'conflict' });
      }
    }
  },
);

const pollsEvenly = likeParent(
  class extends ExportItems {
    protected override pauseMs(): number {
      return 200_000;
    }
  },
);

export const TIME_LIMITS_MUTANTS: Mutants = {
  'TIM-01': withOperation('update', waitsForEver),
  'TIM-02': withOperation('upload', hasNoLimit),
  'TIM-03': withOperation('export', pollsQuickly),
  'TIM-02:hours': withOperation('upload', waitsForHours),
  'TIM-01:category': withOperation('update', callsBusyConflict),
  'TIM-03:even': withOperation('export', pollsEvenly),
};
