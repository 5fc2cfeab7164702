import {
  type Body,
  type CallContext,
  type ExecutionContext,
  isConnectorError,
  type Json,
} from '@connector-runtime/core';
import { CSV } from '../../transport/headers.js';
import { BulkJob, type JobRequests } from './bulk-job.js';

/** A loss in the middle of an upload costs a whole new job. */
const MAX_JOBS = 3;

/**
 * Makes an ingest job and puts its data there. Where the answer to the upload is lost, nobody knows what the job holds: if it is still open it is discarded, and another one made.
 * Throws as the upload did, also with effect `unknown`; but nothing was applied: a job that is open applies nothing, and is discarded.
 */
export async function uploadedJob(
  requests: JobRequests,
  settings: Json,
  csv: Body,
  context: ExecutionContext<unknown>,
): Promise<BulkJob> {
  for (let jobs = 1; ; jobs += 1) {
    const job = await BulkJob.create(requests, settings, context);
    let isUploaded = false;
    try {
      await upload(job, csv, context);
      isUploaded = true;
      return job;
    } catch (error) {
      const isLost = isConnectorError(error) && error.info.effect === 'unknown' && error.info.retryable;
      if (!isLost || context.signal.aborted || jobs >= MAX_JOBS) throw error;
    } finally {
      // On time of its own: a cancel in the middle of it would leave the job open.
      if (!isUploaded) await job.discard(context.cleanup);
    }
  }
}

async function upload(job: BulkJob, csv: Body, context: CallContext): Promise<void> {
  await job.named('upload bulk batch', async (step) => {
    await job.transport.send(
      {
        step,
        method: 'PUT',
        path: await uploadPath(job, context),
        headers: job.headers({ accept: 'application/json', 'content-type': CSV }),
        body: csv,
        effect: 'once',
      },
      context,
    );
  });
}

/** The address that the service names, if it is its own. */
function uploadPath(job: BulkJob, context: CallContext): Promise<string> {
  const { contentUrl } = job;
  return contentUrl === undefined ? Promise.resolve(`${job.path}/batches`) : job.transport.pathOf(contentUrl, context);
}
