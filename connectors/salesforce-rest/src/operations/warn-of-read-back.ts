import type { ExecutionContext } from '@connector-runtime/core';

/** Says that the records of an update are not read back where many travel together, though the configuration asks for it. */
export function warnOfReadBack({
  logger,
  properties,
}: ExecutionContext<{ readonly returnUpdatedRecord?: boolean }>): void {
  if (properties.returnUpdatedRecord !== true) return;
  logger.warn('returnUpdatedRecord has no effect with COMPOSITEAPI and BulkAPI2.0; it is for RESTAPI, one by one');
}
