import { open as openFile } from 'node:fs/promises';
import { type Body, ConnectorError, type Json } from '@connector-runtime/core';
import { type BodyRole, decodeText, effectOf, parseJson, tooLarge, unreadableFile } from './body-content.js';
import { BytesBody, TextBody } from './memory-body.js';

const PIECE_BYTES = 64 * 1024;

/** For a limit of bytes: there is none. */
const NO_LIMIT = -1;

/** A body of bytes in memory. One of more than `limitBytes` throws `BODY_TOO_LARGE` here. */
export function bodyOfBytes(
  bytes: Uint8Array,
  mediaType: string,
  role: BodyRole = 'document',
  limitBytes = NO_LIMIT,
): Body {
  if (limitBytes !== NO_LIMIT && bytes.byteLength > limitBytes) throw tooLarge(limitBytes, role);
  return new BytesBody(bytes, mediaType, role);
}

/** A body of text in memory, as {@link bodyOfBytes}. Half of a surrogate pair, which has no UTF-8, becomes U+FFFD. */
export function bodyOfText(text: string, mediaType: string, role: BodyRole = 'document', limitBytes = NO_LIMIT): Body {
  const body = new TextBody(text, mediaType, role);
  // No character has more than three bytes for each of its units.
  if (limitBytes !== NO_LIMIT && text.length * 3 > limitBytes && body.sizeBytes > limitBytes)
    throw tooLarge(limitBytes, role);
  return body;
}

/** A body that exists once: a second `open` (or `text`, `bytes`, `json`) throws `BODY_CONSUMED`. Past `limitBytes` its reader meets `BODY_TOO_LARGE`. */
export function bodyOfStream(
  source: AsyncIterable<Uint8Array>,
  mediaType: string,
  role: BodyRole = 'document',
  limitBytes = NO_LIMIT,
): Body {
  let isTaken = false;
  const pieces = limitBytes === NO_LIMIT ? source : limited(source, limitBytes, role);
  return new StreamedBody(mediaType, role, false, undefined, () => {
    if (isTaken) {
      throw new ConnectorError({
        category: 'contract',
        code: 'BODY_CONSUMED',
        message: 'this body is given once and was opened before; spool it to read it again',
        effect: effectOf(role),
        retryable: false,
      });
    }
    isTaken = true;
    return pieces;
  });
}

/** A body that a host made, held to a limit: what is known to be larger throws `BODY_TOO_LARGE` here, of any other its reader meets it. */
export function bodyWithin(body: Body, limitBytes: number): Body {
  if (limitBytes === NO_LIMIT) return body;
  if (body.sizeBytes !== undefined && body.sizeBytes > limitBytes) throw tooLarge(limitBytes, 'document');
  const { mediaType, repeatable, sizeBytes } = body;
  return new StreamedBody(mediaType, 'document', repeatable, sizeBytes, () =>
    limited(body.open(), limitBytes, 'document'),
  );
}

/** A body of a file's bytes, which must not change while it is used. */
export function bodyOfFile(path: string, sizeBytes: number, mediaType: string, role: BodyRole = 'document'): Body {
  return new StreamedBody(mediaType, role, true, sizeBytes, () => readPieces(path));
}

/** The same body as an answer: what is wrong with it is the service's fault. */
export function bodyAsAnswer(body: Omit<Body, 'text' | 'bytes' | 'json'>, role: BodyRole = 'answer'): Body {
  return new StreamedBody(body.mediaType, role, body.repeatable, body.sizeBytes, (signal) => body.open(signal));
}

class StreamedBody implements Body {
  declare readonly sizeBytes?: number;

  constructor(
    readonly mediaType: string,
    private readonly role: BodyRole,
    readonly repeatable: boolean,
    sizeBytes: number | undefined,
    private readonly source: (signal?: AbortSignal) => AsyncIterable<Uint8Array>,
  ) {
    if (sizeBytes !== undefined) this.sizeBytes = sizeBytes;
  }

  open(signal?: AbortSignal): AsyncIterable<Uint8Array> {
    const pieces = this.source(signal);
    return signal === undefined ? pieces : untilAborted(pieces, signal);
  }

  async bytes(maxBytes: number): Promise<Uint8Array> {
    if (this.sizeBytes !== undefined && this.sizeBytes > maxBytes) throw tooLarge(maxBytes, this.role);
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const piece of this.open()) {
      sizeBytes += piece.byteLength;
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes, this.role);
      pieces.push(piece);
    }
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, sizeBytes);
  }

  async text(maxBytes: number): Promise<string> {
    return decodeText(await this.bytes(maxBytes), this.role);
  }

  async json(maxBytes: number): Promise<Json> {
    return parseJson(await this.text(maxBytes), this.role);
  }
}

/** The pieces, ended by the signal even while their source stands still. One listener for all of them. */
async function* untilAborted(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  // Set anew for each step; a race with one lasting promise would keep every piece alive.
  let giveUp: (reason: unknown) => void = () => undefined;
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const iterator = pieces[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const step = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        giveUp = reject;
        if (signal.aborted) reject(signal.reason);
        else iterator.next().then(resolve, reject);
      });
      if (step.done) {
        isOver = true;
        return;
      }
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that stands still would never let it settle.
    if (!isOver) iterator.return?.().catch(() => undefined);
  }
}

async function* limited(
  pieces: AsyncIterable<Uint8Array>,
  limitBytes: number,
  role: BodyRole,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const piece of pieces) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > limitBytes) throw tooLarge(limitBytes, role);
    yield piece;
  }
}

async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path, 'r').catch((error: unknown) => {
    throw unreadableFile(error);
  });
  try {
    for (;;) {
      const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
