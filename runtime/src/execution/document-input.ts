import type { Body, ErrorInfo, Json, JsonRecord } from '@connector-runtime/core';

/** A document as a host gives it. */
export interface DocumentInput {
  /** Unique in the execution; absent: one is minted ("doc-1"). */
  readonly id?: string;
  /** Text and bytes are taken as they are, a stream is read once, any other object or array is written as JSON. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | Body | JsonRecord;
  /** Absent: the operation's first accepted type, for a JSON value `application/json`. */
  readonly mediaType?: string;
  /** The operation's dynamic properties, for this document. */
  readonly properties?: Json;
  /** For `reconcile`: from the document's earlier result. */
  readonly receipt?: Json;
  /** Names the document where its own id cannot be used: "line-17". */
  readonly place?: string;
}

/** What stands where a document should be and is none: it gets an `applicationError` and the rest goes on. */
export interface RefusedInput {
  readonly id: string;
  readonly refused: ErrorInfo;
}

export type Documents = Iterable<DocumentInput | RefusedInput> | AsyncIterable<DocumentInput | RefusedInput>;

/**
 * Documents that are finite and at hand: the runtime reads them to their end, so that what an operation never took is `notAttempted`.
 * Arrays and sets are so by themselves; an async source (files of a folder) says it by `finite`.
 */
export type FiniteDocuments = AsyncIterable<DocumentInput | RefusedInput> & { readonly finite: true };

/** Are these documents finite and at hand? */
export function areAtHand(documents: Documents): boolean {
  return Array.isArray(documents) || documents instanceof Set || ('finite' in documents && documents.finite === true);
}
