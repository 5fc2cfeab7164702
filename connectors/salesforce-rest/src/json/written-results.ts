/** What the service says of a record that it wrote. */
const WRITTEN = /\{"id":"(\w{15,18})","success":true,"errors":\[\](?:,"created":(?:true|false))?\}/y;

const COMMA = 44;

/** A result of success. */
export interface WrittenResult {
  /** Cut out of the answer. */
  readonly text: string;
  readonly id: string;
  readonly success: true;
  readonly errors: readonly never[];
}

const NO_ERRORS: readonly never[] = [];

/** An answer about many records as the service mostly gives it: all were written, without white space. `undefined`: it is not like this, and has to be looked at. */
export function readWrittenResults(answer: string): readonly WrittenResult[] | undefined {
  if (!answer.startsWith('[') || !answer.endsWith(']')) return undefined;
  const results: WrittenResult[] = [];
  let at = 1;
  for (;;) {
    WRITTEN.lastIndex = at;
    const [text, id] = WRITTEN.exec(answer) ?? [];
    if (text === undefined || id === undefined) return undefined;
    results.push({ text, id, success: true, errors: NO_ERRORS });
    at += text.length;
    if (at === answer.length - 1) return results;
    if (answer.charCodeAt(at) !== COMMA) return undefined;
    at += 1;
  }
}
