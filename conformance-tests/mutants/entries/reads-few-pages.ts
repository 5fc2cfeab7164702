import type { ExecutionContext } from '@connector-runtime/core';
import { ReadItems } from '../../reference/items/items-operations.js';
import { PAGE_ROWS } from '../../reference/items/items-service.js';
import { likeParent, withOperation } from '../mutant.js';

/** More than its author has ever seen. */
const MOST_PAGES = 250;

const readsFewPages = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const page = await super.page(from, context);
      return from >= (MOST_PAGES - 1) * PAGE_ROWS ? { ...page, next: undefined } : page;
    }
  },
);

export default withOperation('read', readsFewPages).plugin;
