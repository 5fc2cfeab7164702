import { MAX_JOB_BYTES } from '../../service-limits.js';

const MEGABYTE = 1_000_000;
const DEFAULT_BATCH_SIZE = 100;

/** Bytes of CSV in a job at the most, for a `batchSize` in megabytes. */
export function jobBytesFor(batchSize = DEFAULT_BATCH_SIZE): number {
  return Math.min(batchSize * MEGABYTE, MAX_JOB_BYTES);
}
