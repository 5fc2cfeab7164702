import {
  type CallContext,
  type ExecutionContext,
  type HttpResponse,
  isConnectorError,
  type Secret,
} from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { ReadItems } from '../../reference/items/items-operations.js';
import { ItemsSession } from '../../reference/items/items-session.js';
import {
  itemsPlugin,
  likeParent,
  type Mutant,
  type Mutants,
  withClient,
  withOperation,
  withSession,
} from '../mutant.js';

const endsWithAuth = likeParent(
  class extends ItemsClient {
    protected override async renewed(used: string, step: string, context: CallContext): Promise<boolean> {
      return step === 'upsert' ? false : super.renewed(used, step, context);
    }
  },
);

/** Renews for each request that meets the first session's expiry. */
const renewsForEach = likeParent(
  class extends ItemsSession {
    private first: string | undefined;

    override async renew(rejected: string, context: CallContext): Promise<void> {
      if (rejected !== '') this.first ??= rejected;
      if (rejected !== this.first || this.accessToken === rejected) return super.renew(rejected, context);
      await this.store.put(
        'token',
        JSON.stringify({ access: '', refresh: this.refreshToken }),
        (await this.store.get('token'))?.revision ?? 0,
      );
      return super.renew(this.accessToken, context);
    }
  },
);

const retriesLogins = likeParent(
  class extends ItemsSession {
    protected override async send(...args: Parameters<ItemsSession['send']>): ReturnType<ItemsSession['send']> {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await super.send(...args);
        } catch (error) {
          if (attempt >= 3 || !isConnectorError(error) || error.info.category !== 'auth') throw error;
        }
      }
    }
  },
);

/** Stores a renewed session only when it is to be renewed again. */
const keepsInMemory = likeParent(
  class extends ItemsSession {
    private unstored: Parameters<ItemsSession['keep']> | undefined;

    protected override async exchange(...given: Parameters<ItemsSession['exchange']>): Promise<void> {
      const late = this.unstored;
      this.unstored = undefined;
      if (late !== undefined) await super.keep(...late);
      await super.exchange(...given);
    }

    protected override async keep(...given: Parameters<ItemsSession['keep']>): Promise<void> {
      const [tokens, revision] = given;
      if (revision === 0) return super.keep(...given);
      this.tokens = tokens;
      this.unstored = given;
    }
  },
);

/** Drops a row of the page for which the session was renewed, where the page is one of these. */
const losesRow = (isOne: (from: number) => boolean) =>
  likeParent(
    class extends ReadItems {
      protected override async page(from: number, context: ExecutionContext) {
        const before = this.client['token']();
        const { texts, next } = await super.page(from, context);
        const isRenewed = this.client['token']() !== before;
        return { texts: isRenewed && isOne(from) ? texts.slice(1) : texts, next };
      }
    },
  );

/** Renews a second time, once it has worked with a token. */
const renewsTwice = likeParent(
  class extends ItemsClient {
    private upserts = 0;

    protected override async renewed(used: string, step: string, context: CallContext): Promise<boolean> {
      await super.renewed(used, step, context);
      if (step === 'upsert' && this.upserts > 0) await super.renewed(this.token(), step, context);
      return true;
    }

    override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      const answer = await super.send(request, context);
      if (request.step === 'upsert') this.upserts += 1;
      return answer;
    }
  },
);

/** Renews only until the run has had its first answer. */
const renewsAtStart = likeParent(
  class extends ItemsClient {
    private readonly answered = new WeakSet<CallContext>();

    override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      const answer = await super.send(request, context);
      if (request.step === 'update') this.answered.add(context);
      return answer;
    }

    protected override async renewed(used: string, step: string, context: CallContext): Promise<boolean> {
      return this.answered.has(context) ? false : super.renewed(used, step, context);
    }
  },
);

/** Sends an update again that was refused for its session within a run, and then taken. */
const sendsAgain = likeParent(
  class extends ItemsClient {
    private readonly answered = new WeakSet<CallContext>();
    private readonly renewedWithin = new WeakSet<CallContext>();

    override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      const answer = await super.send(request, context);
      if (request.step === 'update' && this.renewedWithin.delete(context)) return super.send(request, context);
      this.answered.add(context);
      return answer;
    }

    protected override async renewed(used: string, step: string, context: CallContext): Promise<boolean> {
      if (this.answered.has(context)) this.renewedWithin.add(context);
      return super.renewed(used, step, context);
    }
  },
);

