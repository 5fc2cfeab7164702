import {
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  type ResultEvent,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { ReadItems, UpdateItems, UpsertItems } from '../../reference/items/items-operations.js';
import { changing, likeParent, type Mutants, withOperation } from '../mutant.js';

const normalises = likeParent(
  class extends UpdateItems {
    protected override changes(text: string): string {
      return text.normalize('NFC');
    }
  },
);

const decodesPieces = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        let text = '';
        for await (const piece of document.body.open(context.signal)) text += Buffer.from(piece).toString();
        return this.upsert(document, text, context);
      });
    }
  },
);

/** Takes each piece of a page for whole characters. */
const decodesPages = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const path = `/items/${context.objectType}?from=${from}`;
      const request = { method: 'GET', path, effect: 'none', step: 'read', answer: 'stream' } as const;
      const answer = await this.client.send(request, context);
      let text = '';
      for await (const piece of answer.body.open(context.signal)) {
        text += Buffer.from(piece).toString();
        if (text.length > 10_000_000) throw tooLarge();
      }
      const { texts, next } = this.parsed(text);
      return next !== undefined && next <= from ? super.page(from, context) : { texts, next };
    }
  },
);

function tooLarge(): ConnectorError {
  const message = 'the page is larger than any';
  return new ConnectorError({ category: 'tooLarge', code: 'ITEMS_PAGE', message, effect: 'none', retryable: false });
}

const datesLocally = likeParent(
  class extends UpdateItems {
    protected override changes(text: string): string {
      return text.replace(/"date":"(\d{4}-[^"]*)"/, (_, date: string) => `"date":"${new Date(date).toString()}"`);
    }
  },
);

const dropsNulls = likeParent(
  class extends UpsertItems {
    protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      return super.upsert(document, text.replace(/"\w+":null,/, ''), context);
    }
  },
);

/** Takes a character that is cut between two pieces for a wrong one. */
const decodesStrictly = likeParent(
  class extends UpdateItems {
    protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      let whole = '';
      for await (const piece of document.body.open(context.signal))
        whole += new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(piece);
      const body = { text: async () => whole };
      return super.update(Object.create(document, { body: { value: body } }) as Document, context);
    }
  },
);

const failsAtNul = likeParent(
  class extends UpsertItems {
    protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      if (text.includes('\\u0000')) throw new TypeError('a string that ends too early');
      return super.upsert(document, text, context);
    }
  },
);

export const FIDELITY_MUTANTS: Mutants = {
  'UNI-01': withOperation('update', normalises),
  'UNI-02': withOperation('upsert', decodesPieces),
  'UNI-03': withOperation(
    'create',
    changing((text) => (text.includes('"number"') ? JSON.stringify(JSON.parse(text)) : text)),
  ),
  'UNI-04': withOperation('update', datesLocally),
  'UNI-05': withOperation('upsert', dropsNulls),
  'UNI-01:status': withOperation('upsert', failsAtNul),
  'UNI-02:rows': withOperation('read', decodesPages),
  'UNI-02:status': withOperation('update', decodesStrictly),
  'UNI-05:added': withOperation(
    'create',
    changing((text) => text.replace(/("text":null.*)\}$/, '$1,"source":"api"}')),
  ),
};
