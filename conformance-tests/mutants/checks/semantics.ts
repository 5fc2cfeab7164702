import type {
  CallContext,
  Document,
  Events,
  ExecutionContext,
  Json,
  OperationEvent,
  TestFinding,
} from '@connector-runtime/core';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { CreateItems, ReadItems, UpdateItems } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withConnection, withOperation } from '../mutant.js';

const losesLastRow = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const { texts, next } = await super.page(from, context);
      return { texts: next === undefined ? texts : texts.slice(0, -1), next };
    }
  },
);

const dropsField = likeParent(
  class extends CreateItems {
    protected override send(items: Send[0], first: Document, context: ExecutionContext) {
      return super.send(
        items.map((item) => ({ ...item, text: item.text.replace(/,"parent":"root"/, '') })),
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
          body: `{}\n{"key":"probe-${context.clock.random()}"}`,
          effect: 'once',
          step: 'test',
        },
        context,
      );
      return super.test(context);
    }
  },
);

type Send = Parameters<CreateItems['send']>;

export const SEMANTICS_MUTANTS: Mutants = {
  'OPS-01': withOperation('read', losesLastRow),
  'OPS-02': withOperation('create', dropsField),
  'OPS-03': withOperation('update', nullsTheRest),
  'OPS-04': withOperation('create', sendsEmptyBatch),
  'OPS-05': withOperation('read', emitsOther),
  'OPS-06': withConnection(probes),
};
