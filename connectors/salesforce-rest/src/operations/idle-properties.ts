import type { ExecutionContext } from '@connector-runtime/core';

/** Warns of a property that is set and has no effect on the API that does the work, where somebody may rely on it. */
export function warnOfIdle(
  { properties, logger }: ExecutionContext<unknown>,
  api: 'RESTAPI' | 'COMPOSITEAPI' | 'BulkAPI2.0',
): void {
  const { allOrNone, hardDelete } = properties as { readonly allOrNone?: boolean; readonly hardDelete?: boolean };
  if (allOrNone === true && api !== 'COMPOSITEAPI')
    logger.warn(
      'allOrNone has no effect: it is for requests of many records (COMPOSITEAPI, or RESTAPI with batchCount above 1)',
    );
  if (hardDelete === true && api !== 'BulkAPI2.0')
    logger.warn('hardDelete has no effect but with BulkAPI2.0: the records go into the recycle bin');
}
