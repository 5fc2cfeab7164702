import type { Document, ExecutionContext, ResultEvent } from '@connector-runtime/core';
import { UpdateItems } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

const MOST_DOCUMENTS = 2_000;

/** Leaves what comes after many documents alone, and so has nothing that could pile up. */
const tiresSoon = likeParent(
  class extends UpdateItems {
    private count = 0;

    protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      this.count += 1;
      if (this.count <= MOST_DOCUMENTS) return super.update(document, context);
      return { type: 'result', inputs: [document.id], status: 'notAttempted' };
    }
  },
);

export default withOperation('update', tiresSoon).plugin;
