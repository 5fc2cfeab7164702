/** Rows of the same text are told together, by the last of them. */
const NONE = -1;

/**
 * Knows the rows of a job by their text, so that a result row that repeats it finds its inputs, in whatever order results come.
 * Holds no text: two independent hashes of 53 bits each, seeded for each job, stand for it. Rows of the same text are one class.
 */
export class RowIndex {
  private readonly newest = new Map<number, number>();
  private second = new Float64Array(1024);
  private previous = new Int32Array(1024);
  private sizes = new Int32Array(1024);
  private count = 0;
  private hashA = 0;
  private hashB = 0;

  constructor(private readonly seed: number) {}

  /** Rows added. */
  get size(): number {
    return this.count;
  }

  /** Adds the next row. */
  add(text: string): void {
    this.hash(text);
    const row = this.count++;
    if (row >= this.second.length) this.grow();
    const head = this.newest.get(this.hashA) ?? NONE;
    const same = this.sameFrom(head, this.hashB);
    this.second[row] = this.hashB;
    this.previous[row] = head;
    this.sizes[row] = same === NONE ? 1 : (this.sizes[same] ?? 0) + 1;
    this.newest.set(this.hashA, row);
  }

  /** The class of rows with this text, named by its newest row; -1 where there is none. */
  find(text: string): number {
    this.hash(text);
    const row = this.newest.get(this.hashA);
    return row === undefined ? NONE : this.sameFrom(row, this.hashB);
  }

  /** The row of the same text that was added before this one; -1 where it was the first. */
  before(row: number): number {
    return this.sameFrom(this.previous[row] ?? NONE, this.second[row] ?? 0);
  }

  /** Rows of the same text up to this one. */
  classSize(row: number): number {
    return this.sizes[row] ?? 0;
  }

  private sameFrom(from: number, second: number): number {
    let row = from;
    while (row !== NONE && this.second[row] !== second) row = this.previous[row] ?? NONE;
    return row;
  }

  private grow(): void {
    const { second, previous, sizes } = this;
    this.second = new Float64Array(second.length * 2);
    this.second.set(second);
    this.previous = new Int32Array(previous.length * 2);
    this.previous.set(previous);
    this.sizes = new Int32Array(sizes.length * 2);
    this.sizes.set(sizes);
  }

  /** Four lanes of 32 bits in one pass, joined to two numbers of 53 bits. */
  private hash(text: string): void {
    let a = 1779033703 ^ this.seed;
    let b = 3144134277 ^ this.seed;
    let c = 1013904242 ^ this.seed;
    let d = 2773480762 ^ this.seed;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      a = b ^ Math.imul(a ^ code, 597399067);
      b = c ^ Math.imul(b ^ code, 2869860233);
      c = d ^ Math.imul(c ^ code, 951274213);
      d = a ^ Math.imul(d ^ code, 2716044179);
    }
    a = Math.imul(c ^ (a >>> 18), 597399067);
    b = Math.imul(d ^ (b >>> 22), 2869860233);
    c = Math.imul(a ^ (c >>> 17), 951274213);
    d = Math.imul(b ^ (d >>> 19), 2716044179);
    this.hashA = (a >>> 0) * 2_097_152 + (b >>> 11);
    this.hashB = (c >>> 0) * 2_097_152 + (d >>> 11);
  }
}
