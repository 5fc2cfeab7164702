import type { Clock } from '@connector-runtime/core';
import { HalfSipHash } from './half-sip-hash.js';

/** No row. */
const NONE = -1;
const FIRST_ROWS = 1024;
/** What the first hash has beside its 32 leading bits. */
const LOW = 2_097_152;

/** Of a text that are looked at together; an even number. */
const PIECE_UNITS = 16_384;
/** A piece's UTF-16, two units in each number. */
const pairs = new Int32Array(PIECE_UNITS / 2);
const units = Buffer.from(pairs.buffer);

/** Puts a piece into {@link pairs}, and says how many it fills. */
function pairsOf(piece: string): number {
  const bytes = units.write(piece, 'utf16le');
  if (bytes % 4 > 0) units.writeUInt16LE(0, bytes);
  return Math.ceil(bytes / 4);
}

/**
 * Knows the rows of a job by their text, so that a result row that repeats it finds its inputs, in whatever order results come.
 * Holds no text: a hash of 106 bits stands for it, whose secret key is another one for each job, so that nobody can make two texts that hash alike. Rows of the same text are one class, named by its newest row.
 * A table of its own on plain arrays: growing it holds nothing up, and rows cost no objects.
 */
export class RowIndex {
  private first = new Float64Array(FIRST_ROWS);
  private second = new Float64Array(FIRST_ROWS);
  private previous = new Int32Array(FIRST_ROWS);
  private sizes = new Int32Array(FIRST_ROWS);
  /** By hash: the newest row of a class, counted from 1. At least twice as long as there are rows. */
  private table = new Int32Array(2 * FIRST_ROWS);
  private count = 0;
  private hashA = 0;
  private hashB = 0;

  private constructor(private readonly state: HalfSipHash) {}

  /** An empty one, for one job. */
  static seeded(clock: Clock): RowIndex {
    const word = () => Math.floor(clock.random() * 0x1_0000_0000);
    return new RowIndex(new HalfSipHash(word(), word()));
  }

  /** Rows added. */
  get size(): number {
    return this.count;
  }

  /** Adds the next row. */
  add(text: string): void {
    this.hash(text);
    const row = this.count++;
    if (row >= this.first.length) this.grow(row);
    const place = this.placeOf(this.hashA, this.hashB);
    const same = (this.table[place] ?? 0) - 1;
    this.first[row] = this.hashA;
    this.second[row] = this.hashB;
    this.previous[row] = same;
    this.sizes[row] = same === NONE ? 1 : (this.sizes[same] ?? 0) + 1;
    this.table[place] = row + 1;
  }

  /** The class of rows with this text; -1 where there is none. */
  find(text: string): number {
    this.hash(text);
    return (this.table[this.placeOf(this.hashA, this.hashB)] ?? 0) - 1;
  }

  /** The row of the same text that was added before this one; -1 where it was the first. */
  before(row: number): number {
    return this.previous[row] ?? NONE;
  }

  /** Rows of the same text up to this one. */
  classSize(row: number): number {
    return this.sizes[row] ?? 0;
  }

  /** Where the class with these hashes stands in the table, or would. */
  private placeOf(first: number, second: number): number {
    const mask = this.table.length - 1;
    let place = Math.floor(first / LOW) & mask;
    for (;;) {
      const row = (this.table[place] ?? 0) - 1;
      if (row === NONE || (this.first[row] === first && this.second[row] === second)) return place;
      place = (place + 1) & mask;
    }
  }

  private grow(rows: number): void {
    const { first, second, previous, sizes } = this;
    this.first = new Float64Array(rows * 2);
    this.first.set(first);
    this.second = new Float64Array(rows * 2);
    this.second.set(second);
    this.previous = new Int32Array(rows * 2);
    this.previous.set(previous);
    this.sizes = new Int32Array(rows * 2);
    this.sizes.set(sizes);
    this.table = new Int32Array(rows * 4);
    for (let row = 0; row < rows; row += 1) this.table[this.placeOf(first[row] ?? 0, second[row] ?? 0)] = row + 1;
  }

  /** The state of HalfSipHash-1-3 behind the text and its length, as two numbers of 53 bits. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF". */
  private hash(text: string): void {
    const { state } = this;
    state.begin();
    const { length } = text;
    for (let from = 0; from < length; from += PIECE_UNITS) {
      const piece = length <= PIECE_UNITS ? text : text.slice(from, from + PIECE_UNITS);
      state.take(pairs, pairsOf(piece));
    }
    pairs[0] = length;
    state.take(pairs, 1);
    state.finish();
    this.hashA = (state.v0 >>> 0) * LOW + (state.v1 >>> 11);
    this.hashB = (state.v2 >>> 0) * LOW + (state.v3 >>> 11);
  }
}
