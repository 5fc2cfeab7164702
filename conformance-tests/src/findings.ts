/** The plugin breaks the rule. */
export class CheckFailure extends Error {
  constructor(
    readonly expected: string,
    readonly seen: string,
    readonly did: string,
  ) {
    super(`expected ${expected}; seen ${seen}; after ${did}`);
    this.name = 'CheckFailure';
  }
}

/** The fixture cannot show it; `hint` says what to add. */
export class Unproven extends Error {
  constructor(readonly hint: string) {
    super(hint);
    this.name = 'Unproven';
  }
}

/** The fixture or the suite is at fault, not the plugin. */
export class SubjectError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SubjectError';
  }
}

/** Fails unless `holds`. */
export function expectThat(holds: boolean, expected: string, seen: unknown, did: string): void {
  if (holds) return;
  const text = typeof seen === 'string' ? seen : (JSON.stringify(seen) ?? String(seen));
  throw new CheckFailure(expected, text.slice(0, 1000), did);
}
