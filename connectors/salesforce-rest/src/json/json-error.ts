/** Text that is no acceptable JSON. Who reads the text knows whose fault that is, and says so: a document's (`validation`) or an answer's (`protocol`). */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** A name that stands twice in an object, in any case. */
export class RepeatedName extends JsonError {
  constructor(readonly member: string) {
    super(`the name ${JSON.stringify(member)} stands twice in an object`);
  }
}
