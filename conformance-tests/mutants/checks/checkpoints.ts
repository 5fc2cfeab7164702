import type { Document, Events, ExecutionContext, Json, OperationEvent } from '@connector-runtime/core';
import { ReadItems } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withOperation } from '../mutant.js';

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

const keepsPage = likeParent(
  class extends ReadItems {
    protected override handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      return super.handOn(
        outputs,
        state === undefined ? undefined : { ...(state as object), rows: 'x'.repeat(65_536) },
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

const resumesAll = likeParent(
  class extends ReadItems {
    protected override firstOf(_: string, resumed: Parameters<ReadItems['firstOf']>[1]) {
      return resumed?.next ?? 0;
    }
  },
);

export const CHECKPOINTS_MUTANTS: Mutants = {
  'CHK-01:documents': withOperation('read', resumesAll),
  'CHK-01': withOperation('read', checksBeforeRows),
  'CHK-02': withOperation('read', keepsDate),
  'CHK-02:large': withOperation('read', keepsPage),
  'CHK-03': withOperation('read', ignoresState),
};
