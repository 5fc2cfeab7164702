/** Text that is no acceptable JSON. Who reads the text knows whose fault that is, and says so: a document's (`validation`) or an answer's (`protocol`). */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}
