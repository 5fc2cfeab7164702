import { open as openFile } from 'node:fs/promises';
import { type Body, ConnectorError, type ErrorCategory, type Json } from '@connector-runtime/core';
import { LoopTurn } from './loop-turn.js';

/**
 * Whose bytes they are: it decides whether bytes that are no text are the document's fault (`validation`) or the service's (`protocol`).
 * What cannot be read of an answer to a write leaves open what became of the write: effect `unknown`.
 */
export type BodyRole = 'document' | 'answer' | 'answerToWrite';

const PIECE_BYTES = 64 * 1024;

const BYTE_ORDER_MARK = 0xfeff;

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
export function bodyAsAnswer(body: Body, role: BodyRole = 'answer'): Body {
  return new StreamedBody(body.mediaType, role, body.repeatable, body.sizeBytes, (signal) => body.open(signal));
}

class BytesBody implements Body {
  readonly sizeBytes: number;
  readonly repeatable = true;

  constructor(
    private readonly content: Uint8Array,
    readonly mediaType: string,
    private readonly role: BodyRole,
  ) {
    this.sizeBytes = content.byteLength;
  }

  open(signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return this.sizeBytes <= PIECE_BYTES ? new OnePiece(this.content, signal) : this.pieces(signal);
  }

  private async *pieces(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const turn = new LoopTurn(1);
    for (let start = 0; start < this.content.byteLength || start === 0; start += PIECE_BYTES) {
      if (turn.isDue()) await turn.take();
      signal?.throwIfAborted();
      const piece = this.content.subarray(start, start + PIECE_BYTES);
      if (piece.byteLength > 0) yield piece;
    }
  }

  async bytes(maxBytes: number): Promise<Uint8Array> {
    if (this.sizeBytes > maxBytes) throw tooLarge(maxBytes, this.role);
    return this.content;
  }

  async text(maxBytes: number): Promise<string> {
    return decodeText(await this.bytes(maxBytes), this.role);
  }

  async json(maxBytes: number): Promise<Json> {
    return parseJson(await this.text(maxBytes), this.role);
  }
}

/** Encoded only for whoever asks for bytes, and once: many readers want the text, and a buffer for each document is dear. */
class TextBody implements Body {
  readonly repeatable = true;
  private encoded: Uint8Array | undefined;

  constructor(
    private readonly content: string,
    readonly mediaType: string,
    private readonly role: BodyRole,
  ) {}

  get sizeBytes(): number {
    return this.encoded?.byteLength ?? Buffer.byteLength(this.content);
  }

  open(signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return new BytesBody(this.encode(), this.mediaType, this.role).open(signal);
  }

  async bytes(maxBytes: number): Promise<Uint8Array> {
    if (this.isLarger(maxBytes)) throw tooLarge(maxBytes, this.role);
    return this.encode();
  }

  /** As it would come out of its bytes. */
  async text(maxBytes: number): Promise<string> {
    if (this.isLarger(maxBytes)) throw tooLarge(maxBytes, this.role);
    const { content } = this;
    if (!content.isWellFormed()) return decodeText(this.encode(), this.role);
    return content.charCodeAt(0) === BYTE_ORDER_MARK ? content.slice(1) : content;
  }

  async json(maxBytes: number): Promise<Json> {
    return parseJson(await this.text(maxBytes), this.role);
  }

  private isLarger(maxBytes: number): boolean {
    return this.content.length * 3 > maxBytes && this.sizeBytes > maxBytes;
  }

  private encode(): Uint8Array {
    this.encoded ??= Buffer.from(this.content);
    return this.encoded;
  }
}

/** Most documents are small: a generator would cost more than reading them. */
class OnePiece implements AsyncIterableIterator<Uint8Array, undefined> {
  private isGiven = false;

  constructor(
    private readonly content: Uint8Array,
    private readonly signal: AbortSignal | undefined,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.isGiven) return { done: true, value: undefined };
    this.isGiven = true;
    this.signal?.throwIfAborted();
    return this.content.byteLength > 0 ? { done: false, value: this.content } : { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.isGiven = true;
    return { done: true, value: undefined };
  }
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

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decodeText(bytes: Uint8Array, role: BodyRole): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw unreadable(role, 'NOT_UTF8', 'UTF-8', cause);
  }
}

/** `JSON.parse` makes `__proto__` a plain own key, so nothing in the text can change an object's prototype. */
function parseJson(text: string, role: BodyRole): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The cause is dropped: V8 quotes the text in it.
    throw unreadable(role, 'NOT_JSON', 'JSON');
  }
}

/** What is wrong with a document whose file cannot be opened. */
export function unreadableFile(error: unknown): ConnectorError {
  const message = `the document's file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
  return new ConnectorError(
    { category: 'validation', code: 'FILE_UNREADABLE', message, effect: 'none', retryable: false },
    { cause: error },
  );
}

function unreadable(role: BodyRole, code: string, what: string, cause?: unknown): ConnectorError {
  const category: ErrorCategory = role === 'document' ? 'validation' : 'protocol';
  const message = `the ${role === 'document' ? 'document' : 'answer'}'s body is not ${what}`;
  return new ConnectorError({ category, code, message, effect: effectOf(role), retryable: false }, { cause });
}

function effectOf(role: BodyRole): 'none' | 'unknown' {
  return role === 'answerToWrite' ? 'unknown' : 'none';
}

function tooLarge(maxBytes: number, role: BodyRole): ConnectorError {
  return new ConnectorError({
    category: 'tooLarge',
    code: 'BODY_TOO_LARGE',
    message: `the body has more than ${maxBytes} bytes`,
    effect: effectOf(role),
    retryable: false,
  });
}
