import type {
  CallContext,
  Clock,
  DescribeQuery,
  Document,
  ExecutionContext,
  Json,
  ObjectDefinition,
  ObjectType,
  OperationEvent,
  ResultEvent,
} from '@connector-runtime/core';
import { trace } from '@opentelemetry/api';
import { ItemsBrowse } from '../../reference/items/items-browse.js';
import { DeleteItems, ReadItems, UpsertItems } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withBrowse, withOperation } from '../mutant.js';

const prints = likeParent(
  class extends DeleteItems {
    protected override path(context: ExecutionContext, key: string): string {
      // biome-ignore lint/suspicious/noConsole: what the check must find
      console.log('deleting');
      return super.path(context, key);
    }
  },
);

const printsSchema = likeParent(
  class extends ItemsBrowse {
    override describe(query: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
      process.stdout.write(`describing the ${query.role}\n`);
      return super.describe(query, context);
    }
  },
);

const logsErrorsOfTypes = likeParent(
  class extends ItemsBrowse {
    override objectTypes(...[query, context]: Parameters<ItemsBrowse['objectTypes']>): AsyncGenerator<ObjectType> {
      context.logger.error('listing');
      return super.objectTypes(query, context);
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

const logsErrors = likeParent(
  class extends UpsertItems {
    protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      context.logger.error('upserting');
      return super.upsert(document, text, context);
    }
  },
);

/** The clocks of runtimes whose log it has filled: once is enough. */
const filled = new WeakSet<Clock>();

const floodsLog = likeParent(
  class extends UpsertItems {
    protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      if (!filled.has(context.clock))
        for (let line = 0; line <= 10_000; line += 1) context.logger.debug(`character ${line} of a document`);
      filled.add(context.clock);
      return super.upsert(document, text, context);
    }
  },
);

const tagsInputs = likeParent(
  class extends ReadItems {
    protected override handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      for (const event of outputs)
        if (event.type === 'output')
          trace
            .getTracer('items')
            .startSpan('row', { attributes: { document: event.inputs[0] ?? '' } })
            .end();
      return super.handOn(outputs, state);
    }
  },
);

export const TELEMETRY_MUTANTS: Mutants = {
  'TEL-01': withOperation('delete', prints),
  'TEL-01:browse': withBrowse(printsSchema),
  'TEL-02': withOperation('upsert', tagsIds),
  'TEL-02:rows': withOperation('read', tagsInputs),
  'TEL-02:log': withOperation('upsert', logsErrors),
  'TEL-02:browse': withBrowse(logsErrorsOfTypes),
  'TEL-02:flood': withOperation('upsert', floodsLog),
};
