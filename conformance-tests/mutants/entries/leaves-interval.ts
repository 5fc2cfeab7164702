import type { CallContext } from '@connector-runtime/core';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { likeParent, withConnection } from '../mutant.js';

const leavesInterval = likeParent(
  class extends ItemsConnection {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      setInterval(() => undefined, 1_000);
    }
  },
);

export default withConnection(leavesInterval).plugin;
