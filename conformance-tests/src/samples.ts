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
