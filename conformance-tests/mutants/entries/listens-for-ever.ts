import type { CallContext, HttpResponse } from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { likeParent, withClient } from '../mutant.js';

const listensForEver = likeParent(
  class extends ItemsClient {
    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      context.signal.addEventListener('abort', () => request.path.toUpperCase());
      return super.send(request, context);
    }
  },
);

export default withClient(listensForEver).plugin;
