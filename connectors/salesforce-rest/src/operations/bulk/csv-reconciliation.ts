import { type Document, type ExecutionContext, isConnectorError, type OperationEvent } from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { CsvBulkProperties } from '../../properties/bulk-properties.js';
import type { JobRequests } from './bulk-job.js';
import { type CheckedCsv, checkedCsv } from './checked-csv.js';
import { CsvSettlement, csvReceipt } from './csv-settlement.js';
import { jobIdIn, reconcileByJob } from './job-reconciliation.js';

/** Settles a whole CSV whose end is unknown by its job: as at the end of a run, result sets included; read-only. A receipt that is about other data leaves it `unknown`. */
export async function* reconcileCsv(
  document: Document<CsvBulkProperties>,
  requests: JobRequests,
  context: ExecutionContext<CsvBulkProperties>,
): AsyncGenerator<readonly OperationEvent[]> {
  const { id, receipt } = document;
  const csv = await csvOf(document, context);
  const named = jobIdIn(receipt);
  const isOwn = named !== undefined && csv !== undefined && isSame(receipt, csvReceipt(named, csv));
  const settlement = new CsvSettlement(id, csv ?? { rows: 0, digest: '' });
  yield* reconcileByJob(
    isOwn ? named : undefined,
    requests,
    {
      all: (info) => [{ ...failed([id], info), ...(receipt !== undefined && { receipt }) }],
      async *settle(job, status) {
        yield* await settlement.read(job, status, undefined, context);
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
