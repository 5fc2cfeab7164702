import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync } from 'node:zlib';
import { ConnectorError } from '@connector-runtime/core';

const inflate = promisify(gunzip);

/** Small answers are decoded at once: a turn through the thread pool costs more than they do. */
const AT_ONCE_BYTES = 16 * 1024;
/** Honest text seldom shrinks below a hundredth. */
const MAX_RATIO = 250;
const RATIO_COUNTS_FROM_BYTES = 1024 * 1024;
/** What is decoded comes in pieces of this size at the least, each by a turn through the thread pool. */
const LEAST_PIECE_BYTES = 16 * 1024;

/** What decoding a compressed answer came to. */
export type Decoded = Uint8Array | 'cut' | 'tooLarge';

/** Decodes a whole gzip answer and requires its trailer (length and checksum), which proves that nothing is missing. */
export async function decodeGzip(bytes: Uint8Array, maxBytes: number): Promise<Decoded> {
  const maxOutputLength = Math.min(maxBytes, Math.max(RATIO_COUNTS_FROM_BYTES, bytes.byteLength * MAX_RATIO));
  // In one piece, where the trailer is right.
  const chunkSize = Math.max(LEAST_PIECE_BYTES, Math.min(maxOutputLength, statedBytes(bytes) + 1));
  const options = { maxOutputLength, chunkSize };
  try {
    return bytes.byteLength <= AT_ONCE_BYTES ? gunzipSync(bytes, options) : await inflate(bytes, options);
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'tooLarge' : 'cut';
  }
}

/** How much the trailer says was compressed. */
function statedBytes({ buffer, byteOffset, byteLength }: Uint8Array): number {
  return byteLength < 4 ? 0 : new DataView(buffer, byteOffset, byteLength).getUint32(byteLength - 4, true);
}

/** As much as the beginning of a gzip answer gives, a megabyte at the most; nothing where it is none. */
export function decodeGzipStart(bytes: Uint8Array): Uint8Array {
  // What comes to more than a megabyte is tried again from half as much.
  for (let length = bytes.byteLength; length > 0; length >>>= 1) {
    try {
      return gunzipSync(bytes.subarray(0, length), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: RATIO_COUNTS_FROM_BYTES,
      });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_BUFFER_TOO_LARGE') break;
    }
  }
  return new Uint8Array();
}

/** The answer's one encoding, `identity` where it has none. More than one, or one that was not asked for: `ENCODING_UNEXPECTED` (`protocol`). */
export function encodingOf(stated: string | undefined, gzipWasAsked: boolean): 'identity' | 'gzip' {
  const encoding = stated?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return 'identity';
  if (gzipWasAsked && (encoding === 'gzip' || encoding === 'x-gzip')) return 'gzip';
  throw new ConnectorError({
    category: 'protocol',
    code: 'ENCODING_UNEXPECTED',
    message: `the answer is encoded as "${encoding.slice(0, 40)}", which was not asked for`,
    effect: 'none',
    retryable: false,
  });
}
