/** Text that is no acceptable XML. Who reads the text knows whose fault that is, and says so: a document's (`validation`) or an answer's (`protocol`). */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}
