import { errorInfoOf, type OperationEvent, type OutputEvent, type ResultEvent } from '@connector-runtime/core';

const MAX_LINES = 20;

/** What kept a body out of the output. */
export interface BodyError {
  readonly code: string;
  readonly message: string;
}

/** How much did not end in success, and how many bodies could not be read. */
export interface UnsuccessfulCounts {
  readonly total: number;
  readonly lostBodies: number;
}

/** What of a run did not end in success, for people: documents, outputs that the service judged by themselves, and bodies that could not be read; the first twenty, and how many more. */
export class Unsuccessful implements UnsuccessfulCounts {
  private readonly first: string[] = [];
  total: number;
  lostBodies: number;

  /** `redact` strikes secrets out of a text; `before`: of the run that this one goes on with, up to its checkpoint. */
  constructor(
    private readonly redact: (text: string) => string,
    private readonly before: UnsuccessfulCounts = { total: 0, lostBodies: 0 },
  ) {
    this.total = before.total;
    this.lostBodies = before.lostBodies;
  }

  count(events: readonly OperationEvent[]): void {
    for (const event of events) {
      if (event.type !== 'result' && event.type !== 'output') continue;
      if (event.status === undefined || event.status === 'success') continue;
      this.add(event, (id) => lineOf(id, event));
    }
  }

  /** Counts an event whose body could not be read because of what was thrown. */
  addBody(event: OutputEvent | ResultEvent, thrown: unknown): BodyError {
    const { code, message } = errorInfoOf(thrown, 'none');
    this.lostBodies += 1;
    this.add(event, (id) => `${id}: the body of its ${event.type} is not in the output: ${code}: ${message}`);
    return { code: this.redact(code), message: this.redact(message) };
  }

  /** A line each, as it came from outside; none if there were none. */
  lines(): readonly string[] {
    const lines = [...this.first];
    const { total } = this.before;
    const more = this.total - total - this.first.length;
    if (more > 0) lines.push(`and ${more} more`);
    if (total > 0) lines.push(`before the checkpoint: ${total} that did not end in success`);
    return lines;
  }

  private add({ inputs }: OutputEvent | ResultEvent, lineFor: (id: string) => string): void {
    this.total += inputs.length;
    for (const id of inputs) if (this.first.length < MAX_LINES) this.first.push(lineFor(id));
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
