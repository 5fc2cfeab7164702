import type { JsonSchema } from '@connector-runtime/core';

/** Of writes: how many records go into one request. */
export interface BatchProperties {
  readonly batchCount?: number;
  readonly allOrNone: boolean;
}

/** Most records in a request of collections. */
export const MAX_BATCH_COUNT = 200;

export const batchProperties = {
  batchCount: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_BATCH_COUNT,
    title: 'Batch count',
    description: `Records in a request at the most. Unset: ${MAX_BATCH_COUNT} with COMPOSITEAPI, 1 with RESTAPI; more than 1 with RESTAPI is done as with COMPOSITEAPI.`,
  },
  allOrNone: {
    type: 'boolean',
    default: false,
    title: 'All or none',
    description: 'With batches: either every record of a request is written or none.',
  },
} as const;

/** Do these properties of a write ask for requests of many records? The same as the `when` of its variant. */
export const COLLECTIONS_CHOSEN = {
  type: 'object',
  anyOf: [
    { type: 'object', properties: { operationApi: { const: 'COMPOSITEAPI' } }, required: ['operationApi'] },
    {
      type: 'object',
      properties: { operationApi: { const: 'RESTAPI' }, batchCount: { type: 'integer', minimum: 2 } },
      required: ['operationApi', 'batchCount'],
    },
  ],
} as const satisfies JsonSchema;

export function asksForCollections({ operationApi, batchCount }: Readonly<Record<string, unknown>>): boolean {
  return operationApi === 'COMPOSITEAPI' || ((operationApi ?? 'RESTAPI') === 'RESTAPI' && Number(batchCount ?? 1) > 1);
}
