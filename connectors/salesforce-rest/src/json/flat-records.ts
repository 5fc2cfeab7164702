import { ownText } from '../xml/own-text.js';
import { LITERAL_SCALAR } from './flat-text.js';

const MAX_MEMBERS = 100;
/** Longer text is looked at in steps. */
const MAX_LENGTH = 100_000;
/** A pattern takes milliseconds to compile. After so many, because records have ever other names, so many records are left to the check. */
const MAX_PATTERNS = 10;
const PAUSE = 10_000;

const MEMBER = `"\\w{1,100}":(?:${LITERAL_SCALAR})`;
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
  private patterns = 0;
  private left = 0;

  /**
   * Is text a record that may be sent, without white space? One pattern for all of it takes a tenth of the time of a check that goes from value to value.
   * False says nothing: the check of any record has to look.
   */
  has(text: string): boolean {
    if (this.left > 0) {
      this.left -= 1;
      return false;
    }
    if (text.length > MAX_LENGTH) return false;
    this.pattern ??= patternOf(this.known);
    return this.pattern.test(text) || (FLAT.test(text) && this.hasOwnNames(text));
  }

  /** Does each name stand once in this flat text? There a quote follows a comma before a name, or where a text ends in a comma: inside a text it is escaped. */
  private hasOwnNames(text: string): boolean {
    const { known } = this;
    const fresh: NewName[] = [];
    let next = 0;
    for (let at = 1; at > 0; at = text.indexOf(',"', at) + 1) {
      NAME.lastIndex = at;
      const name = NAME.exec(text)?.[0];
      if (name === undefined) continue;
      const place = known.indexOf(name);
      if (place >= next) next = place + 1;
      else if (place >= 0 || fresh.some((other) => other.name === name)) return this.forget();
      else fresh.push({ name, place: next });
    }
    this.learn(fresh);
    return true;
  }

  private learn(fresh: readonly NewName[]): void {
    const { known } = this;
    if (known.length + fresh.length > MAX_MEMBERS) {
      this.forget();
      return;
    }
    const names = ownText(fresh.map(({ name }) => name).join('\n')).split('\n');
    this.setKnown(fresh.reduce((all, { place }, index) => all.toSpliced(place + index, 0, names[index] ?? ''), known));
  }

  /** A name stands twice, or in another order than before, or there are too many. */
  private forget(): false {
    this.setKnown([]);
    return false;
  }

  private setKnown(names: readonly string[]): void {
    this.known = names;
    this.pattern = undefined;
    this.patterns += 1;
    if (this.patterns < MAX_PATTERNS) return;
    this.patterns = 0;
    this.left = PAUSE;
  }
}

/** Of records that have some of these names, in their order. */
function patternOf(names: readonly string[]): RegExp {
  const members = names.map((name) => `(?:${name}(?:${LITERAL_SCALAR})(?:,(?=")|(?=\\})))?`);
  return new RegExp(`^\\{(?=")${members.join('')}\\}$`);
}
