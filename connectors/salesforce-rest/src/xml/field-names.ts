/** The service's own element for each of several records. */
const RECORD = 'records';

/**
 * The names of the elements in a record's document, by level. A field that stands twice would lose one of its values to the service without a word, and names mean the same in any case; only records stand side by side.
 */
export class FieldNames {
  /** Of the root's children that are fields, as they are written. */
  readonly ofRoot: string[] = [];
  /** Of the elements so far in the parent that is open there, in small letters. */
  private readonly byLevel: Set<string>[] = [];
  private deepest = 0;

  /** Takes up an element's local name, in the order of the document; false where it may not stand there again. The root has level 1. */
  add(name: string, level: number): boolean {
    const { byLevel } = this;
    if (byLevel.length > level + 1) byLevel.length = level + 1;
    if (level > this.deepest) this.deepest = level;
    if (name === RECORD) return true;
    if (level === 2) this.ofRoot.push(name);
    const names = byLevel[level];
    if (names === undefined) {
      byLevel[level] = new Set([name.toLowerCase()]);
      return true;
    }
    const { size } = names;
    return names.add(name.toLowerCase()).size > size;
  }

  /** Were there no elements below the root's children? */
  get areFlat(): boolean {
    return this.deepest <= 2;
  }
}
