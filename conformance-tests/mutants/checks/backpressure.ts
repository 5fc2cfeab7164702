import type { Document, Events, ExecutionContext } from '@connector-runtime/core';
import { CreateItems, ReadItems } from '../../reference/items/items-operations.js';
import { itemsPlugin, likeParent, type Mutants, withOperation } from '../mutant.js';

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

export const BACKPRESSURE_MUTANTS: Mutants = {
  'BPR-01': withOperation('read', fetchesAhead),
  'BPR-02': withOperation('create', readsAllFirst),
  'BPR-03': { plugin: itemsPlugin, entry: require.resolve('../entries/collects-rows.js') },
  'BPR-03:growth': { plugin: itemsPlugin, entry: require.resolve('../entries/keeps-texts.js') },
  'BPR-03:pages': { plugin: itemsPlugin, entry: require.resolve('../entries/reads-few-pages.js') },
  'BPR-03:buffers': { plugin: itemsPlugin, entry: require.resolve('../entries/buffers-files.js') },
  'BPR-03:category': { plugin: itemsPlugin, entry: require.resolve('../entries/refuses-large-files.js') },
};
