import {
  type Document,
  type Events,
  type ExecutionContext,
  isConnectorError,
  type ResultEvent,
} from '@connector-runtime/core';
import { perBatch, perDocument } from '@connector-runtime/core/authoring';
import { CreateItems, UpsertItems } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withOperation } from '../mutant.js';

type Answer = { readonly ok: boolean; readonly code: string };

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

export const BATCHING_MUTANTS: Mutants = {
  'BAT-01': withOperation('create', overfills),
  'BAT-02': withOperation('upsert', truncates),
  'BAT-03': withOperation('create', calledSuccess),
};
