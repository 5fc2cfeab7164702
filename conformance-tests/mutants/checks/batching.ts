import {
  type Body,
  type Document,
  type Events,
  type ExecutionContext,
  isConnectorError,
  type ResultEvent,
} from '@connector-runtime/core';
import { perBatch, perDocument } from '@connector-runtime/core/authoring';
import { CreateItems, UpdateItems, UploadFiles, UpsertItems } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withOperation } from '../mutant.js';

type Answer = { readonly ok: boolean; readonly code: string };

const overfills = likeParent(
  class extends CreateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perBatch(documents, context, (batch) => this.create(batch, context), { maxDocuments: 11 });
    }
  },
);

/** As much of a document as could be read, and why it was no more. */
async function readOf({ body }: Document, { signal }: ExecutionContext) {
  const pieces: Uint8Array[] = [];
  let refusal: unknown;
  try {
    for await (const piece of body.open(signal)) pieces.push(piece);
  } catch (error) {
    if (!isConnectorError(error) || error.info.category !== 'tooLarge') throw error;
    refusal = error;
  }
  return { text: Buffer.concat(pieces).toString(), refusal };
}

function keyIn(text: string): string {
  return /"key":"([^"]+)"/.exec(text)?.[1] ?? '';
}

const truncates = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        const { text, refusal } = await readOf(document, context);
        if (refusal !== undefined) return this.upsert(document, JSON.stringify({ key: keyIn(text) }), context);
        return this.upsert(document, text, context);
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

/** Sends what it could read of a document, and says all the same that it is too large. */
const sendsPart = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        const { text, refusal } = await readOf(document, context);
        if (refusal === undefined) return this.upsert(document, text, context);
        await this.upsert(document, JSON.stringify({ key: keyIn(text) }), context);
        throw refusal;
      });
    }
  },
);

/** As `sendsPart`, of a part that the service refuses. */
const sendsRefusedPart = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return perDocument(documents, context, async (document) => {
        const { text, refusal } = await readOf(document, context);
        if (refusal === undefined) return this.upsert(document, text, context);
        const part = JSON.stringify({ key: keyIn(text), text: 'forbidden' });
        await this.upsert(document, part, context).catch(() => undefined);
        throw refusal;
      });
    }
  },
);

/** Hands the first piece of a stream on, and no other. */
const sendsFirstPiece = likeParent(
  class extends UploadFiles {
    protected override request(document: Document) {
      const { body } = document;
      if (body.sizeBytes !== undefined) return super.request(document);
      const first: Body = {
        mediaType: body.mediaType,
        repeatable: body.repeatable,
        text: (...given) => body.text(...given),
        bytes: (...given) => body.bytes(...given),
        json: (...given) => body.json(...given),
        async *open(signal) {
          for await (const piece of body.open(signal)) {
            yield piece;
            return;
          }
        },
      };
      return { ...super.request(document), body: first };
    }
  },
);

/** Cuts texts to what fits into a column. */
const cutsTexts = likeParent(
  class extends UpdateItems {
    protected override changes(text: string): string {
      return text.replace(/("text":"[^"\\]{255})[^"\\]*"/, '$1"');
    }
  },
);

/** Gives the document up that comes after one that is too large. */
const losesNext = likeParent(
  class extends UpdateItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      let hadLarge = false;
      const few = Object.create(context, { maxInFlight: { value: 1 } }) as ExecutionContext;
      return perDocument(documents, few, async (document) => {
        try {
          if (hadLarge) throw new TypeError('the buffer is in use');
          return await this.update(document, context);
        } catch (error) {
          hadLarge = isConnectorError(error) && error.info.category === 'tooLarge';
          throw error;
        }
      });
    }
  },
);

/** Has the service judge each item by itself, and calls the good ones rolled back. */
const forgetsAtomic = likeParent(
  class extends CreateItems {
    protected override async send(...[items, first, context]: Parameters<CreateItems['send']>) {
      if (context.properties['allOrNone'] !== true || items.length !== 5) return super.send(items, first, context);
      const properties = { ...context.properties, allOrNone: false };
      const results = await super.send(
        items,
        first,
        Object.create(context, { properties: { value: properties } }) as ExecutionContext,
      );
      const refused = results.find(({ status }) => status === 'applicationError');
      return refused === undefined ? results : results.map(({ inputs }) => ({ ...refused, inputs }));
    }
  },
);

export const BATCHING_MUTANTS: Mutants = {
  'BAT-01': withOperation('create', overfills),
  'BAT-02': withOperation('upsert', truncates),
  'BAT-02:part': withOperation('upsert', sendsPart),
  'BAT-02:sent': withOperation('upsert', sendsRefusedPart),
  'BAT-02:cut': withOperation('update', cutsTexts),
  'BAT-02:piece': withOperation('upload', sendsFirstPiece),
  'BAT-02:others': withOperation('update', losesNext),
  'BAT-03': withOperation('create', calledSuccess),
  'BAT-03:applied': withOperation('create', forgetsAtomic),
};
