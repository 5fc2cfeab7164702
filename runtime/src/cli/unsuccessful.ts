import type { OperationEvent, ResultEvent } from '@connector-runtime/core';

const MAX_LINES = 20;

/** The documents of a run that did not end in success, for people: the first twenty, and how many more. */
export class Unsuccessful {
  private readonly first: string[] = [];
  private total = 0;

  count(events: readonly OperationEvent[]): void {
    for (const event of events) {
      if (event.type !== 'result' || event.status === 'success') continue;
      this.total += event.inputs.length;
      for (const id of event.inputs) if (this.first.length < MAX_LINES) this.first.push(lineOf(id, event));
    }
  }

  /** A line each, as it came from outside; none if there were none. */
  lines(): readonly string[] {
    const more = this.total - this.first.length;
    return more > 0 ? [...this.first, `and ${more} more`] : this.first;
  }
}

function lineOf(id: string, { status, code, message, error }: ResultEvent): string {
  const why = message ?? error?.message;
  const word = code ?? error?.code;
  // Many services begin their messages with the code.
  const said = word === undefined || why?.startsWith(`${word}: `) ? status : `${status} ${word}`;
  return `${id}: ${said}${why === undefined ? '' : `: ${why}`}`;
}
