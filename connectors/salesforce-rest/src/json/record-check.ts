import { JsonError, RepeatedName } from './json-error.js';
import { END, JsonScanner, OPEN_ARRAY, OPEN_OBJECT, STRING } from './json-scanner.js';
import { MemberNames } from './member-names.js';

/**
 * Finds out whether text, without a byte order mark, is a record that may be sent: one JSON object in which no name stands twice, in any case, and no text holds half of a surrogate pair.
 * In steps, so that a large document does not hold up everything else. Throws {@link JsonError}.
 */
export class RecordCheck {
  private readonly scanner: JsonScanner;
  /** By level: the names of the object that is open there. */
  private readonly names: MemberNames[] = [];

  constructor(private readonly text: string) {
    this.scanner = new JsonScanner(text);
  }

  /** Goes on for so many characters at least; true: the whole text was read, and is a record. */
  step(characters: number): boolean {
    const { scanner } = this;
    const until = scanner.end + characters;
    while (scanner.end < until) {
      const kind = scanner.next();
      if (kind === END) return true;
      if (scanner.level === 0 || (scanner.level === 1 && kind === OPEN_ARRAY)) throw new JsonError('it is no object');
      if (scanner.keyStart >= 0) this.checkName(kind === OPEN_OBJECT || kind === OPEN_ARRAY);
      if (kind === OPEN_OBJECT) this.names[scanner.level] = new MemberNames(this.text);
      if (kind === STRING && scanner.hasEscapes) textOf(scanner.source);
    }
    return false;
  }

  private checkName(isContainer: boolean): void {
    const { keyStart, keyEnd, level, hasEscapes } = this.scanner;
    const isEscaped = hasEscapes && this.text.slice(keyStart, keyEnd).includes('\\');
    if (isEscaped) textOf(this.text.slice(keyStart, keyEnd));
    const names = this.names[isContainer ? level - 1 : level];
    if (names?.add(keyStart, keyEnd, isEscaped) !== false) return;
    throw new RepeatedName(textOf(this.text.slice(keyStart, keyEnd)).slice(0, 100));
  }
}

/** Reads escapes; half of a surrogate pair has no UTF-8, and whoever reads it puts something else there. */
function textOf(quoted: string): string {
  const text = JSON.parse(quoted) as string;
  if (/\p{Surrogate}/u.test(text)) throw new JsonError('a text holds half of a surrogate pair');
  return text;
}
