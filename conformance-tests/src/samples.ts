import type { Json } from '@connector-runtime/core';
import type { DocumentInput } from '@connector-runtime/runtime';
import type { Sample } from './subject.js';

/** Samples as documents, named by their keys. */
export function documentsOf(samples: readonly Sample[]): DocumentInput[] {
  return samples.map(documentOf);
}

/** A sample as a document, named by its key. */
export function documentOf({ key, mediaType, body, properties }: Sample): DocumentInput {
  return { id: key, mediaType, body, ...(properties === undefined ? {} : { properties }) };
}

/** The fields that the ledger must say of a sample; `undefined` where only the author could tell. */
export function dataOf({ data, mediaType, body }: Sample): Readonly<Record<string, Json>> | undefined {
  if (data !== undefined) return data;
  if (mediaType !== 'application/json') return undefined;
  const value = JSON.parse(Buffer.from(body).toString()) as Json;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : undefined;
}

/** A text that is no well-formed Unicode (a lone surrogate) has no UTF-8: has a replacement taken its place in the sample's body? JSON can carry it by an escape. */
export function hasLostSurrogates({ body }: Sample, text: string): boolean {
  return !text.isWellFormed() && Buffer.from(body).toString().includes(text.toWellFormed());
}
