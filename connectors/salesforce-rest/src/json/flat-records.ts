import { ownText } from '../xml/own-text.js';
import { SCALAR_WITHOUT_CODES } from './flat-text.js';

const MAX_MEMBERS = 100;
/** Longer text is looked at in steps. */
const MAX_LENGTH = 100_000;
/** A pattern takes milliseconds to compile, which pays where so many records are known by it. */
const WORTH_RECORDS = 1_000;
/** After so many that did not pay, because records have ever other names, so many records are left to the check. */
const MAX_PATTERNS = 10;
const RECORDS_LEFT_OUT = 10_000;

const MEMBER = `"\\w{1,100}":(?:${SCALAR_WITHOUT_CODES})`;
const FLAT = new RegExp(`^\\{${MEMBER}(?:,${MEMBER}){0,${MAX_MEMBERS - 1}}\\}$`);
const NAME = /"\w{1,100}":/y;

/** A name that is not known yet, and the place of the known one before which it came. */
interface NewName {
  readonly name: string;
  readonly place: number;
}

/** Tells records that hold plain values side by side, by the names of those before them: the records of one source have the same ones, or some of them. */
export class FlatRecords {
  /** As `"Name":`, in the order of all records so far. */
  private known: readonly string[] = [];
  /** Of records with known names. */
  private pattern: RegExp | undefined;
  private recordsOfPattern = 0;
  private patternsThatDidNotPay = 0;
  private recordsToLeaveOut = 0;

  /**
   * Is text a record that may be sent, without white space? One pattern for all of it takes a tenth of the time of a check that goes from value to value.
   * False says nothing: the check of any record has to look.
   */
  isRecord(text: string): boolean {
    if (this.recordsToLeaveOut > 0) {
      this.recordsToLeaveOut -= 1;
      return false;
    }
    if (text.length > MAX_LENGTH) return false;
    this.pattern ??= patternOf(this.known);
    if (!this.pattern.test(text)) return FLAT.test(text) && this.learnNames(text);
    this.recordsOfPattern += 1;
    return true;
  }

  /** Takes up the names of a flat text; false where one stands twice, or where they come in another order than before. There a quote follows a comma before a name, or where a text ends in a comma: inside a text it is escaped. */
  private learnNames(text: string): boolean {
    const { known } = this;
    const fresh: NewName[] = [];
    let next = 0;
    for (let at = 1; at > 0; at = text.indexOf(',"', at) + 1) {
      NAME.lastIndex = at;
      const name = NAME.exec(text)?.[0];
      if (name === undefined) continue;
      const place = known.indexOf(name);
      if (place >= next) next = place + 1;
      else if (place >= 0 || fresh.some((other) => other.name === name)) {
        this.setKnown([]);
        return false;
      } else fresh.push({ name, place: next });
    }
    this.setKnown(known.length + fresh.length > MAX_MEMBERS ? [] : united(known, fresh));
    return true;
  }

  private setKnown(names: readonly string[]): void {
    this.known = names;
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

/** Of records that have some of these names, in their order. */
function patternOf(names: readonly string[]): RegExp {
  const members = names.map((name) => `(?:${name}(?:${SCALAR_WITHOUT_CODES})(?:,(?=")|(?=\\})))?`);
  return new RegExp(`^\\{(?=")${members.join('')}\\}$`);
}
