import type { CallContext } from '@connector-runtime/core';
import { likeParent, withConnection } from '../mutants/mutant.js';
import { ItemsConnection } from '../reference/items/items-connection.js';

const Rejects = likeParent(
  class extends ItemsConnection {
    override async open(context: CallContext): Promise<void> {
      void Promise.reject(new Error('nobody waits, and the rest of it'));
      await new Promise((resolve) => setImmediate(resolve));
      return super.open(context);
    }
  },
);

export default withConnection(Rejects).plugin;
