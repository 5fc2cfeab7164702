import {
  type Body,
  type CallContext,
  ConnectorError,
  type ExecutionContext,
  type Json,
  type ProgressEvent,
} from '@connector-runtime/core';
import { countRows } from '../../csv/row-count.js';
import type { PollProperties } from '../../properties/bulk-properties.js';
import { queryResultsPath } from '../../transport/endpoints.js';
import { ACCEPT_CSV } from '../../transport/headers.js';
import { protocolError } from '../../transport/refusals.js';
import { BulkJob, type JobRequests, STATUS_STEP, withJob } from './bulk-job.js';
import { pollJob } from './job-poller.js';
import { hasEnded, type JobStatus } from './job-status.js';
import { readUntilWhole } from './whole-reading.js';

/** In which pages are read. */
export const RESULTS_STEP = 'get bulk query results';

/** A page of a query job's rows: a whole CSV with a header. */
export interface RowPage {
  readonly type: 'page';
  readonly body: Body;
  readonly rows: number;
  /** Object type of the records, as the service spells it; empty where it does not say. */
  readonly object: string;
  /** Of the job. */
  readonly jobId: string;
}

/** What a query job is to do. */
export interface QueryJobSpec {
  readonly settings: Json;
  /** Rows of a page at the most; as the service divides them where absent. */
  readonly pageSize: number | undefined;
}

/**
 * Runs a query job and gives its pages, each proven whole before it is given: by its transfer, by how it ends and by the number of rows that the service says.
 * Ends without an error only if all rows that the job counts were given. A job that is left before it is known to have ended is aborted and deleted; one that ended by itself stays, for those who look into it.
 * Source: Bulk API 2.0 Developer Guide, "Get Results for a Query Job".
 */
export async function* queryPages(
  requests: JobRequests,
  { settings, pageSize }: QueryJobSpec,
  context: ExecutionContext<PollProperties>,
): AsyncGenerator<RowPage | ProgressEvent> {
  const { cleanup } = context;
  const job = await BulkJob.create(requests, settings, context);
  let isOver = false;
  try {
    let ended: JobStatus | undefined;
    for await (const status of pollJob(job, context.properties, context)) {
      ended = status;
      isOver = hasEnded(status);
      yield { type: 'progress', done: 0, unit: 'records' };
    }
    const total = rowsOf(job, ended);
    for await (const page of pagesOf(job, total, pageSize, context))
      yield page.type === 'page' ? { ...page, object: ended?.object ?? '', jobId: job.id } : page;
  } finally {
    if (!isOver) await job.discard(cleanup);
  }
}

function rowsOf(job: BulkJob, ended: JobStatus | undefined): number {
  if (ended?.state === 'JobComplete') return ended.processed ?? 0;
  const why = ended === undefined || ended.errorMessage === '' ? '' : `: ${ended.errorMessage}`;
  throw new ConnectorError({
    category: 'unavailable',
    code: ended?.state === 'Aborted' ? 'BULK_JOB_ABORTED' : 'BULK_JOB_FAILED',
    message: `query job ${job.id} ended ${ended?.state ?? 'nowhere'}${why}`,
    effect: 'none',
    retryable: true,
    step: STATUS_STEP,
    service: { jobId: job.id },
  });
}

async function* pagesOf(
  job: BulkJob,
  total: number,
  pageSize: number | undefined,
  context: CallContext,
): AsyncGenerator<Omit<RowPage, 'object' | 'jobId'> | ProgressEvent> {
  const used = new Set<string>();
  let done = 0;
  let locator: string | undefined;
  do {
    const page: Page = await readPage(job, locator, pageSize, context);
    done += page.rows;
    if (done > total || (page.next === undefined && done !== total))
      throw incomplete(job, `the service counts ${total} rows and gave ${done}`);
    if (page.next !== undefined && page.rows === 0)
      throw incomplete(job, 'a page without rows says that there are more');
    if (page.next !== undefined && used.has(page.next)) throw incomplete(job, 'the service names a page a second time');
    locator = page.next;
    if (locator !== undefined) used.add(locator);
    yield { type: 'page', body: page.body, rows: page.rows };
    yield { type: 'progress', done, total, unit: 'records' };
  } while (locator !== undefined);
}

interface Page {
  readonly body: Body;
  readonly rows: number;
  /** Locator of the next page; absent on the last. */
  readonly next: string | undefined;
}

/** A page as it came. */
interface PageReading {
  readonly body: Body;
  readonly rows: number;
  /** What shows that it is not whole. */
  readonly flaw: string | undefined;
  readonly locator: string | undefined;
}

/** Reads a page until it is whole. */
function readPage(
  job: BulkJob,
  locator: string | undefined,
  maxRecords: number | undefined,
  context: CallContext,
): Promise<Page> {
  return job.named(RESULTS_STEP, async () => {
    const { body, rows, flaw, ...page } = await readUntilWhole(
      () => readPageOnce(job, locator, maxRecords, context),
      (reading) => reading.flaw === undefined,
      context,
    );
    if (flaw !== undefined) throw protocolError('PAGE_INCOMPLETE', `a page of the results ${flaw}`, 'none');
    const next = page.locator ?? '';
    if (next === '')
      throw protocolError('LOCATOR_MISSING', 'a page of the results does not say what follows it', 'none');
    return { body, rows, next: next === 'null' ? undefined : next };
  });
}

async function readPageOnce(
  job: BulkJob,
  locator: string | undefined,
  maxRecords: number | undefined,
  context: CallContext,
): Promise<PageReading> {
  const path = queryResultsPath(job.id, locator, maxRecords);
  const headers = job.headers(ACCEPT_CSV);
  const { body, headers: told } = await job.transport.sendForCsv(
    { step: RESULTS_STEP, method: 'GET', path, headers, effect: 'none' },
    context,
  );
  const { rows, isWhole } = await countRows(body.open(context.signal));
  const said = told['sforce-numberofrecords'];
  const isOther = said !== undefined && said !== String(rows);
  const flaw = !isWhole ? 'breaks off' : isOther ? `has ${rows} rows where the service says ${said}` : undefined;
  return { body, rows, flaw, locator: told['sforce-locator'] };
}

function incomplete(job: BulkJob, message: string): unknown {
  return withJob(protocolError('PAGES_INCOMPLETE', message, 'none'), job.id, RESULTS_STEP);
}
