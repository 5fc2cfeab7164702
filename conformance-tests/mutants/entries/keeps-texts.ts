import type { ExecutionContext } from '@connector-runtime/core';
import { ReadItems } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

const BYTES_EACH = 8_000;

/** Outside the heap, whose limit is then not met. */
const keepsTexts = likeParent(
  class extends ReadItems {
    private readonly kept: Buffer[] = [];

    protected override async page(from: number, context: ExecutionContext) {
      const page = await super.page(from, context);
      for (const text of page.texts) this.kept.push(Buffer.alloc(BYTES_EACH, text));
      return page;
    }
  },
);

export default withOperation('read', keepsTexts).plugin;
