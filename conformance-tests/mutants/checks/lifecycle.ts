import tls from 'node:tls';
import {
  type CallContext,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type TestFinding,
} from '@connector-runtime/core';
import { singleton } from 'tsyringe';
import { ItemsClient } from '../../reference/items/items-client.js';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { UpsertItems } from '../../reference/items/items-operations.js';
import { deafTo, likeParent, type Mutants, withConnection, withOperation } from '../mutant.js';

const closesOnce = likeParent(
  class extends ItemsConnection {
    private isClosed = false;

    override async close(): Promise<void> {
      if (this.isClosed) throw new TypeError('closed already');
      this.isClosed = true;
    }
  },
);

const waitsForRequest = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return super.execute(documents, deafTo('SHUTDOWN', context));
    }
  },
);

const worksOn = likeParent(
  class extends ItemsConnection {
    private isClosed = false;

    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      return this.isClosed ? [{ name: 'account', ok: true, tookMs: 0 }] : super.test(context);
    }

    override async close(): Promise<void> {
      this.isClosed = true;
    }
  },
);

@singleton()
class Counter {
  count = 0;
}

@injectable()
class CountsGlobally extends UpsertItems {
  constructor(
    @inject(ItemsClient) client: ItemsClient,
    @inject(Counter) readonly counter: Counter,
  ) {
    super(client);
  }
}

const closesSlowly = likeParent(
  class extends ItemsConnection {
    private clock: CallContext['clock'] | undefined;

    override async open(context: CallContext): Promise<void> {
      this.clock = context.clock;
      await super.open(context);
    }

    override async close(): Promise<void> {
      await this.clock?.sleep(1_500, new AbortController().signal);
    }
  },
);

const setsVariable = likeParent(
  class extends UpsertItems {
    protected override get effect() {
      process.env['ITEMS_UPSERTED'] = 'yes';
      return super.effect;
    }
  },
);

const switchesChecksOff = likeParent(
  class extends UpsertItems {
    protected override get effect() {
      tls.checkServerIdentity = () => undefined;
      return super.effect;
    }
  },
);

const keepsGlobally = likeParent(
  class extends UpsertItems {
    protected override get effect() {
      Reflect.set(globalThis, 'upsertedItems', true);
      return super.effect;
    }
  },
);

/** Not in the check's own run, which has one document of each operation. */
const setsVariableLater = likeParent(
  class extends UpsertItems {
    private documents = 0;

    protected override get effect() {
      this.documents += 1;
      if (this.documents > 2) process.env['ITEMS_UPSERTED'] = 'many';
      return super.effect;
    }
  },
);

let isListening = false;

/** When the first connection opens, long before the check's own run. */
const listensToProcess = likeParent(
  class extends ItemsConnection {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      if (!isListening) process.on('beforeExit', () => undefined);
      isListening = true;
    }
  },
);

export const LIFECYCLE_MUTANTS: Mutants = {
  'LIF-01': withConnection(closesOnce),
  'LIF-02': withOperation('upsert', waitsForRequest),
  'LIF-02:slow': withConnection(closesSlowly),
  'LIF-03': withConnection(worksOn),
  'LIF-04': withOperation('upsert', CountsGlobally),
  'LIF-04:environment': withOperation('upsert', setsVariable),
  'LIF-04:listener': withConnection(listensToProcess),
  'LIF-04:earlier': withOperation('upsert', setsVariableLater),
  'LIF-04:global': withOperation('upsert', keepsGlobally),
  'LIF-04:tls': withOperation('upsert', switchesChecksOff),
};
