import type { Document, Events, ExecutionContext, OperationEvent } from '@connector-runtime/core';
import { ReadItems } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

/** The rows are padded, so that few of them are much. */
const PADDING = 'x'.repeat(1_000);

const collectsRows = likeParent(
  class extends ReadItems {
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      const all: OperationEvent[] = [];
      for await (const item of super.execute(documents, context)) {
        for (const event of (Array.isArray(item) ? item : [item]) as readonly OperationEvent[])
          all.push(event.type === 'output' ? { ...event, message: `${all.length}${PADDING}`.toUpperCase() } : event);
      }
      yield all;
    }
  },
);

export default withOperation('read', collectsRows).plugin;
