import { JsonError } from './json-error.js';
import { CLOSE_ARRAY, CLOSE_OBJECT, END, JsonScanner, OPEN_ARRAY, OPEN_OBJECT } from './json-scanner.js';

/** The objects of a list, each cut out of the text as it is written. Throws {@link JsonError}, also where the text is no list of objects. */
export function listItems(text: string): readonly string[] {
  const scanner = new JsonScanner(text);
  const items: string[] = [];
  let from = 0;
  if (scanner.next() !== OPEN_ARRAY) throw new JsonError('it is no list');
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    if (scanner.level === 2 && kind === OPEN_OBJECT) from = scanner.start;
    else if (scanner.level === 2 && kind === CLOSE_OBJECT) items.push(text.slice(from, scanner.end));
    else if (scanner.level < 2 ? kind !== CLOSE_ARRAY : scanner.level === 2 && kind === OPEN_ARRAY)
      throw new JsonError('the list holds more than objects');
  }
  return items;
}
