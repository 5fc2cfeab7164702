import { ConnectorError, type Document, isConnectorError, type ResultEvent } from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import type { SObjectDescribe } from '../../describe/sobject-describe.js';
import type { ServiceError } from '../../transport/error-answer.js';
import { protocolError } from '../../transport/refusals.js';
import { isGoneCode } from '../../transport/service-codes.js';
import { comparableId } from '../comparable-key.js';
import { accepted, readWritten, refusalInside, withNearestField } from '../outcomes.js';
import type { CollectionResult, Payload } from '../payload.js';
import type { CollectionRecord } from './collections-request.js';

const ROLLED_BACK = 'ALL_OR_NONE_OPERATION_ROLLED_BACK';

/** A document and the record that was sent for it. */
export interface SentRecord {
  readonly document: Document<unknown>;
  readonly record: CollectionRecord;
}

/** How the request was sent whose answer is read. */
export interface SentHow {
  /** What was done, for errors. */
  readonly step: string;
  readonly isDelete: boolean;
  readonly allOrNone: boolean;
  readonly describe: SObjectDescribe;
  readonly payload: Payload;
  /** What attempts before the answered one may have done. */
  readonly earlier: 'none' | 'unknown';
}

/**
 * What a collections answer says of each record that was sent. The i-th result is that of the i-th record, if there are as many and no id that both know differs;
 * else a record's own is the one that tells its id, and what stays without is `unknown`. The body of an event is the service's `result`, attributes kept, unless that tells of a record that a lost attempt deleted.
 */
export function collectionResults(sent: readonly SentRecord[], text: string, how: SentHow): readonly ResultEvent[] {
  const items = readWritten(() => how.payload.readCollectionResults(text));
  const own = tied(sent, items);
  const all = judged(items, how);
  return sent.map((one, index) => {
    const item = own[index];
    if (item !== undefined) return outcomeOf(one, item, all, how);
    const message = `the service answered ${sent.length} records with ${items.length} results that cannot be told apart: what became of this one is not known`;
    return unclear(one.document, message, how);
  });
}

/** The result of each record; `undefined` where it cannot be told. */
function tied(
  sent: readonly SentRecord[],
  items: readonly CollectionResult[],
): readonly (CollectionResult | undefined)[] {
  const isSame = (known: string, told: string) => comparableId(known) === comparableId(told);
  const made = items.filter(({ success, id }) => success === true && id !== '').map(({ id }) => comparableId(id));
  const isInOrder =
    items.length === sent.length &&
    new Set(made).size === made.length &&
    sent.every(({ record }, index) => {
      const told = items[index]?.id ?? '';
      return record.id === '' || told === '' || isSame(record.id, told);
    });
  if (isInOrder) return items;
  return sent.map(({ record }) => {
    if (record.id === '') return undefined;
    const [item, ...others] = items.filter(({ id }) => isSame(record.id, id));
    return others.length === 0 ? item : undefined;
  });
}

/** What the results say together. */
interface Judged {
  /** All or none, and one failed: none was carried out. */
  readonly isRolledBack: boolean;
  /** Every refusal passes by itself: the whole set may go again. */
  readonly isTransient: boolean;
  /** Every record is gone already. */
  readonly isAllGone: boolean;
}

function judged(items: readonly CollectionResult[], { allOrNone, earlier }: SentHow): Judged {
  const causes = items.filter(({ success, errors }) => success === false && !isRollback(errors));
  return {
    isRolledBack: allOrNone && items.some(({ success }) => success === false),
    isTransient: causes.length > 0 && causes.every(({ errors }) => refusalInside(errors, earlier).info.retryable),
    isAllGone: items.every(isGone),
  };
}

const isRollback = (errors: readonly ServiceError[]): boolean => errors[0]?.code === ROLLED_BACK;
const isGone = ({ errors }: CollectionResult): boolean => errors.some(({ code }) => isGoneCode(code));

function unclear(document: Document<unknown>, message: string, { step }: SentHow): ResultEvent {
  const { info } = protocolError('ANSWER_UNEXPECTED', message, 'unknown');
  return failed([document.id], { ...info, step });
}

function outcomeOf({ document, record }: SentRecord, item: CollectionResult, all: Judged, how: SentHow): ResultEvent {
  const { step, isDelete, allOrNone, describe, earlier, payload } = how;
  if (item.success === true && !all.isRolledBack) return accepted(document, '200', payload, item.text);
  if (item.success !== false) {
    const message = all.isRolledBack
      ? 'the service says that this record was written though not all were, under all or none'
      : 'the service answered a write with neither success nor errors';
    return unclear(document, message, how);
  }
  if (isDelete && earlier === 'unknown' && isGone(item) && (!allOrNone || all.isAllGone)) {
    const body = payload.successBody(item.id === '' ? record.id : item.id, 'result');
    return {
      ...accepted(document, '200', payload, body),
      message: 'success: deleted by an attempt whose answer was lost',
    };
  }
  const refusal = withNearestField(refusalInside(item.errors, earlier), describe);
  if (!isConnectorError(refusal)) throw refusal;
  // One that was rolled back with the others must not go again without them.
  const retryable = allOrNone ? all.isTransient : refusal.info.retryable;
  const { info } = new ConnectorError({ ...refusal.info, step, retryable });
  return { ...failed([document.id], info), body: item.text, mediaType: payload.mediaType };
}
