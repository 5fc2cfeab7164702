import type { Body, Json } from '@connector-runtime/core';
import { type BodyRole, decodeText, parseJson, tooLarge } from './body-content.js';
import { LoopTurn } from './loop-turn.js';

const PIECE_BYTES = 64 * 1024;

const BYTE_ORDER_MARK = 0xfeff;

/** Bytes in memory. */
export class BytesBody implements Body {
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

/** Text in memory. Encoded only for whoever asks for bytes, and once: many readers want the text, and a buffer for each document is dear. */
export class TextBody implements Body {
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
