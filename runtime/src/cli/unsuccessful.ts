import type { OperationEvent, OutputEvent, ResultEvent } from '@connector-runtime/core';

const MAX_LINES = 20;

/** What of a run did not end in success, documents and outputs that the service judged by themselves, for people: the first twenty, and how many more. */
export class Unsuccessful {
  private readonly first: string[] = [];
  total = 0;

  count(events: readonly OperationEvent[]): void {
    for (const event of events) {
      if (event.type !== 'result' && event.type !== 'output') continue;
      if (event.status === undefined || event.status === 'success') continue;
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

function lineOf(id: string, event: ResultEvent | OutputEvent): string {
  const { status, code, message } = event;
  const error = event.type === 'result' ? event.error : undefined;
  const why = message ?? error?.message;
  const word = code ?? error?.code;
  // Many services begin their messages with the code.
  const said = word === undefined || why?.startsWith(`${word}: `) ? status : `${status} ${word}`;
  return `${id}: ${said}${why === undefined ? '' : `: ${why}`}`;
}
