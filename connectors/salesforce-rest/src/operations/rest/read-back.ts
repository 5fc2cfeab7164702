import { ConnectorError } from '@connector-runtime/core';
import { errorsIn, textOf } from '../../transport/error-answer.js';
import { protocolError } from '../../transport/refusals.js';
import { type BatchResult, readBatchResults } from '../../xml/batch-reader.js';
import { escapeXml } from '../../xml/xml-text.js';
import { checkWritten, parseAnswer, refusalInside } from '../outcomes.js';

/** What became of an update with read-back; a refused update is thrown. */
export interface ReadBack {
  /** The record as it is now. */
  readonly record?: string;
  /** Why it could not be read, though it was updated. */
  readonly reason?: string;
}

/** The body of a batch that updates a record and reads it. `path` is the record's from the version on: `v64.0/sobjects/Account/001…`. */
export function readBackBatch(path: string, record: string): string {
  const url = escapeXml(path);
  return (
    '<?xml version="1.0" encoding="UTF-8"?><batch><batchRequests>' +
    `<request><method>PATCH</method><url>${url}</url><richInput>${record}</richInput></request>` +
    `<request><method>GET</method><url>${url}</url></request>` +
    '</batchRequests></batch>'
  );
}

/** Reads the batch's answer: first the update's part, then that of the reading. `earlier`: what attempts before this one may have done. */
export function readReadBack(text: string, earlier: 'none' | 'unknown'): ReadBack {
  const [update, read] = results(text);
  if (update === undefined)
    throw protocolError('ANSWER_UNEXPECTED', 'the answer to a batch holds no result', 'unknown');
  if (update.status >= 300) throw refusalOf(update, earlier);
  checkWritten({ status: update.status, text: update.content, earlier });
  if (read !== undefined && read.status < 300 && read.content !== '') return { record: read.content };
  return { reason: reasonOf(read) };
}

function results(text: string): readonly BatchResult[] {
  try {
    return readBatchResults(text);
  } catch (error) {
    throw protocolError('ANSWER_UNEXPECTED', 'the answer to a batch cannot be read', 'unknown', error);
  }
}

function refusalOf({ status, content }: BatchResult, earlier: 'none' | 'unknown'): ConnectorError {
  const errors = content === '' ? [] : errorsIn(parseAnswer(content));
  const effect = status >= 500 ? 'unknown' : earlier;
  if (errors.length > 0) {
    const refusal = refusalInside(errors, earlier);
    const category =
      status >= 500 ? 'unavailable' : status === 404 ? 'notFound' : status === 403 ? 'permission' : undefined;
    const { info } = refusal;
    return new ConnectorError({
      ...info,
      ...(category === undefined || info.category !== 'validation' ? {} : { category }),
      effect: info.retryable ? earlier : effect,
      service: { ...info.service, httpStatus: status },
    });
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

function reasonOf(read: BatchResult | undefined): string {
  if (read === undefined) return 'no answer to it';
  const text = read.content === '' ? '' : textOf(errorsIn(parseAnswer(read.content)));
  return text === '' ? `status ${read.status}` : text;
}
