import { ownText } from './own-text.js';

const MAX_NAMES = 100;
/** A pattern takes some milliseconds to compile, which pays where so many records are known by it. */
const WORTH_RECORDS = 1_000;
/** After so many that did not pay, because records have ever other names, so many records are left to the check. */
const MAX_PATTERNS = 10;
const RECORDS_LEFT_OUT = 10_000;

/** A name that is not known yet, and the place of the known one before which it came. */
interface NewName {
  readonly name: string;
  readonly place: number;
}

/** What the fields of records are called, learnt from the records before: those of one source have the same ones, or some of them. */
export class KnownNames {
  /** In the order of all records so far; no two differ in case alone. */
  private names: readonly string[] = [];
  private pattern: RegExp | undefined;
  private recordsOfPattern = 0;
  private patternsThatDidNotPay = 0;
  private recordsToLeaveOut = 0;

  /** `patternOf` makes a sticky pattern of fields that have some of these names, in their order. It always fits, and looks at each field once: where it ends says whether these were all. */
  constructor(private readonly patternOf: (names: readonly string[]) => RegExp) {}

  /** Has a record nothing but fields of known names from `from` on, then `end`, and there its last character before `to`? Asked once for each record. */
  isKnown(text: string, from: number, end: string, to = text.length): boolean {
    if (this.recordsToLeaveOut > 0) {
      this.recordsToLeaveOut -= 1;
      return false;
    }
    this.pattern ??= this.patternOf(this.names);
    this.pattern.lastIndex = from;
    this.pattern.test(text);
    const { lastIndex } = this.pattern;
    if (lastIndex + end.length !== to || !text.startsWith(end, lastIndex)) return false;
    this.recordsOfPattern += 1;
    return true;
  }

  /** Is the pattern to be made first? That takes some milliseconds. */
  get isNew(): boolean {
    return this.pattern === undefined && this.names.length > 0 && this.recordsToLeaveOut === 0;
  }

  /** Are other names worth learning at present? */
  get isLearning(): boolean {
    return this.recordsToLeaveOut === 0;
  }

  /** Takes up the names of a record, which are word characters; false where one stands twice in any case, or where they come in another order or case than before: all are forgotten then. */
  learn(names: Iterable<string>): boolean {
    const { names: known } = this;
    const fresh: NewName[] = [];
    let next = 0;
    for (const name of names) {
      const lower = name.toLowerCase();
      const place = known.findIndex((other) => other.toLowerCase() === lower);
      if (place >= next && known[place] === name) next = place + 1;
      else if (place >= 0 || fresh.some((other) => other.name.toLowerCase() === lower)) {
        this.setNames([]);
        return false;
      } else fresh.push({ name, place: next });
    }
    if (fresh.length > 0) this.setNames(known.length + fresh.length > MAX_NAMES ? [] : united(known, fresh));
    return true;
  }

  private setNames(names: readonly string[]): void {
    this.names = names;
    this.pattern = undefined;
    this.patternsThatDidNotPay = this.recordsOfPattern < WORTH_RECORDS ? this.patternsThatDidNotPay + 1 : 0;
    this.recordsOfPattern = 0;
    if (this.patternsThatDidNotPay < MAX_PATTERNS) return;
    this.patternsThatDidNotPay = 0;
    this.recordsToLeaveOut = RECORDS_LEFT_OUT;
  }
}

function united(known: readonly string[], fresh: readonly NewName[]): readonly string[] {
  const names = ownText(fresh.map(({ name }) => name).join('\n')).split('\n');
  return fresh.reduce((all, { place }, index) => all.toSpliced(place + index, 0, names[index] ?? ''), known);
}
