import type { OperationEvent, ResultEvent } from '@connector-runtime/core';

const MAX_LINES = 20;

/** The documents of a run that did not end in success, for people: the first twenty, and how many more. */
export class Unsuccessful {
  private readonly lines: string[] = [];
  private total = 0;

  count(events: readonly OperationEvent[]): void {
    for (const event of events) {
      if (event.type !== 'result' || event.status === 'success') continue;
      this.total += event.inputs.length;
      for (const id of event.inputs) if (this.lines.length < MAX_LINES) this.lines.push(lineOf(id, event));
    }
  }

  /** A line each; empty if there were none. */
  text(): string {
    const more = this.total - this.lines.length;
    return [...this.lines, ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `${line}\n`).join('');
  }
}

function lineOf(id: string, { status, code, message, error }: ResultEvent): string {
  const said = [status, code ?? error?.code].filter((word) => word !== undefined).join(' ');
  const why = message ?? error?.message;
  return onOneLine(`${id}: ${said}${why === undefined ? '' : `: ${why}`}`);
}

/** Ids and messages come from outside: none may move the terminal's cursor or start a line of its own. */
function onOneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
