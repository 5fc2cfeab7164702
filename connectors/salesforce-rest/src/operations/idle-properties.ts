import type { ExecutionContext } from '@connector-runtime/core';
import { configError } from '../transport/refusals.js';

/** Properties that one API alone regards. */
interface IdleProperties {
  readonly allOrNone?: boolean;
  readonly hardDelete?: boolean;
  readonly returnUpdatedRecord?: boolean;
}

/**
 * Warns of a property that is set and has no effect on the API that does the work, where somebody may rely on it.
 * A delete that is to be hard and cannot be is a `config` error: records in the recycle bin are not what was asked for.
 */
export function checkIdle(
  { properties, logger }: ExecutionContext<unknown>,
  api: 'RESTAPI' | 'COMPOSITEAPI' | 'BulkAPI2.0',
): void {
  const { allOrNone, hardDelete, returnUpdatedRecord } = properties as IdleProperties;
  if (allOrNone === true && api !== 'COMPOSITEAPI')
    logger.warn(
      'allOrNone has no effect: it is for requests of many records (COMPOSITEAPI, or RESTAPI with batchCount above 1)',
    );
  if (hardDelete === true && api !== 'BulkAPI2.0')
    throw configError(
      'HARD_DELETE_UNSUPPORTED',
      `${api} has no hard delete, its records go into the recycle bin: use BulkAPI2.0, or leave hardDelete unset`,
      '/hardDelete',
    );
  if (returnUpdatedRecord === true && api !== 'RESTAPI')
    logger.warn('returnUpdatedRecord has no effect with COMPOSITEAPI and BulkAPI2.0; it is for RESTAPI, one by one');
}
