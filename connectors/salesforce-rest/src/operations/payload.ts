import type { Body, CallContext, Document, HttpHeaders } from '@connector-runtime/core';
import type { BatchResult } from '../json/batch-reader.js';
import type { OpenList, QueryPage as PlainPage } from '../json/query-page.js';
import type { IdentifiedRecord } from '../json/record-id.js';
import type { RecordPart } from '../json/record-part.js';
import type { ServiceError } from '../transport/error-answer.js';

// What is cut out of a text has one shape in both forms; `json/` states it, and the compiler holds `xml/` to it.
export type { BatchResult, IdentifiedRecord, OpenList, RecordPart };

/**
 * One of the forms in which documents, requests, answers and results are written. The operations are the same in each: what differs is here.
 * Records and results are texts cut out of what came, never built anew: what they say stays as it was written.
 */
export interface Payload {
  readonly mediaType: string;
  /** Name of the form, for messages. */
  readonly form: 'XML' | 'JSON';
  /** Headers of calls that send nothing. */
  readonly accept: HttpHeaders;
  /** Headers of calls that send a body. */
  readonly bothWays: HttpHeaders;
  /** The document as it may be sent, unchanged. What is not of this form, or says that it is of another object type than this one, is a `validation` error, before anything is sent. */
  checkedBody(document: Document<unknown>, context: CallContext, objectType?: string): Promise<Body | Uint8Array>;
  /** The document's text under the same conditions. */
  checkedText(document: Document<unknown>, context: CallContext, objectType?: string): Promise<string>;
  /** Takes the id out of a record that was checked. A document without an id, or with an empty one, is a `validation` error. */
  splitId(text: string): IdentifiedRecord;
  /** The id in a record of the service; empty where it has none. Throws a {@link PayloadError}. */
  idOf(text: string): string;
  /** A checked record as one of several of a request. `type`: of its object where it says none; `keyName`: the field that tells it apart, if any. */
  recordPart(text: string, type: string, keyName?: string): RecordPart;
  /** The body of a request for such records. */
  collectionBody(records: readonly string[], allOrNone: boolean): string;
  /** One for each `result` of an answer, in order. Throws a {@link PayloadError}. */
  readCollectionResults(text: string): readonly CollectionResult[];
  /** A tree as it may be sent, unchanged, and the reference ids of its records, empty where one has none. */
  checkedTree(
    document: Document<unknown>,
    context: CallContext,
  ): Promise<{ readonly body: Body | Uint8Array; readonly referenceIds: readonly string[] }>;
  /** Throws a {@link PayloadError}. */
  readTreeAnswer(text: string): TreeAnswer;
  /** Splits an answer to a query. Throws a {@link PayloadError}. */
  readPage(text: string): QueryPage;
  /** A record of `page` with further child records written into its open lists. */
  completeRecord(
    record: string,
    page: QueryPage,
    lists: readonly OpenList[],
    further: readonly (readonly QueryPage[])[],
  ): string;
  /** What a write's answer says. Throws a {@link PayloadError}. */
  readResult(text: string): WriteResult;
  /** The body of a batch that updates a record and reads it. `path`: of the record, from the version on. */
  readBackBatch(path: string, record: string): string;
  /** Throws a {@link PayloadError}. */
  readBatchResults(text: string): readonly BatchResult[];
  /** The errors that an answer lists. Throws a {@link PayloadError}. */
  errorsIn(text: string): readonly ServiceError[];
  /** The result of a success that the service does not answer with one. `root`: as below. */
  successBody(id: string, root?: 'Result' | 'result'): string;
  /** The result of a document that was refused. `id`: of its record, empty where it was not found. Every error stands in it with its code, message and fields. `root`: of XML, `Result` where absent. */
  failureBody(message: string, id: string, errors: readonly ServiceError[], root?: 'Result' | 'result'): string;
  /** The answer to a query that only counts, as the service gives it. */
  countBody(count: number): string;
}

/** Text of the service that is not of the form that was asked for. */
export class PayloadError extends Error {}

/** A page of a query's answer, its records cut out of it. */
export interface QueryPage extends PlainPage {
  /** In XML: those of the page, which stand in each record. */
  readonly namespaces?: string;
}

/** What an answer to a write says of itself. */
export interface WriteResult {
  /** Absent: it says neither. */
  readonly success?: boolean;
  readonly errors: readonly ServiceError[];
  /** Of the record; absent where it tells none. */
  readonly id?: string;
}

/** What an answer says of one record of a request of many. `text`: cut out of the answer, as it was written. */
export interface CollectionResult extends WriteResult {
  readonly text: string;
  /** Empty where it tells none. */
  readonly id: string;
}

/** What an answer to a tree says. Empty texts where it says nothing. */
export interface TreeAnswer {
  readonly hasErrors: boolean;
  readonly results: readonly {
    readonly referenceId: string;
    readonly id: string;
    readonly errors: readonly ServiceError[];
  }[];
  /** Wherever they stand: also in a plain error list. */
  readonly errors: readonly ServiceError[];
}
