import type { Json, OperationEvent } from '@connector-runtime/core';
import { ReadItems } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

const readsLocal = likeParent(
  class extends ReadItems {
    protected override handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      const at = JSON.stringify(new Date(0).toLocaleString());
      return super.handOn(
        outputs.map((event) =>
          event.type === 'output' ? { ...event, body: String(event.body).replace(/\}$/, `,"at":${at}}`) } : event,
        ),
        state,
      );
    }
  },
);

export default withOperation('read', readsLocal).plugin;
