import type { CallContext } from '@connector-runtime/core';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { likeParent, withConnection } from '../mutant.js';

const knowsWholeHours = likeParent(
  class extends ItemsConnection {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      void this.learnOffset();
    }

    /** Of zones that are whole hours from UTC; nobody waits for it. */
    private async learnOffset(): Promise<number> {
      const [, hours] = /GMT([+-]\d\d)00/.exec(new Date(0).toString()) ?? [];
      if (hours === undefined) throw new Error('the zone is unknown');
      return Number(hours);
    }
  },
);

export default withConnection(knowsWholeHours).plugin;
