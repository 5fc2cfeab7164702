import type { DocumentInput } from '@connector-runtime/runtime';

const PIECE_BYTES = 16 * 1024;

/** A stream of documents that counts what is pulled. */
export function countedSource(documents: readonly DocumentInput[]): {
  readonly documents: AsyncIterable<DocumentInput>;
  readonly pulled: number;
} {
  const source = {
    pulled: 0,
    documents: {
      async *[Symbol.asyncIterator]() {
        for (const document of documents) {
          source.pulled += 1;
          yield document;
        }
      },
    },
  };
  return source;
}

/** The bytes as a host's stream gives them: once, and their number is not known before. */
export async function* streamed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
