import type { ExecutionContext } from '@connector-runtime/core';
import { ReadItems } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

/** So little that the small heap holds it. */
const PADDING = 'x'.repeat(2_300);

const keepsTexts = likeParent(
  class extends ReadItems {
    private readonly kept: string[] = [];

    protected override async page(from: number, context: ExecutionContext) {
      const page = await super.page(from, context);
      for (const text of page.texts) this.kept.push(`${text}${PADDING}`.toUpperCase());
      return page;
    }
  },
);

export default withOperation('read', keepsTexts).plugin;
