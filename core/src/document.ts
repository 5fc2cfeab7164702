import type { Json } from './json.js';

/** Properties of a connection or operation: checked, defaults filled in, frozen. Secrets are `Secret`s. Give `Operation<P>` a type of your own to read them without casts. */
export type Properties = Readonly<Record<string, unknown>>;

/** One unit of input. Readable until its result was taken by the host. */
export interface Document<P = Properties> {
  /** Minted by the runtime unless the host names it; unique in the execution. */
  readonly id: string;
  readonly body: Body;
  /** The operation's very object where the document overrides nothing (compare with `===` to group), else a copy with its dynamic ones merged in and checked. */
  readonly properties: P;
  /** Only in `reconcile`: what the operation put into this document's earlier result. */
  readonly receipt?: Json;
}

/** Bytes with a media type: a document's content or an answer's. */
export interface Body {
  /** Such as `application/xml`, without parameters. */
  readonly mediaType: string;
  /** Known for what is in memory or in a file. */
  readonly sizeBytes?: number;
  /** False: bytes are given once, and a second `open` throws `BODY_CONSUMED`. True: each call starts at the first byte. */
  readonly repeatable: boolean;
  /** The bytes, as they come. Ends with the signal's reason when that aborts. */
  open(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Decoded as UTF-8, strictly; a byte order mark is dropped. Larger than `maxBytes`: `tooLarge`. Not UTF-8: `validation` for a document, `protocol` for an answer. */
  text(maxBytes: number): Promise<string>;
  /** All bytes; larger than `maxBytes`: `tooLarge`. */
  bytes(maxBytes: number): Promise<Uint8Array>;
  /** Parsed as JSON; not JSON: `validation` for a document, `protocol` for an answer. */
  json(maxBytes: number): Promise<Json>;
}
