import type { Json } from '@connector-runtime/core';
import { type Ran, type RunningOrg, run } from '../../running-org.js';
import { FAST } from './bulk-world.js';

/** Runs a write of invoices in jobs. */
export async function bulk(
  world: RunningOrg,
  operation: string,
  documents: Parameters<typeof run>[2],
  properties: object = {},
): Promise<Ran> {
  const connection = await world.connect();
  return run(
    connection,
    { operation, objectType: 'Invoice__c', properties: { ...FAST, ...properties } as Json },
    documents,
  );
}

export const invoice = (fields: string) => `<records type="Invoice__c">${fields}</records>`;
