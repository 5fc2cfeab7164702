import {
  type Body,
  type CallContext,
  type Document,
  type ExecutionContext,
  isConnectorError,
  type OperationEvent,
  statusOfError,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { SalesforceTransport } from '../../transport/salesforce-transport.js';
import type { HeaderProperties } from '../document-headers.js';
import type { BulkJob } from './bulk-job.js';
import { cellOf } from './cell.js';
import { type FetchSet, IngestResults } from './ingest-results.js';
import type { PreparationRules } from './job-preparation.js';
import { contentMissing, hasNoContent, jobIdIn, reconcileByJob } from './job-reconciliation.js';
import type { JobStatus } from './job-status.js';
import type { RecordForm } from './record-form.js';
import { fetchResults, RESULT_SETS, type ResultSet, uploadedColumns } from './result-set.js';
import { RowIdentity } from './row-identity.js';
import { RowIndex } from './row-index.js';

/** What the rows of a job are told by, in another process. */
interface Reconciliation<P> {
  readonly transport: SalesforceTransport;
  readonly form: RecordForm;
  readonly rules: PreparationRules<P>;
}

/** So many documents are sorted by their jobs at a time. */
const MAX_TOGETHER = 100_000;

/**
 * Settles documents whose end is unknown by the state and results of the job that their receipts name; read-only. A job that still runs, or is gone, leaves them `unknown`.
 * Rows are tied back as in the run itself: by their key, or by their text, which is made of the document again with the columns that the job's results show.
 */
export async function* reconcileRows<P extends HeaderProperties>(
  documents: AsyncIterable<Document<P>>,
  reconciliation: Reconciliation<P>,
  context: ExecutionContext<P>,
): AsyncGenerator<readonly OperationEvent[]> {
  for await (const groups of receiptGroups(documents))
    for (const [jobId, together] of groups) yield* reconcileJob(jobId, together, reconciliation, context);
}

/** Documents by the job that their receipts name, in portions: receipts of several jobs may alternate, and each job's results are read once a portion. */
async function* receiptGroups<P>(
  documents: AsyncIterable<Document<P>>,
): AsyncGenerator<ReadonlyMap<string | undefined, readonly Document<P>[]>> {
  let groups = new Map<string | undefined, Document<P>[]>();
  let count = 0;
  for await (const document of documents) {
    const jobId = jobIdIn(document.receipt);
    const group = groups.get(jobId);
    if (group === undefined) groups.set(jobId, [document]);
    else group.push(document);
    count += 1;
    if (count < MAX_TOGETHER) continue;
    yield groups;
    groups = new Map();
    count = 0;
  }
  if (count > 0) yield groups;
}

function reconcileJob<P extends HeaderProperties>(
  jobId: string | undefined,
  documents: readonly Document<P>[],
  { transport, form, rules }: Reconciliation<P>,
  context: ExecutionContext<P>,
): AsyncGenerator<readonly OperationEvent[]> {
  const ids = documents.map(({ id }) => id);
  const { restHeaders } = context.properties;
  return reconcileByJob(
    jobId,
    { transport, kind: 'ingest', restHeaders },
    {
      all: (info) =>
        documents.map(({ id, receipt }) => ({ ...failed([id], info), ...(receipt !== undefined && { receipt }) })),
      settle: (job, status) => settle(job, status, ids, documents, form, rules, context),
    },
    context,
  );
}

async function* settle<P>(
  job: BulkJob,
  status: JobStatus,
  ids: readonly string[],
  documents: readonly Document<P>[],
  form: RecordForm,
  rules: PreparationRules<P>,
  context: ExecutionContext<P>,
): AsyncGenerator<readonly OperationEvent[]> {
  const sets = fetchedSets(job);
  const columns = await columnsOf(job, sets, context);
  const index = RowIndex.seeded(context.clock);
  const identity = new RowIdentity(columns, rules.key);
  for (const [place, document] of documents.entries()) {
    try {
      const { cells } = await rules.read(document);
      index.add(identity.of(columns.map((column) => cellOf(cells.get(column)))));
    } catch (error) {
      if (!isConnectorError(error) || statusOfError(error.info) !== 'applicationError') throw error;
      // Not the document that the row was made of, or the object has changed: no row is told by it.
      index.add(`\0\0${place}`);
    }
  }
  const results = new IngestResults(
    job,
    { ids, index, identity, columns, receiptOf: (row) => documents[row]?.receipt ?? null },
    form,
    sets,
  );
  await results.readOnce(context);
  const blank = new Set(documents.filter(hasNoContent).map(({ id }) => id));
  for await (const events of results.events(status, undefined, context))
    yield events.map((event) => {
      const [id = ''] = event.inputs;
      if (event.error?.code !== 'BULK_RESULT_UNCLEAR' || !blank.has(id)) return event;
      return { ...event, ...failed([id], contentMissing(job.id)) };
    });
}

/** The sets of a job that has ended, each fetched once. */
function fetchedSets(job: BulkJob): FetchSet {
  const fetched = new Map<ResultSet, Promise<Body>>();
  return (set, context) => {
    const body = fetched.get(set) ?? fetchResults(job, set, context);
    fetched.set(set, body);
    return body;
  };
}

/** The columns that were uploaded, by the first set that has rows: one without rows may lack them in its header. None where no set tells them. */
async function columnsOf(job: BulkJob, fetch: FetchSet, context: CallContext): Promise<readonly string[]> {
  for (const set of RESULT_SETS) {
    try {
      const columns = await uploadedColumns(job, set, await fetch(set, context), context.signal);
      if (columns !== undefined) return columns;
    } catch (error) {
      // The others may tell.
      if (context.signal.aborted || !isConnectorError(error)) throw error;
    }
  }
  return [];
}
