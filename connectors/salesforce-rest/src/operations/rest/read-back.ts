import { ConnectorError } from '@connector-runtime/core';
import { type ServiceError, textOf } from '../../transport/error-answer.js';
import { protocolError } from '../../transport/refusals.js';
import { checkSameRecord, checkWritten, readWritten, refusalInside } from '../outcomes.js';
import type { BatchResult, Payload } from '../payload.js';

/** What became of an update with read-back; a refused update is thrown. */
export interface ReadBack {
  /** The record as it is now. */
  readonly record?: string;
  /** Why it could not be read, though it was updated. */
  readonly reason?: string;
}

/** Reads the batch's answer: first the update's part, then that of the reading. `earlier`: what attempts before this one may have done; `id`: of the record. */
export function readReadBack(text: string, earlier: 'none' | 'unknown', payload: Payload, id: string): ReadBack {
  const [update, read, further] = readWritten(() => payload.readBatchResults(text));
  if (update === undefined)
    throw protocolError('ANSWER_UNEXPECTED', 'the answer to a batch holds no result', 'unknown');
  if (further !== undefined)
    throw protocolError('ANSWER_UNEXPECTED', 'the answer to a batch of two holds more results', 'unknown');
  if (update.status >= 300) throw refusalOf(update, earlier, payload);
  checkWritten({ status: update.status, text: update.content, earlier }, payload, id);
  if (read !== undefined && read.status < 300 && read.content !== '') {
    const { content } = read;
    checkSameRecord(
      id,
      readWritten(() => payload.idOf(content)),
    );
    return { record: content };
  }
  return { reason: reasonOf(read, payload) };
}

function refusalOf({ status, content }: BatchResult, earlier: 'none' | 'unknown', payload: Payload): ConnectorError {
  const errors = errorsOf(content, payload);
  const effect = status >= 500 ? 'unknown' : earlier;
  if (errors.length > 0) {
    const refusal = refusalInside(errors, earlier);
    const category =
      status >= 500 ? 'unavailable' : status === 404 ? 'notFound' : status === 403 ? 'permission' : undefined;
    const { info } = refusal;
    return new ConnectorError(
      {
        ...info,
        ...(category === undefined || info.category !== 'validation' ? {} : { category }),
        effect: info.retryable ? earlier : effect,
        service: { ...info.service, httpStatus: status },
      },
      { cause: refusal.cause },
    );
  }
  return new ConnectorError({
    category: status >= 500 ? 'unavailable' : 'validation',
    code: 'SALESFORCE_ERROR',
    message: `the service answered the update with status ${status} and no error text`,
    effect,
    retryable: false,
    service: { httpStatus: status },
  });
}

function reasonOf(read: BatchResult | undefined, payload: Payload): string {
  if (read === undefined) return 'no answer to it';
  const text = textOf(errorsOf(read.content, payload));
  return text === '' ? `status ${read.status}` : text;
}

function errorsOf(content: string, payload: Payload): readonly ServiceError[] {
  return content === '' ? [] : readWritten(() => payload.errorsIn(content));
}
