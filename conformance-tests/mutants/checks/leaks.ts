import type { CallContext, HttpResponse } from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { itemsPlugin, likeParent, type Mutants, withClient, withConnection } from '../mutant.js';

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

/** Takes an answer as a stream, for its status alone. */
const leavesBody = likeParent(
  class extends ItemsClient {
    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      if (request.step !== 'test') return super.send(request, context);
      const url = `${String(this.properties['url'])}${request.path}`;
      const headers = { authorization: `Bearer ${this.token()}` };
      return this.http.send({ method: 'GET', url, headers, effect: 'none', answer: 'stream' }, context);
    }
  },
);

export const LEAKS_MUTANTS: Mutants = {
  'LEK-01': { plugin: itemsPlugin, entry: require.resolve('../entries/leaves-interval.js') },
  'LEK-02': withConnection(pollsOn),
  'LEK-03': { plugin: itemsPlugin, entry: require.resolve('../entries/listens-for-ever.js') },
  'LEK-03:bodies': withClient(leavesBody),
  'LEK-03:failing': { plugin: itemsPlugin, entry: require.resolve('../entries/tires-soon.js') },
};
