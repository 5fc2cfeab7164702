/** Text that is no acceptable XML. Who reads the text knows whose fault that is, and says so: a document's (`validation`) or an answer's (`protocol`). */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/** A field that stands twice in a record, in any case. */
export class RepeatedField extends XmlError {
  constructor(
    readonly field: string,
    parent: string,
  ) {
    super(`${field} stands twice in ${parent}`);
  }
}

/** `at` counts characters from 0. */
export function refuseXml(what: string, at: number): never {
  throw new XmlError(`${what} at character ${at + 1}`);
}
