import { KnownNames } from '../text/known-names.js';
import { SCALAR_OF_SHORT } from './flat-text.js';

const MAX_MEMBERS = 100;
/** Longer text is looked at in steps. */
const MAX_LENGTH = 100_000;

const MEMBER = `"\\w{1,100}":(?:${SCALAR_OF_SHORT})`;
const FLAT = new RegExp(`^\\{${MEMBER}(?:,${MEMBER}){0,${MAX_MEMBERS - 1}}\\}$`);
const NAME = /"(\w{1,100})":/y;

/** Tells records that hold plain values side by side, by the names of those before them. */
export class FlatRecords {
  private readonly names = new KnownNames(patternOf);

  /** Does the next record take some milliseconds more? */
  get isNew(): boolean {
    return this.names.isNew;
  }

  /**
   * Is text a record that may be sent, without white space? One pattern for all of it takes a tenth of the time of a check that goes from value to value.
   * False says nothing: the check of any record has to look.
   */
  isRecord(text: string): boolean {
    if (text.length > MAX_LENGTH) return false;
    if (text.startsWith('{"') && this.names.isKnown(text, 1, '}')) return true;
    return this.names.isLearning && FLAT.test(text) && this.names.learn(namesIn(text));
  }
}

/** The names of a flat text. There a quote follows a comma before a name, or where a text ends in a comma: inside a text it is escaped. */
function* namesIn(text: string): Iterable<string> {
  for (let at = 1; at > 0; at = text.indexOf(',"', at) + 1) {
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[1];
    if (name !== undefined) yield name;
  }
}

function patternOf(names: readonly string[]): RegExp {
  const members = names.map((name) => `(?:"${name}":(?:${SCALAR_OF_SHORT})(?:,(?=")|(?=\\})))?`);
  return new RegExp(members.join(''), 'y');
}
