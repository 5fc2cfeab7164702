import type { AnswerStream, AttemptLost } from './http-transport.js';

/** So much of an answer may wait unread before the socket is told to pause. */
const HIGH_WATER_BYTES = 64 * 1024;

/** What a queue asks of the socket that feeds it. */
export interface AnswerSource {
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** Takes an answer's pieces as they are pushed and gives them as they are pulled. */
export class AnswerQueue implements AnswerStream, AsyncIterator<Uint8Array, undefined> {
  private readonly chunks: Uint8Array[] = [];
  private bytes = 0;
  private paused = false;
  private ended = false;
  private lost: AttemptLost | undefined;
  private waiting: (() => void) | undefined;

  constructor(private readonly source: AnswerSource) {}

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.bytes += chunk.byteLength;
    if (this.bytes > HIGH_WATER_BYTES && !this.paused) {
      this.paused = true;
      this.source.pause();
    }
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  fail(lost: AttemptLost): void {
    this.lost = lost;
    this.wake();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const chunk = this.chunks.shift();
      if (chunk) {
        this.bytes -= chunk.byteLength;
        if (this.paused && this.bytes <= HIGH_WATER_BYTES) {
          this.paused = false;
          this.source.resume();
        }
        return { done: false, value: chunk };
      }
      if (this.lost) throw this.lost;
      if (this.ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.cancel();
    return { done: true, value: undefined };
  }

  cancel(): void {
    this.chunks.length = 0;
    if (!this.ended) this.source.cancel();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this;
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.();
  }
}