const retriesRenewals = likeParent(
  class extends ItemsSession {
    protected override async send(...args: Parameters<ItemsSession['send']>): ReturnType<ItemsSession['send']> {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await super.send(...args);
        } catch (error) {
          const isLast = attempt >= 3 || !('refresh' in args[0]);
          if (isLast || !isConnectorError(error) || error.info.category !== 'auth') throw error;
        }
      }
    }
  },
);

/** Renews with the token that it remembers, whoever has used it meanwhile. */
const trustsMemory = likeParent(
  class extends ItemsSession {
    protected override async exchange(rejected: string, context: CallContext): Promise<void> {
      if (rejected === '') return super.exchange(rejected, context);
      const tokens = await this.send({ refresh: this.refreshToken }, context);
      await this.keep(tokens, (await this.store.get('token'))?.revision ?? 0);
    }
  },
);

/** Logs in anew, whatever is stored. */
const ignoresStored = likeParent(
  class extends ItemsSession {
    protected override async exchange(rejected: string, context: CallContext): Promise<void> {
      if (rejected === '') return super.exchange(rejected, context);
      const tokens = await this.send({ password: (this.properties['password'] as Secret).reveal() }, context);
      await this.keep(tokens, (await this.store.get('token'))?.revision ?? 0);
    }
  },
);

/** Tells the client which page of a read it is about. */
const tellsOfPages = likeParent(
  class extends ReadItems {
    protected override page(from: number, context: ExecutionContext) {
      (this.client as PagingClient).isWithinRead = from > 0;
      return super.page(from, context);
    }
  },
);

class PagingClient extends ItemsClient {
  isWithinRead = false;
}
likeParent(PagingClient);

/** Cannot renew the session from the second page of a read on. */
const renewsFirstPageOnly = likeParent(
  class extends PagingClient {
    protected override async renewed(used: string, step: string, context: CallContext): Promise<boolean> {
      return step === 'read' && this.isWithinRead ? false : super.renewed(used, step, context);
    }
  },
);

/** Renews the new session, too, from the second page of a read on. */
const renewsPagesTwice = likeParent(
  class extends PagingClient {
    protected override async renewed(used: string, step: string, context: CallContext): Promise<boolean> {
      await super.renewed(used, step, context);
      return step === 'read' && this.isWithinRead ? super.renewed(this.token(), step, context) : true;
    }
  },
);

const withPagingClient = (client: typeof PagingClient): Mutant => ({
  plugin: {
    ...itemsPlugin,
    operations: { ...itemsPlugin.operations, read: () => tellsOfPages },
    shared: [ItemsSession, [ItemsClient, client]],
  },
});

/** Keeps new tokens back until the client has used them. */
class LateSession extends ItemsSession {
  private unstored: Parameters<ItemsSession['keep']> | undefined;

  async keepLast(): Promise<void> {
    const { unstored } = this;
    this.unstored = undefined;
    if (unstored !== undefined) await super.keep(...unstored);
  }

  protected override async keep(...kept: Parameters<ItemsSession['keep']>): Promise<void> {
    [this.tokens] = kept;
    this.unstored = kept;
  }
}

const storesWhenUsed = likeParent(
  class extends ItemsClient {
    override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      try {
        return await super.send(request, context);
      } finally {
        await (this.session as LateSession).keepLast();
      }
    }
  },
);

export const RENEWAL_MUTANTS: Mutants = {
  'AUT-01': withClient(endsWithAuth),
  'AUT-02': withSession(renewsForEach),
  'AUT-03': withSession(retriesLogins),
  'AUT-04': withSession(keepsInMemory),
  'AUT-01:outputs': withOperation(
    'read',
    losesRow((from) => from === 0),
  ),
  'AUT-01:rest': withOperation(
    'read',
    losesRow((from) => from > 0),
  ),
  'AUT-01:within': withPagingClient(renewsFirstPageOnly),
  'AUT-01:again': withPagingClient(renewsPagesTwice),
  'AUT-01:twice': withClient(renewsTwice),
  'AUT-01:start': withClient(renewsAtStart),
  'AUT-01:applied': withClient(sendsAgain),
  'AUT-03:renewal': withSession(retriesRenewals),
  'AUT-04:late': {
    plugin: {
      ...itemsPlugin,
      shared: [
        [ItemsSession, likeParent(LateSession)],
        [ItemsClient, storesWhenUsed],
      ],
    },
  },
  'AUT-04:memory': withSession(trustsMemory),
  'AUT-04:login': withSession(ignoresStored),
};
