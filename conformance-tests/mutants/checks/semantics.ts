import {
  type CallContext,
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  type Json,
  type OperationEvent,
  type ResultEvent,
  type TestFinding,
} from '@connector-runtime/core';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import {
  CreateItems,
  ReadItems,
  UpdateItems,
  UploadFiles,
  UpsertItems,
} from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withConnection, withOperation } from '../mutant.js';

const losesLastRow = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const { texts, next } = await super.page(from, context);
      return { texts: next === undefined && from >= 30 ? texts.slice(0, -1) : texts, next };
    }
  },
);

const dropsField = likeParent(
  class extends CreateItems {
    protected override send(items: Send[0], first: Document, context: ExecutionContext) {
      return super.send(
        items.map((item, index) => (index === 0 ? item : { ...item, text: item.text.replace(/,"parent":"root"/, '') })),
        first,
        context,
      );
    }
  },
);

const nullsTheRest = likeParent(
  class extends UpdateItems {
    protected override changes(text: string): string {
      return text.includes('"text":"new ') ? text.replace(/\}$/, ',"note":null}') : text;
    }
  },
);

const dropsChange = likeParent(
  class extends UpdateItems {
    protected override changes(text: string): string {
      return text.replace(/^(\{"key":"[^"]*"),"text":"new \d+"/, '$1');
    }
  },
);

const sendsEmptyBatch = likeParent(
  class extends CreateItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      let isEmpty = true;
      async function* counted() {
        for await (const document of documents) {
          isEmpty = false;
          yield document;
        }
      }
      yield* super.execute(counted(), context);
      if (isEmpty && !context.signal.aborted)
        await this.client.send(
          { method: 'POST', path: `/items/${context.objectType}`, body: '{}', effect: 'once', step: 'create' },
          context,
        );
    }
  },
);

const emitsOther = likeParent(
  class extends ReadItems {
    protected override async *handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      yield* super.handOn(
        outputs.map((event) => (event.type === 'output' ? { ...event, mediaType: 'text/plain' } : event)),
        state,
      );
    }
  },
);

const probes = likeParent(
  class extends ItemsConnection {
    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      await this.client.send(
        {
          method: 'POST',
          path: '/items/thing',
          body: '{}\n{"key":"probe"}',
          effect: 'once',
          step: 'test',
        },
        context,
      );
      return super.test(context);
    }
  },
);

/** Puts the first row of each page back, as one that was seen. */
const marksRows = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const page = await super.page(from, context);
      const [first] = page.texts;
      if (first !== undefined)
        await this.client.send(
          {
            method: 'PUT',
            path: `/items/${context.objectType}/${(JSON.parse(first) as { readonly key: string }).key}`,
            body: first,
            effect: 'repeatable',
            step: 'mark',
          },
          context,
        );
      return page;
    }
  },
);

type Send = Parameters<CreateItems['send']>;

/** Looks for a fifth page, and fails when there is none. */
const failsInTheEnd = likeParent(
  class extends ReadItems {
    private pages = 0;

    protected override async page(from: number, context: ExecutionContext) {
      const page = await super.page(from, context);
      this.pages += 1;
      return this.pages === 4 && page.next === undefined ? { ...page, next: from + 10 } : page;
    }

    protected override parsed(page: string) {
      const parsed = super.parsed(page);
      if (this.pages === 4 && parsed.texts.length === 0)
        throw new ConnectorError({
          category: 'validation',
          code: 'ITEMS_PAGE_EMPTY',
          message: 'a page of nothing',
          effect: 'none',
          retryable: false,
        });
      return parsed;
    }
  },
);

/** Gives a row of the last page again, where it is the fourth or a later one. */
const repeatsRow = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const { texts, next } = await super.page(from, context);
      return { texts: next === undefined && from >= 30 ? [...texts, ...texts.slice(0, 1)] : texts, next };
    }
  },
);

/** Leaves a copy beside what it creates. */
const createsCopies = likeParent(
  class extends CreateItems {
    protected override async send(items: Send[0], first: Document, context: ExecutionContext) {
      const results = await super.send(items, first, context);
      if (items.length === 2)
        await super.send(
          items.map((item) => ({ ...item, text: item.text.replace('"key":"', '"key":"copy-of-') })),
          first,
          context,
        );
      return results;
    }
  },
);

const touchesOther = likeParent(
  class extends UpsertItems {
    protected override async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      const result = await super.upsert(document, text, context);
      if (text.includes('"put 2"')) await super.upsert(document, '{"key":"last"}', context);
      return result;
    }
  },
);

const needsInput = likeParent(
  class extends UploadFiles {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      let count = 0;
      async function* counted() {
        for await (const document of documents) {
          count += 1;
          yield document;
        }
      }
      yield* super.execute(counted(), context);
      if (count === 0 && !context.signal.aborted) throw new TypeError('there is nothing to upload');
    }
  },
);

/** Reads more than three pages for one document only, and takes the others for the same. */
const readsOnce = likeParent(
  class extends ReadItems {
    private furthest = 0;

    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      this.furthest = 0;
      for await (const document of documents) {
        async function* one() {
          yield document;
        }
        if (this.furthest < 30) yield* super.execute(one(), context);
        else yield { type: 'result', inputs: [document.id], status: 'success', code: '200' };
      }
    }

    protected override async page(from: number, context: ExecutionContext) {
      this.furthest = from;
      return super.page(from, context);
    }
  },
);

const stopsAtHundred = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const { texts, next } = await super.page(from, context);
      return { texts, next: from >= 100 ? undefined : next };
    }
  },
);

/** Changes the rows from the twentieth on: other checks read fewer. */
function changingRows(change: (text: string) => string) {
  return likeParent(
    class extends ReadItems {
      protected override parsed(page: string) {
        const { texts, next } = super.parsed(page);
        return { texts: texts.map((text) => (/"row-[2-9]\d"/.test(text) ? change(text) : text)), next };
      }
    },
  );
}

const dropsTexts = changingRows((text) => text.replace(/,"text":"text of [^"]*"/, ''));
const readsDoubles = changingRows((text) => JSON.stringify(JSON.parse(text)));
const dropsEmpty = changingRows((text) => text.replace(',"note":null', '').replace(',"date":""', ''));

export const SEMANTICS_MUTANTS: Mutants = {
  'OPS-01': withOperation('read', losesLastRow),
  'OPS-02': withOperation('create', dropsField),
  'OPS-03': withOperation('update', nullsTheRest),
  'OPS-04': withOperation('create', sendsEmptyBatch),
  'OPS-05': withOperation('read', emitsOther),
  'OPS-06': withConnection(probes),
  'OPS-06:rows': withOperation('read', marksRows),
  'OPS-01:complete': withOperation('read', failsInTheEnd),
  'OPS-01:twice': withOperation('read', repeatsRow),
  'OPS-01:documents': withOperation('read', readsOnce),
  'OPS-01:far': withOperation('read', stopsAtHundred),
  'OPS-01:fields': withOperation('read', dropsTexts),
  'OPS-01:digits': withOperation('read', readsDoubles),
  'OPS-01:empty': withOperation('read', dropsEmpty),
  'OPS-02:copies': withOperation('create', createsCopies),
  'OPS-03:dropped': withOperation('update', dropsChange),
  'OPS-03:foreign': withOperation('upsert', touchesOther),
  'OPS-04:complete': withOperation('upload', needsInput),
};
