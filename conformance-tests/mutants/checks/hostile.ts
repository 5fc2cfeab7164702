import type { Document, ExecutionContext, Json, ResultEvent } from '@connector-runtime/core';
import { ReadItems, UpdateItems, UpsertItems } from '../../reference/items/items-operations.js';
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

export const HOSTILE_MUTANTS: Mutants = {
  'HOS-01': withOperation('update', recurses),
  'HOS-02': withOperation('upsert', mergesByHand),
  'HOS-03': withOperation(
    'create',
    changing((text) => text.replaceAll('\\"', '"')),
  ),
  'HOS-04': withOperation('read', followsForEver),
};
