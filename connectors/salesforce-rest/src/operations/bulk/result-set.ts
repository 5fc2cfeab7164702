import type { Body, CallContext } from '@connector-runtime/core';
import { CsvError } from '../../csv/csv-error.js';
import { CsvReader } from '../../csv/csv-reader.js';
import { CREATED_COLUMN, ERROR_COLUMN, ID_COLUMN } from '../../result-columns.js';
import { ACCEPT_CSV } from '../../transport/headers.js';
import { protocolError } from '../../transport/refusals.js';
import { type BulkJob, withJob } from './bulk-job.js';

export type ResultSet = 'successfulResults' | 'failedResults' | 'unprocessedrecords';

export const RESULT_SETS: readonly ResultSet[] = ['successfulResults', 'failedResults', 'unprocessedrecords'];

/** Columns that the service puts before those that were uploaded. */
const OWN_COLUMNS: Readonly<Record<ResultSet, readonly string[]>> = {
  successfulResults: [ID_COLUMN, CREATED_COLUMN],
  failedResults: [ID_COLUMN, ERROR_COLUMN],
  unprocessedrecords: [],
};

const STEPS: Readonly<Record<ResultSet, string>> = {
  successfulResults: 'get bulk successful results',
  failedResults: 'get bulk failed results',
  unprocessedrecords: 'get bulk unprocessed records',
};

/** Fetches one set of a job's results, as it is. */
export function fetchResults(job: BulkJob, set: ResultSet, context: CallContext): Promise<Body> {
  return job.named(STEPS[set], async (step) => {
    const request = {
      step,
      method: 'GET',
      path: `${job.path}/${set}`,
      headers: job.headers(ACCEPT_CSV),
      effect: 'none',
    } as const;
    return (await job.transport.sendForCsv(request, context)).body;
  });
}

/** The columns that were uploaded, as a set shows them after its own; `undefined` where it has no rows. What is no CSV is a `protocol` error. */
export async function uploadedColumns(
  { id }: BulkJob,
  set: ResultSet,
  body: Body,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const reader = new CsvReader();
  const rows: string[][] = [];
  try {
    for await (const bytes of body.open(signal)) {
      rows.push(...reader.readBytes(bytes));
      if (rows.length > 1) break;
    }
    if (rows.length < 2) rows.push(...reader.end(true));
  } catch (error) {
    throw asUnreadable(error, set, id);
  }
  return rows.length > 1 ? rows[0]?.slice(OWN_COLUMNS[set].length) : undefined;
}

/** A set, its rows told by the columns that were uploaded. */
export class ReadSet {
  constructor(
    private readonly job: BulkJob,
    readonly set: ResultSet,
    private readonly body: Body,
    private readonly columns: readonly string[],
  ) {}

  /** Rows in portions, each with its header's cells. */
  async *rows(signal: AbortSignal): AsyncGenerator<{ header: readonly string[]; rows: readonly string[][] }> {
    const reader = new CsvReader();
    let header: readonly string[] | undefined;
    let isChecked = false;
    const portion = (rows: string[][]) => {
      header ??= rows.shift();
      // A set without rows may lack what was uploaded in its header.
      if (header !== undefined && rows.length > 0 && !isChecked) {
        this.checkHeader(header);
        isChecked = true;
      }
      return { header: header ?? [], rows };
    };
    try {
      for await (const bytes of this.body.open(signal)) yield portion(reader.readBytes(bytes));
      yield portion(reader.end(true));
    } catch (error) {
      throw asUnreadable(error, this.set, this.job.id);
    }
  }

  /** A row's cells as they were uploaded. */
  uploaded(cells: readonly string[]): readonly string[] {
    const own = OWN_COLUMNS[this.set].length;
    return own === 0 ? cells : cells.slice(own);
  }

  private checkHeader(header: readonly string[]): void {
    const due = [...OWN_COLUMNS[this.set], ...this.columns];
    const isDue = header.length === due.length && header.every((name, index) => name === due[index]);
    if (!isDue) throw new CsvError('its header is not the one that was uploaded');
  }
}

function asUnreadable(error: unknown, set: ResultSet, jobId: string): unknown {
  if (!(error instanceof CsvError)) return error;
  const message = `the ${set} cannot be read: ${error.message}`;
  return withJob(protocolError('RESULTS_UNREADABLE', message, 'none', error), jobId, STEPS[set]);
}
