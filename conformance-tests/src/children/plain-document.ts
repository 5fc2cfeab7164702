import type { Json } from '@connector-runtime/core';
import type { DocumentInput } from '@connector-runtime/runtime';
import type { Sample } from '../subject.js';

/** A document as JSON carries it to another process. */
export interface PlainDocument {
  readonly id: string;
  readonly mediaType: string;
  readonly base64: string;
  readonly properties?: Json;
}

/** As the host gives it. */
export function inputOf({ base64, ...document }: PlainDocument): DocumentInput {
  return { ...document, body: Buffer.from(base64, 'base64') };
}

/** Documents as JSON carries them to another process. */
export function plainDocuments(samples: readonly Sample[]): readonly PlainDocument[] {
  return samples.map(({ key, mediaType, body, properties }) => ({
    id: key,
    mediaType,
    base64: Buffer.from(body).toString('base64'),
    ...(properties === undefined ? {} : { properties }),
  }));
}
