import type { ExecutionContext } from '@connector-runtime/core';

/** Properties that one API alone regards. */
interface IdleProperties {
  readonly allOrNone?: boolean;
  readonly returnUpdatedRecord?: boolean;
}

/** Warns of a property that is set and has no effect on the API that does the work, where somebody may rely on it. */
export function checkIdle(
  { properties, logger }: ExecutionContext<unknown>,
  api: 'RESTAPI' | 'COMPOSITEAPI' | 'BulkAPI2.0',
): void {
  const { allOrNone, returnUpdatedRecord } = properties as IdleProperties;
  if (allOrNone === true && api !== 'COMPOSITEAPI')
    logger.warn(
      'allOrNone has no effect: it is for requests of many records (COMPOSITEAPI, or RESTAPI with batchCount above 1)',
    );
  if (returnUpdatedRecord === true && api !== 'RESTAPI')
    logger.warn('returnUpdatedRecord has no effect with COMPOSITEAPI and BulkAPI2.0; it is for RESTAPI, one by one');
}
