import { ConnectorError, type ErrorInfo } from '@connector-runtime/core';
import { errorOfAll, type ServiceError } from '../../transport/error-answer.js';
import { STATUS_STEP } from './bulk-job.js';
import type { JobStatus } from './job-status.js';

/** `CODE:message:fields --`, as the service writes it into `sf__Error`. */
function parseRowError(text: string): ServiceError {
  const [, code = '', rest = text] = /^([A-Z][A-Z0-9_]*):(.*)$/s.exec(text) ?? [];
  const [, message = rest, fields = ''] = /^(.*):([^:]*)--\s*$/s.exec(rest) ?? [];
  return {
    code,
    message,
    fields: fields
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  };
}

/** The error that a row of the failed results tells of. */
export function rowError(text: string, jobId: string): ErrorInfo {
  const error = parseRowError(text);
  const said = errorOfAll([error], error);
  return {
    category: 'validation',
    retryable: false,
    ...said,
    effect: 'none',
    code: said.code ?? 'SALESFORCE_ERROR',
    service: { code: error.code, jobId },
  };
}

/** A row that the job did not come to. */
export function notProcessed({ id, state, errorMessage }: JobStatus, stopped: ErrorInfo | undefined): ErrorInfo {
  if (stopped !== undefined) return { ...stopped, effect: 'none', service: { ...stopped.service, jobId: id } };
  const why = errorMessage === '' ? '' : `: ${errorMessage}`;
  const message = `bulk job ${id} ended ${state} before it came to this row${why}`;
  return {
    category: 'unavailable',
    code: 'BULK_ROW_UNPROCESSED',
    message,
    effect: 'none',
    retryable: true,
    service: { jobId: id },
  };
}

/** The error of every row of a job that {@link failedForItsData}. */
export function jobFailed({ id, errorMessage }: JobStatus): ErrorInfo {
  return {
    category: 'validation',
    code: 'BULK_JOB_FAILED',
    message: `bulk job ${id} failed: ${errorMessage}; nothing of it was applied`,
    effect: 'none',
    retryable: false,
    service: { jobId: id },
  };
}

/** A row of which the results say nothing, or several things. */
export function unclear({ id, state, errorMessage }: JobStatus, stopped: ErrorInfo | undefined): ErrorInfo {
  const message = `the results of bulk job ${id}, which ended ${state}, do not tell what became of this row`;
  const reasons = [errorMessage, stopped?.message ?? ''].filter((reason) => reason !== '');
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  return {
    category: 'protocol',
    code: 'BULK_RESULT_UNCLEAR',
    message: message + why,
    effect: 'unknown',
    retryable: false,
    service: { jobId: id },
  };
}

/** A job that was to be aborted goes on. */
export function staysRunning({ id, state }: JobStatus): ConnectorError {
  return new ConnectorError({
    category: 'unavailable',
    code: 'BULK_JOB_RUNNING',
    message: `bulk job ${id} was to be aborted and stays in state ${state}`,
    effect: 'unknown',
    retryable: true,
    step: STATUS_STEP,
    service: { jobId: id },
  });
}

/** What is known of a job that cannot be asked any more, or whose results cannot be read. `stopped`: why we stopped it, if we did. */
export function lostJob(jobId: string, cause: ErrorInfo, stopped?: ErrorInfo): ErrorInfo {
  const after = stopped === undefined || stopped.message === cause.message ? '' : ` (after: ${stopped.message})`;
  const message = `what became of bulk job ${jobId} cannot be told: ${cause.message}${after}`;
  return { ...cause, effect: 'unknown', message, service: { ...cause.service, jobId } };
}

/** The job as such was refused for its data, and took up no row: where its result sets name none either, nothing was applied. The counter alone shows nothing, for it may lag. */
export function failedForItsData({ state, processed, errorMessage }: JobStatus): boolean {
  return state === 'Failed' && processed === 0 && blamesData(errorMessage);
}

/** Is the data to blame for the failure of a job, by the job's own message? */
export function blamesData(errorMessage: string): boolean {
  return /^(?:InvalidBatch|ClientInputError|InvalidJob)\b/.test(errorMessage);
}
