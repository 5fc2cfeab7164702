import {
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  isConnectorError,
  type Json,
  type ResultEvent,
} from '@connector-runtime/core';
import { DeleteItems, ReadItems, UpdateItems, UpsertItems } from '../../reference/items/items-operations.js';
import { changing, likeParent, type Mutants, withOperation } from '../mutant.js';

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

const dropsNames = likeParent(
  class extends UpsertItems {
    protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      if (!text.includes('__proto__')) return super.upsert(document, text, context);
      return Promise.resolve({ type: 'result', inputs: [document.id], status: 'success', code: '200' });
    }
  },
);

/** Takes the names out, and what comes after them. */
const cutsAtNames = likeParent(
  class extends UpsertItems {
    protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      const { key } = JSON.parse(text) as { readonly key: string };
      return super.upsert(document, text.includes('__proto__') ? JSON.stringify({ key }) : text, context);
    }
  },
);

const throwsAtNames = likeParent(
  class extends UpsertItems {
    protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      if (text.includes('__proto__')) throw new TypeError('a name that is taken');
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

/** Refuses the document that comes after a hostile one, too. */
const losesNext = likeParent(
  class extends UpdateItems {
    private hadHostile = false;

    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return super.execute(documents, Object.create(context, { maxInFlight: { value: 1 } }) as ExecutionContext);
    }

    protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      if (this.hadHostile) throw new TypeError('the parser is in use');
      this.hadHostile = document.body.repeatable && (await document.body.text(100_000)).startsWith('[[');
      return super.update(document, context);
    }
  },
);

/** Looks at every level again from each level. */
const parsesSlowly = likeParent(
  class extends UpdateItems {
    protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      const isDeep = document.body.repeatable && (await document.body.text(100_000)).startsWith('[[');
      const startedMs = performance.now();
      while (isDeep && performance.now() - startedMs < 1_100);
      return super.update(document, context);
    }
  },
);

const mergesAnswer = likeParent(
  class extends DeleteItems {
    protected override async remove(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      const { key } = (await document.body.json(100_000)) as { readonly key: string };
      const answer = await this.client.send(
        { method: 'DELETE', path: this.path(context, key), effect: 'repeatable', step: 'delete' },
        context,
      );
      const value = objectIn(await answer.body.text(100_000));
      if (value === undefined)
        throw new ConnectorError({
          category: 'protocol',
          code: 'ITEMS_ANSWER',
          message: 'no answer of the service',
          effect: 'unknown',
          retryable: false,
        });
      merge({}, value);
      return { type: 'result', inputs: [document.id], status: 'success', code: String(answer.status) };
    }
  },
);

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Looks up, on the side, what a text names: as it is, where it begins so. */
function looksUp(beginning: string, path: (words: string) => string) {
  return likeParent(
    class extends UpsertItems {
      protected override async upsert(
        document: Document,
        text: string,
        context: ExecutionContext,
      ): Promise<ResultEvent> {
        const { text: words } = JSON.parse(text) as { readonly text?: unknown };
        if (typeof words === 'string' && words.startsWith(beginning))
          await this.client
            .send({ method: 'GET', path: path(words), effect: 'none', step: 'lookup' }, context)
            .catch(() => undefined);
        return super.upsert(document, text, context);
      }
    },
  );
}

const callsCircleInternal = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      try {
        return await super.page(from, context);
      } catch (error) {
        if (!isConnectorError(error) || !error.message.includes('leads back')) throw error;
        throw new TypeError('the page is not the next one');
      }
    }
  },
);

export const HOSTILE_MUTANTS: Mutants = {
  'HOS-01': withOperation('update', recurses),
  'HOS-02': withOperation('upsert', mergesByHand),
  'HOS-03': withOperation(
    'create',
    changing((text) => text.replaceAll('\\"', '"')),
  ),
  'HOS-04': withOperation('read', followsForEver),
  'HOS-01:next': withOperation('update', losesNext),
  'HOS-01:slow': withOperation('update', parsesSlowly),
  'HOS-02:answer': withOperation('delete', mergesAnswer),
  'HOS-02:dropped': withOperation('upsert', dropsNames),
  'HOS-02:fields': withOperation('upsert', cutsAtNames),
  'HOS-02:status': withOperation('upsert', throwsAtNames),
  'HOS-03:path': withOperation(
    'upsert',
    looksUp('../', (words) => `/types/${words}`),
  ),
  'HOS-03:query': withOperation(
    'upsert',
    looksUp('<b>', (words) => `/types?search=${words}`),
  ),
  'HOS-03:hash': withOperation(
    'upsert',
    looksUp('#', (words) => `/types?search=${words}`),
  ),
  'HOS-04:category': withOperation('read', callsCircleInternal),
};
