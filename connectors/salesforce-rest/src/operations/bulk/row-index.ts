import type { Clock } from '@connector-runtime/core';

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
 * Holds no text: two independent hashes of 53 bits each, seeded for each job, stand for it. Rows of the same text are one class, named by its newest row.
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

  private constructor(private readonly seed: number) {}

  /** An empty one, for one job. */
  static seeded(clock: Clock): RowIndex {
    return new RowIndex(Math.floor(clock.random() * 0x1_0000_0000));
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

  /** Four lanes of 32 bits in one pass, two units of the text at a time, joined to two numbers of 53 bits. Copied out first: asking a text for each of its units takes twice as long. */
  private hash(text: string): void {
    let a = 1779033703 ^ this.seed;
    let b = 3144134277 ^ this.seed;
    let c = 1013904242 ^ this.seed;
    let d = 2773480762 ^ this.seed;
    const { length } = text;
    for (let from = 0; from <= length; from += PIECE_UNITS) {
      const piece = length <= PIECE_UNITS ? text : text.slice(from, from + PIECE_UNITS);
      const count = pairsOf(piece);
      for (let index = 0; index < count; index += 1) {
        const pair = pairs[index] ?? 0;
        a = b ^ Math.imul(a ^ pair, 597399067);
        b = c ^ Math.imul(b ^ pair, 2869860233);
        c = d ^ Math.imul(c ^ pair, 951274213);
        d = a ^ Math.imul(d ^ pair, 2716044179);
      }
    }
    // So that a text does not hash like one with a NUL behind it.
    c ^= length;
    d ^= length;
    a = Math.imul(c ^ (a >>> 18), 597399067);
    b = Math.imul(d ^ (b >>> 22), 2869860233);
    c = Math.imul(a ^ (c >>> 17), 951274213);
    d = Math.imul(b ^ (d >>> 19), 2716044179);
    this.hashA = (a >>> 0) * LOW + (b >>> 11);
    this.hashB = (c >>> 0) * LOW + (d >>> 11);
  }
}
