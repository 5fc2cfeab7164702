import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type Document,
  type ExecutionContext,
  inject,
  injectable,
  type Properties,
  type ResultEvent,
  type TestFinding,
} from '@connector-runtime/core';
import { ItemsClient } from '../../reference/items/items-client.js';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { DeleteItems, UpsertItems } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, PropertiedConnection, withConnection, withOperation } from '../mutant.js';

/** Relies on a property that may be absent. */
const needsLabels = likeParent(
  class extends PropertiedConnection {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      if ((this.properties['labels'] as { readonly tenant?: string }).tenant === '') throw new TypeError('no tenant');
    }
  },
);

const findsFault = likeParent(
  class extends ItemsConnection {
    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      return [...(await super.test(context)), { name: 'quota', ok: false, tookMs: 0 }];
    }
  },
);

const failsAlone = likeParent(
  class extends DeleteItems {
    protected override remove(): Promise<ResultEvent> {
      return Promise.reject(new TypeError('not written yet'));
    }
  },
);

/** Says so without a request. */
const saysSuccess = likeParent(
  class extends DeleteItems {
    protected override remove(document: Document): Promise<ResultEvent> {
      return Promise.resolve({ type: 'result', inputs: [document.id], status: 'success' });
    }
  },
);

/** Relies on a property that may be absent, once a document has come. */
@injectable()
class UpsertsWithLabels extends UpsertItems {
  constructor(
    @inject(ItemsClient) client: ItemsClient,
    @inject(CONNECTION_PROPERTIES) private readonly properties: Properties,
  ) {
    super(client);
  }

  protected override upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
    if ((this.properties['labels'] as { readonly tenant?: string }).tenant === '') throw new TypeError('no tenant');
    return super.upsert(document, text, context);
  }
}

export const BASELINE_MUTANTS: Mutants = {
  'BAS-01': withConnection(needsLabels),
  'BAS-01:finding': withConnection(findsFault),
  'BAS-01:minimal': withOperation('upsert', UpsertsWithLabels),
  'BAS-01:operation': withOperation('delete', failsAlone),
  'BAS-01:unsent': withOperation('delete', saysSuccess),
};
