import type { CallContext, HttpResponse } from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { likeParent, withClient } from '../mutant.js';

const listensForEver = likeParent(
  class extends ItemsClient {
    private sent = 0;

    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      this.sent += 1;
      const kept = new Array(1_000).fill(request.path) as string[];
      if (this.sent % 10 === 0) context.signal.addEventListener('abort', () => kept.splice(0));
      return super.send(request, context);
    }
  },
);

export default withClient(listensForEver).plugin;
