import type { CallContext } from '@connector-runtime/core';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { itemsPlugin, likeParent, type Mutants, withConnection } from '../mutant.js';

const pollsOn = likeParent(
  class extends ItemsConnection {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      const poll = async () => {
        for (let time = 0; time < 10; time += 1) {
          await context.clock.sleep(20 * 60_000, new AbortController().signal);
          context.logger.info('still here');
        }
      };
      void poll();
    }
  },
);

export const LEAKS_MUTANTS: Mutants = {
  'LEK-01': { plugin: itemsPlugin, entry: require.resolve('../entries/leaves-interval.js') },
  'LEK-02': withConnection(pollsOn),
  'LEK-03': { plugin: itemsPlugin, entry: require.resolve('../entries/listens-for-ever.js') },
};
