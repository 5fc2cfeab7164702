import { isIdName } from '../text/id-name.js';
import { JsonError } from './json-error.js';
import { END, JsonScanner, memberRange, STRING } from './json-scanner.js';

/** A record's document in two parts. */
export interface IdentifiedRecord {
  /** Empty where the member is missing, empty or null. */
  readonly id: string;
  /** The document's text without the id. */
  readonly rest: string;
}

/** Takes the first member of a record that is called `Id`, in any case, out of its text; everything else stays as it is written. Throws {@link JsonError}. */
export function splitId(text: string): IdentifiedRecord {
  const scanner = new JsonScanner(text);
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    if (scanner.level > 2 || !isIdName(scanner.name)) continue;
    if (kind < STRING && scanner.level === 2) throw new JsonError('the Id is no text');
    if (scanner.level !== 1) continue;
    const id: unknown = JSON.parse(scanner.source);
    if (id !== null && typeof id !== 'string') throw new JsonError('the Id is no text');
    const [from, to] = memberRange(text, scanner.keyStart, scanner.end);
    return { id: id?.trim() ?? '', rest: text.slice(0, from) + text.slice(to) };
  }
  return { id: '', rest: text };
}
