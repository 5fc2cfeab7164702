import {
  type CallContext,
  ConnectorError,
  type Document,
  errorInfoOf,
  type HttpHeaders,
  isConnectorError,
} from '@connector-runtime/core';
import type { FieldDescribe, SObjectDescribe } from '../../describe/sobject-describe.js';
import { MAX_BODY_BYTES } from '../../service-limits.js';
import { COLLECTIONS_PATH, collectionsDeletePath, collectionsUpsertPath } from '../../transport/endpoints.js';
import type { ServiceRequest } from '../../transport/salesforce-transport.js';
import { comparableId, comparableKey } from '../comparable-key.js';
import { documentHeaders, type HeaderProperties } from '../document-headers.js';
import { isUniqueKey } from '../external-id-field.js';
import { checkDeleted } from '../object-type-check.js';
import type { Payload } from '../payload.js';

/** Of what stands around the records. */
const FRAME_BYTES = 100;
/** Of UTF-8 for each unit of a text, at the most. */
const MAX_UNIT_BYTES = 3;

/** What is done to the records of a collection, and in which form. `key`: the field that an upsert goes by. */
export type CollectionWrite = { readonly describe: SObjectDescribe; readonly payload: Payload } & (
  | { readonly verb: 'create' | 'update' | 'delete'; readonly key?: never }
  | { readonly verb: 'upsert'; readonly key: FieldDescribe }
);

/** One record of a request. */
export interface CollectionRecord {
  /** As it stands in the body of the request. */
  readonly text: string;
  readonly type: string;
  /** Of the record, where the document says it; else empty. */
  readonly id: string;
  /** What tells the record apart: equal where the service takes two for one. Empty where nothing does. */
  readonly key: string;
}

/** A document on its way into a request: with its record, or with the reason why it cannot go. */
export interface CollectionDocument<P> extends Document<P> {
  readonly headers: HttpHeaders;
  readonly record?: CollectionRecord;
  readonly refusal?: ConnectorError;
}

/** Reads each document for the requests to come; one that cannot be sent holds nothing up. */
export async function* readDocuments<P extends HeaderProperties>(
  documents: AsyncIterable<Document<P>>,
  write: CollectionWrite,
  context: CallContext,
): AsyncGenerator<CollectionDocument<P>> {
  const { payload, verb, describe } = write;
  // What a collection creates or updates may be of other types.
  const onlyType = verb === 'upsert' || verb === 'delete' ? describe.name : undefined;
  for await (const document of documents) {
    const { id, body, properties } = document;
    try {
      const headers = documentHeaders(payload.bothWays, properties);
      const text = await payload.checkedText(document, context, onlyType);
      yield { id, body, properties, headers, record: readRecord(text, write) };
    } catch (error) {
      // Whatever it was: nothing of the document was sent.
      const refusal = isConnectorError(error)
        ? error
        : new ConnectorError(errorInfoOf(error, 'none'), { cause: error });
      yield { id, body, properties, headers: payload.bothWays, refusal };
    }
  }
}

function readRecord(text: string, write: CollectionWrite): CollectionRecord {
  const { describe, payload } = write;
  if (write.verb === 'delete') {
    const { id } = payload.splitId(text);
    // The service is told ids alone, and deletes whatever they are of.
    checkDeleted(id, describe);
    return { text: id, type: '', id, key: comparableId(id) };
  }
  const part = payload.recordPart(text, describe.name, write.key?.name);
  const type = part.type.toLowerCase();
  if (write.verb !== 'upsert') {
    const id = write.verb === 'update' ? payload.splitId(text).id : '';
    return { text: part.text, type, id, key: comparableId(id) };
  }
  const isId = write.key.type === 'id';
  return { text: part.text, type, id: isId ? part.key : '', key: comparableKey(write.key, part.key) };
}

/**
 * Says whether a document may travel with those of a batch. Not where its headers differ, or its object type: a type that the service does not know refuses the whole request.
 * Not where the batch has its record already: the service refuses both, or the last one wins. And not where the request grew too large.
 * Of a batch that grows it looks at what is new only.
 */
export class TravelRule<P> {
  private batch: readonly CollectionDocument<P>[] = [];
  private known = 0;
  private first: CollectionDocument<P> | undefined;
  /** An estimate that is never too low, for measuring each text would take its time. */
  private atMostBytes = FRAME_BYTES;
  /** Known once it is needed. */
  private bytes: number | undefined;
  private readonly keys = new Set<string>();

  readonly together = (batch: readonly CollectionDocument<P>[], next: CollectionDocument<P>): boolean => {
    this.lookAt(batch);
    const { first } = this;
    const { record, headers } = next;
    if (record === undefined || first?.record === undefined) return true;
    if (first.record.type !== record.type || this.keys.has(record.key)) return false;
    if (first.headers !== headers && JSON.stringify(first.headers) !== JSON.stringify(headers)) return false;
    if (this.atMostBytes + MAX_UNIT_BYTES * (record.text.length + 1) <= MAX_BODY_BYTES) return true;
    this.bytes ??= batch.reduce((sum, document) => sum + bytesOf(document), FRAME_BYTES);
    return this.bytes + bytesOf(next) <= MAX_BODY_BYTES;
  };

  private lookAt(batch: readonly CollectionDocument<P>[]): void {
    if (batch !== this.batch) {
      this.batch = batch;
      this.known = 0;
      this.first = undefined;
      this.atMostBytes = FRAME_BYTES;
      this.bytes = undefined;
      this.keys.clear();
    }
    for (; this.known < batch.length; this.known += 1) {
      const document = batch[this.known];
      if (document?.record === undefined) continue;
      this.first ??= document;
      this.atMostBytes += MAX_UNIT_BYTES * (document.record.text.length + 1);
      if (this.bytes !== undefined) this.bytes += bytesOf(document);
      if (document.record.key !== '') this.keys.add(document.record.key);
    }
  }
}

/** Of a record in the body of a request, with what parts it from the next one. */
function bytesOf({ record }: CollectionDocument<unknown>): number {
  return record === undefined ? 0 : Buffer.byteLength(record.text) + 1;
}

/** The request for these records: address, body and effect. `repeatUpdates` as the connection has it. */
export function collectionRequest(
  write: CollectionWrite,
  records: readonly CollectionRecord[],
  allOrNone: boolean,
  repeatUpdates: boolean,
): Pick<ServiceRequest, 'method' | 'path' | 'effect'> & { readonly body?: string } {
  const { verb } = write;
  if (verb === 'delete') {
    const path = collectionsDeletePath(
      records.map(({ id }) => id),
      allOrNone,
    );
    return { method: 'DELETE', path, effect: 'repeatable' };
  }
  const body = write.payload.collectionBody(
    records.map(({ text }) => text),
    allOrNone,
  );
  const isRepeatable = repeatUpdates && mayGoAgain(write, records);
  return {
    method: verb === 'create' ? 'POST' : 'PATCH',
    path: verb === 'upsert' ? collectionsUpsertPath(write.describe.name, write.key.name) : COLLECTIONS_PATH,
    body,
    effect: isRepeatable ? 'repeatable' : 'once',
  };
}

/** A record that an upsert has no id of is created, each time that it is sent. */
function mayGoAgain(write: CollectionWrite, records: readonly CollectionRecord[]): boolean {
  if (write.verb === 'upsert') return isUniqueKey(write.key) && records.every(({ key }) => key !== '');
  return write.verb === 'update';
}
