/** So many names are compared one with another; more go into a set. */
const MAX_COMPARED = 32;
/** What small letters have and capitals do not. */
const CASE = 32;

/** The names in one object of JSON text, in any case: the service's fields have theirs in any. They are told apart where they stand: cutting out each name of each document would take as long as all the rest of a check. */
export class MemberNames {
  private readonly marks: number[] = [];
  private readonly places: number[] = [];
  private known: Set<string> | undefined;

  constructor(private readonly text: string) {}

  /** False where the name is there already. From its quote to behind its quote; `isEscaped`: it is another one than is written. */
  add(from: number, to: number, isEscaped: boolean): boolean {
    const { known, marks, places, text } = this;
    if (known !== undefined || isEscaped || marks.length >= MAX_COMPARED) return this.addToSet(from, to);
    const mark = markOf(text, from, to);
    for (let index = marks.indexOf(mark); index >= 0; index = marks.indexOf(mark, index + 1)) {
      const start = places[index] ?? 0;
      if (text.slice(start, start + to - from).toLowerCase() === text.slice(from, to).toLowerCase()) return false;
    }
    marks.push(mark);
    places.push(from);
    return true;
  }

  private addToSet(from: number, to: number): boolean {
    const { text } = this;
    this.known ??= new Set(
      this.places.map((start) => text.slice(start + 1, text.indexOf('"', start + 1)).toLowerCase()),
    );
    const name = (JSON.parse(text.slice(from, to)) as string).toLowerCase();
    if (this.known.has(name)) return false;
    this.known.add(name);
    return true;
  }
}

/** Of its length, and of its first, middle and last character. Names that are equal but for the case of ASCII letters have equal marks. */
function markOf(text: string, from: number, to: number): number {
  const first = text.charCodeAt(from + 1) | CASE;
  const middle = text.charCodeAt((from + to) >>> 1) | CASE;
  const last = text.charCodeAt(to - 2) | CASE;
  return (to - from) ^ (first << 8) ^ (middle << 15) ^ (last << 22);
}
