/**
 * Bytes of CSV that one job takes. The service allows 150 MB and counts them in base64, which is a third longer.
 * Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Limits".
 */
export const MAX_JOB_BYTES = (150_000_000 / 4) * 3;

const MEGABYTE = 1_000_000;
const DEFAULT_BATCH_SIZE = 100;

/** Bytes of CSV in a job at the most, for a `batchSize` in megabytes. */
export function jobBytesFor(batchSize = DEFAULT_BATCH_SIZE): number {
  return Math.min(batchSize * MEGABYTE, MAX_JOB_BYTES);
}
