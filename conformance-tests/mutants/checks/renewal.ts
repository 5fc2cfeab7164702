import { type CallContext, isConnectorError } from '@connector-runtime/core';
import { ItemsClient } from '../../reference/items/items-client.js';
import { ItemsSession } from '../../reference/items/items-session.js';
import { likeParent, type Mutants, withClient, withSession } from '../mutant.js';

const endsWithAuth = likeParent(
  class extends ItemsClient {
    protected override async renewed(used: string, step: string, context: CallContext): Promise<boolean> {
      return step === 'upsert' ? false : super.renewed(used, step, context);
    }
  },
);

const renewsForEach = likeParent(
  class extends ItemsSession {
    private isExpired = false;

    override async renew(rejected: string, context: CallContext): Promise<void> {
      if (rejected === '' || this.accessToken === rejected || !this.isExpired) {
        this.isExpired = rejected !== '';
        return super.renew(rejected, context);
      }
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

const keepsInMemory = likeParent(
  class extends ItemsSession {
    protected override async keep(...[tokens, revision]: Parameters<ItemsSession['keep']>): Promise<void> {
      if (revision === 0) return super.keep(tokens, revision);
      this.tokens = tokens;
    }
  },
);

export const RENEWAL_MUTANTS: Mutants = {
  'AUT-01': withClient(endsWithAuth),
  'AUT-02': withSession(renewsForEach),
  'AUT-03': withSession(retriesLogins),
  'AUT-04': withSession(keepsInMemory),
};
