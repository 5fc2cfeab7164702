import { type CallContext, isConnectorError, type TestFinding } from '@connector-runtime/core';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { likeParent, type Mutants, withConnection } from '../mutant.js';

const throwsOnRefusal = likeParent(
  class extends ItemsConnection {
    override async open(context: CallContext): Promise<void> {
      try {
        await super.open(context);
      } catch (error) {
        if (isConnectorError(error) && error.info.category === 'auth') throw new TypeError('bad password');
        throw error;
      }
    }
  },
);

const saysOk = likeParent(
  class extends ItemsConnection {
    private isAway = false;

    override async open(context: CallContext): Promise<void> {
      try {
        await super.open(context);
      } catch (error) {
        this.isAway = isConnectorError(error) && error.info.code === 'CONNECTION_REFUSED';
        if (!this.isAway) throw error;
      }
    }

    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      return this.isAway ? [{ name: 'account', ok: true, tookMs: 0 }] : super.test(context);
    }
  },
);

export const CONNECTION_TEST_MUTANTS: Mutants = {
  'TST-01': withConnection(throwsOnRefusal),
  'TST-02': withConnection(saysOk),
};
