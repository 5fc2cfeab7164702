import type { Document, ExecutionContext } from '@connector-runtime/core';
import { CreateItems } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

const speaksLocal = likeParent(
  class extends CreateItems {
    protected override send(items: Parameters<CreateItems['send']>[0], first: Document, context: ExecutionContext) {
      const at = new Date(0).toLocaleString();
      return super.send(
        items.map((item) => ({ ...item, text: item.text.replace(/\}$/, `,"at":${JSON.stringify(at)}}`) })),
        first,
        context,
      );
    }
  },
);

export default withOperation('create', speaksLocal).plugin;
