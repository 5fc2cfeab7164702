import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type Connection,
  inject,
  injectable,
  type Properties,
} from '@connector-runtime/core';
import { ItemsClient } from '../../reference/items/items-client.js';
import { ItemsConnection } from '../../reference/items/items-connection.js';
import { ItemsSession } from '../../reference/items/items-session.js';
import { type Mutants, withConnection } from '../mutant.js';

/** Relies on a property that may be absent. */
@injectable()
class NeedsLabels extends ItemsConnection {
  constructor(
    @inject(ItemsSession) session: ItemsSession,
    @inject(ItemsClient) client: ItemsClient,
    @inject(CONNECTION_PROPERTIES) private readonly properties: Properties,
  ) {
    super(session, client);
  }

  override async open(context: CallContext): Promise<void> {
    await super.open(context);
    if ((this.properties['labels'] as { readonly tenant?: string }).tenant === '') throw new TypeError('no tenant');
  }
}

export const BASELINE_MUTANTS: Mutants = {
  'BAS-01': withConnection(NeedsLabels as unknown as new () => Connection),
};
