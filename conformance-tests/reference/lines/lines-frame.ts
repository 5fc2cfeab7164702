/**
 * The line protocol over TCP. The service greets (`READY 0`); then the client says statements, one at a time, and the service answers each. All are frames: a head line of
 * words, the last of which is the length of the payload that follows.
 *
 *     PUT thing s1 31\n{"key":"k1","text":"a statement"}      verb, target, session
 *     OK 0\n                                                   outcome
 */
export interface Frame {
  /** Without the length; none is empty or has a blank. */
  readonly words: readonly string[];
  readonly payload: Uint8Array;
}

const MAX_PAYLOAD_BYTES = 2_000_000;
const MAX_HEAD_BYTES = 1_000;

/** Throws a `RangeError` where a word is none. */
export function frameBytes({ words, payload }: Frame): Uint8Array {
  if (!words.every(isWord)) throw new RangeError('a word is empty or has a blank');
  return Buffer.concat([Buffer.from(`${words.join(' ')} ${payload.length}\n`), payload]);
}

export function isWord(text: string): boolean {
  return /^\S+$/.test(text);
}

/** Puts the pieces of a stream together to frames. */
export class FrameReader {
  private held: Buffer = Buffer.alloc(0);

  /** No frame is begun. */
  get isEmpty(): boolean {
    return this.held.length === 0;
  }

  /** The frames that this piece completes. Throws a `RangeError` where the bytes are none. */
  *read(piece: Uint8Array): Generator<Frame> {
    this.held = Buffer.concat([this.held, piece]);
    for (let frame = this.next(); frame !== undefined; frame = this.next()) yield frame;
  }

  private next(): Frame | undefined {
    const headEnd = this.held.indexOf('\n');
    if (headEnd < 0 && this.held.length <= MAX_HEAD_BYTES) return undefined;
    const words = this.held.toString('utf8', 0, Math.max(0, headEnd)).split(' ');
    const length = words.pop() ?? '';
    if (!/^\d{1,7}$/.test(length) || Number(length) > MAX_PAYLOAD_BYTES) throw new RangeError('this is no frame');
    const end = headEnd + 1 + Number(length);
    if (this.held.length < end) return undefined;
    const payload = this.held.subarray(headEnd + 1, end);
    this.held = this.held.subarray(end);
    return { words, payload };
  }
}
