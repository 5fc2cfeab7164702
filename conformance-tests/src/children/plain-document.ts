import type { Json } from '@connector-runtime/core';
import type { DocumentInput } from '@connector-runtime/runtime';

/** A document as JSON carries it to another process. */
export interface PlainDocument {
  readonly id: string;
  readonly mediaType: string;
  readonly base64: string;
  readonly properties?: Json;
}

export function documentOf({ base64, ...document }: PlainDocument): DocumentInput {
  return { ...document, body: Buffer.from(base64, 'base64') };
}
