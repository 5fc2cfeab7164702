import { type Body, ConnectorError, type HttpResponse, type Spool } from '@connector-runtime/core';
import { bodyAsAnswer, bodyOfBytes, bodyOfStream } from '../services/body.js';
import type { BodyRole } from '../services/body-content.js';
import { decodeGzip, decodeGzipStart, encodingOf } from './gzip-answer.js';
import { AttemptLost, type HttpAnswer } from './http-transport.js';

/** So much of an answer that is not 2xx is read; then its socket is destroyed. */
const ERROR_BODY_BYTES = 64 * 1024;

/** What the beginning of an error answer's body came to. */
export interface ErrorBody {
  readonly body: Body;
  /** Why it is not whole. */
  readonly incomplete?: AttemptLost | ConnectorError;
}

/** Reads a good answer as far as the request asked for. A cut one: `AttemptLost`; one past `maxBytes`: `ANSWER_TOO_LARGE` (`tooLarge`). */
export async function readAnswer(
  answer: HttpAnswer,
  reading: 'whole' | 'spool',
  gzipWasAsked: boolean,
  maxBytes: number,
  spool: Spool,
  role: BodyRole,
): Promise<Body> {
  const mediaType = mediaTypeOf(answer);
  const encoding = encodingOf(answer.headers['content-encoding'], gzipWasAsked);
  if (reading === 'spool') return bodyAsAnswer(await spool.write(answer.body, mediaType), role);
  const bytes = await collect(answer, maxBytes);
  if (encoding === 'identity') return bodyOfBytes(bytes, mediaType, role);
  const decoded = await decodeGzip(bytes, maxBytes);
  if (decoded === 'tooLarge') throw tooLarge(maxBytes);
  if (decoded === 'cut') throw new AttemptLost({ sent: true, answered: true }, new Error('its gzip is not whole'));
  return bodyOfBytes(decoded, mediaType, role);
}

/** A good answer that its reader takes as it comes. */
export function streamBody(answer: HttpAnswer, pieces: AsyncIterable<Uint8Array>, role: BodyRole): Body {
  encodingOf(answer.headers['content-encoding'], false);
  return bodyOfStream(pieces, mediaTypeOf(answer), role);
}

/** Reads the beginning of an answer that is not 2xx, for `judge`. Never throws: its status alone says enough. */
export async function readErrorBody(answer: HttpAnswer, role: BodyRole): Promise<ErrorBody> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  let incomplete: AttemptLost | ConnectorError | undefined;
  try {
    for await (const piece of answer.body) {
      pieces.push(piece);
      sizeBytes += piece.byteLength;
      if (sizeBytes > ERROR_BODY_BYTES) {
        incomplete = tooLarge(ERROR_BODY_BYTES);
        break;
      }
    }
  } catch (error) {
    incomplete = error instanceof AttemptLost ? error : new AttemptLost({ sent: true, answered: true }, error);
  }
  let bytes: Uint8Array = Buffer.concat(pieces, sizeBytes);
  if ((answer.headers['content-encoding'] ?? '') !== '') bytes = decodeGzipStart(bytes);
  const body = bodyOfBytes(bytes.subarray(0, ERROR_BODY_BYTES), mediaTypeOf(answer), role);
  return incomplete === undefined ? { body } : { body, incomplete };
}

/** An answer as plugins see it. */
export function responseOf(answer: HttpAnswer, body: Body, earlier: HttpResponse['earlier']): HttpResponse {
  return { status: answer.status, headers: answer.headers, body, earlier };
}

async function collect(answer: HttpAnswer, maxBytes: number): Promise<Uint8Array> {
  if (Number(answer.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of answer.body) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces, sizeBytes);
}

function mediaTypeOf(answer: HttpAnswer): string {
  return answer.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() || 'application/octet-stream';
}

function tooLarge(maxBytes: number): ConnectorError {
  return new ConnectorError({
    category: 'tooLarge',
    code: 'ANSWER_TOO_LARGE',
    message: `the answer has more than ${maxBytes} bytes`,
    effect: 'none',
    retryable: false,
  });
}
