// Mutants of the groups Repeats, Determinism, Hostile input, Fidelity, Checkpoints, Telemetry.
import {
  type Document,
  type Events,
  type ExecutionContext,
  isConnectorError,
  type Json,
  type OperationEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { trace } from '@opentelemetry/api';
import type { ItemsRequest } from '../reference/items/items-client.js';
import {
  CreateItems,
  DeleteItems,
  ReadItems,
  UpdateItems,
  UploadFiles,
  UpsertItems,
} from '../reference/items/items-operations.js';
import { itemsPlugin, likeParent, type Mutants, withOperation } from './mutant.js';

type Send = Parameters<CreateItems['send']>;

/** The items' texts, changed on their way out. */
function changing(change: (text: string) => string) {
  return likeParent(
    class extends CreateItems {
      protected override send(items: Send[0], first: Document, context: ExecutionContext) {
        return super.send(
          items.map((item) => ({ ...item, text: change(item.text) })),
          first,
          context,
        );
      }
    },
  );
}

const retriesPost = likeParent(
  class extends UploadFiles {
    protected override request(document: Document): ItemsRequest {
      return { ...super.request(document), effect: 'repeatable' };
    }
  },
);

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

let stamps = 0;

const stampsRequests = likeParent(
  class extends DeleteItems {
    protected override path(context: ExecutionContext, key: string): string {
      stamps += 1;
      return `${super.path(context, key)}?at=${process.hrtime.bigint()}${stamps}`;
    }
  },
);

const recurses = likeParent(
  class extends UpdateItems {
    protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      const depthOf = (value: Json): number =>
        Array.isArray(value) ? 1 + Math.max(0, ...value.map((part) => depthOf(part as Json))) : 0;
      if (document.body.repeatable) depthOf(await document.body.json(1_000_000));
      return super.update(document, context);
    }
  },
);

function merge(target: Record<string, unknown>, source: object): void {
  for (const [name, part] of Object.entries(source)) {
    if (typeof part === 'object' && part !== null) {
      target[name] ??= {};
      merge(target[name] as Record<string, unknown>, part as object);
    } else target[name] = part;
  }
}

const mergesByHand = likeParent(
  class extends UpsertItems {
    protected override async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      if (text.includes('__proto__')) merge({}, JSON.parse(text) as object);
      return super.upsert(document, text, context);
    }
  },
);

const followsForEver = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const answer = await this.client.send(
        { method: 'GET', path: `/items/${context.objectType}?from=${from}`, effect: 'none', step: 'read' },
        context,
      );
      return this.parsed(await answer.body.text(10_000_000));
    }
  },
);

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

const checksBeforeRows = likeParent(
  class extends ReadItems {
    protected override async *handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      yield state === undefined ? outputs : [{ type: 'checkpoint' as const, state }, ...outputs];
    }
  },
);

const keepsDate = likeParent(
  class extends ReadItems {
    protected override handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      return super.handOn(
        outputs,
        state === undefined ? undefined : ({ ...(state as object), at: new Date(0) } as unknown as Json),
      );
    }
  },
);

const ignoresState = likeParent(
  class extends ReadItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      const isOurs =
        typeof context.resumeFrom === 'object' && context.resumeFrom !== null && 'document' in context.resumeFrom;
      return super.execute(
        documents,
        isOurs ? context : (Object.create(context, { resumeFrom: { value: undefined } }) as ExecutionContext),
      );
    }
  },
);

const prints = likeParent(
  class extends DeleteItems {
    protected override path(context: ExecutionContext, key: string): string {
      // biome-ignore lint/suspicious/noConsole: what the check must find
      console.log('deleting');
      return super.path(context, key);
    }
  },
);

const tagsIds = likeParent(
  class extends UpsertItems {
    protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      trace
        .getTracer('items')
        .startSpan('upsert', { attributes: { id: document.id } })
        .end();
      return super.upsert(document, text, context);
    }
  },
);

export const DATA_MUTANTS: Mutants = {
  'IDM-01': withOperation('upload', retriesPost),
  'IDM-02': withOperation('upsert', givesUp),
  'IDM-03': withOperation('update', doubtsRefusal),
  'IDM-04': withOperation('delete', triesHundredTimes),
  'IDM-05': withOperation('upload', sendsEmptyBody),
  'IDM-06': withOperation('create', believesReceipt),
  'DET-01': withOperation('delete', stampsRequests),
  'DET-02': { plugin: itemsPlugin, entry: require.resolve('./entries/speaks-local.js') },
  'HOS-01': withOperation('update', recurses),
  'HOS-02': withOperation('upsert', mergesByHand),
  'HOS-03': withOperation(
    'create',
    changing((text) => text.replaceAll('\\"', '"')),
  ),
  'HOS-04': withOperation('read', followsForEver),
  'UNI-01': withOperation('update', normalises),
  'UNI-02': withOperation('upsert', decodesPieces),
  'UNI-03': withOperation(
    'create',
    changing((text) => (text.includes('"number"') ? JSON.stringify(JSON.parse(text)) : text)),
  ),
  'UNI-04': withOperation('update', datesLocally),
  'UNI-05': withOperation('upsert', dropsNulls),
  'CHK-01': withOperation('read', checksBeforeRows),
  'CHK-02': withOperation('read', keepsDate),
  'CHK-03': withOperation('read', ignoresState),
  'TEL-01': withOperation('delete', prints),
  'TEL-02': withOperation('upsert', tagsIds),
};
