import {
  type Document,
  type ErrorInfo,
  type ExecutionContext,
  isConnectorError,
  type OperationEvent,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { CsvBulkProperties } from '../../properties/bulk-properties.js';
import type { JobRequests } from './bulk-job.js';
import { type CheckedCsv, checkedCsv } from './checked-csv.js';
import { CsvSettlement, csvReceipt } from './csv-settlement.js';
import { contentMissing, hasNoContent, jobIdIn, reconcileByJob } from './job-reconciliation.js';

/** Settles a whole CSV whose end is unknown by its job: as at the end of a run, result sets included; read-only. A receipt that is about other data leaves it `unknown`. */
export async function* reconcileCsv(
  document: Document<CsvBulkProperties>,
  requests: JobRequests,
  context: ExecutionContext<CsvBulkProperties>,
): AsyncGenerator<readonly OperationEvent[]> {
  const { id, receipt } = document;
  const all = (info: ErrorInfo) => [{ ...failed([id], info), ...(receipt !== undefined && { receipt }) }];
  const jobId = jobIdIn(receipt);
  if (jobId !== undefined && hasNoContent(document)) {
    yield all(contentMissing(jobId));
    return;
  }
  const csv = await csvOf(document, context);
  const isOwn = jobId !== undefined && csv !== undefined && isSame(receipt, csvReceipt(jobId, csv));
  const settlement = new CsvSettlement(id, csv ?? { rows: 0, digest: '' });
  yield* reconcileByJob(
    isOwn ? jobId : undefined,
    requests,
    {
      all,
      async *settle(job, status) {
        yield* await settlement.readLater(job, status, context);
      },
    },
    context,
  );
}

/** `undefined`: it was never put into a job. */
async function csvOf(
  document: Document<CsvBulkProperties>,
  context: ExecutionContext<CsvBulkProperties>,
): Promise<CheckedCsv | undefined> {
  try {
    return await checkedCsv(document, context);
  } catch (error) {
    if (isConnectorError(error) && error.info.code === 'CSV_INVALID') return undefined;
    throw error;
  }
}

function isSame(receipt: Document<unknown>['receipt'], own: ReturnType<typeof csvReceipt>): boolean {
  const { rows, digest } = receipt as Partial<typeof own>;
  return rows === own.rows && digest === own.digest;
}
