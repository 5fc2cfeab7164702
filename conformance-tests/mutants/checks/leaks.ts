import { type CallContext, type ExecutionContext, type HttpResponse, isConnectorError } from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { CreateItems } from '../../reference/items/items-operations.js';
import { itemsPlugin, likeParent, type Mutants, withClient, withConnection, withOperation } from '../mutant.js';

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

/** Says that it has failed, and sends it once more all the same. */
const keepsOutbox = likeParent(
  class extends CreateItems {
    protected override async send(...[items, first, context]: Parameters<CreateItems['send']>) {
      try {
        return await super.send(items, first, context);
      } catch (error) {
        if (isConnectorError(error) && error.info.category === 'rateLimit') {
          const later = Object.create(context, { signal: { value: new AbortController().signal } }) as ExecutionContext;
          setTimeout(() => void super.send(items, first, later).catch(() => undefined), 30_000).unref();
        }
        throw error;
      }
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
  'LEK-01:failing': { plugin: itemsPlugin, entry: require.resolve('../entries/leaves-interval-of-failure.js') },
  'LEK-02': withConnection(pollsOn),
  'LEK-02:outbox': withOperation('create', keepsOutbox),
  'LEK-03': { plugin: itemsPlugin, entry: require.resolve('../entries/listens-for-ever.js') },
  'LEK-03:bodies': withClient(leavesBody),
  'LEK-03:failing': { plugin: itemsPlugin, entry: require.resolve('../entries/tires-soon.js') },
};
