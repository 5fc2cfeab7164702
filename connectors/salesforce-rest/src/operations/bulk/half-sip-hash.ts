/**
 * HalfSipHash-1-3: a keyed hash of words of 32 bits, of which a copy in JavaScript takes less than a microsecond for a row. Who does not know the key cannot make two texts that hash alike, as with a plain checksum.
 * Its whole state is the outcome here. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", and their reference `halfsiphash.c`.
 */
export class HalfSipHash {
  v0 = 0;
  v1 = 0;
  v2 = 0;
  v3 = 0;

  constructor(
    private readonly key0: number,
    private readonly key1: number,
  ) {}

  begin(): void {
    this.v0 = this.key0 | 0;
    this.v1 = this.key1 | 0;
    this.v2 = 0x6c79_6765 ^ this.key0;
    this.v3 = 0x7465_6462 ^ this.key1;
  }

  /** Takes the first `count` words; a round for each. */
  take(words: Int32Array, count: number): void {
    let { v0, v1, v2, v3 } = this;
    for (let index = 0; index < count; index += 1) {
      const word = words[index] ?? 0;
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    this.v0 = v0;
    this.v1 = v1;
    this.v2 = v2;
    this.v3 = v3;
  }

  /** Three rounds more. */
  finish(): void {
    this.v2 ^= 0xff;
    this.take(NOTHING, NOTHING.length);
  }
}

const NOTHING = new Int32Array(3);
