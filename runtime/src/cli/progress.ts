import type { OperationEvent } from '@connector-runtime/core';
import { SingleBar } from 'cli-progress';

const MIN_MS_BETWEEN_LINES = 2_000;

/** Tells people on stderr how far a run is: a bar on a terminal, plain lines otherwise, nothing if quiet. */
export class Progress {
  private documents = 0;
  private outputs = 0;
  private succeeded = 0;
  private lastLineMs = performance.now();
  private readonly bar: SingleBar | undefined;

  constructor(
    private readonly title: string,
    private readonly total: number | undefined,
    private readonly isQuiet: boolean,
  ) {
    if (isQuiet || process.stderr.isTTY !== true) return;
    const format =
      total === undefined
        ? '{title} {value} documents, {outputs} outputs'
        : '{title} {bar} {value}/{total} documents, {outputs} outputs';
    this.bar = new SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: true });
    this.bar.start(total ?? 0, 0, { title, outputs: 0 });
  }

  count(events: readonly OperationEvent[]): void {
    for (const event of events) {
      if (event.type === 'output') this.outputs += 1;
      else if (event.type === 'result') {
        this.documents += event.inputs.length;
        if (event.status === 'success') this.succeeded += event.inputs.length;
      }
    }
    if (this.bar !== undefined) this.bar.update(this.documents, { title: this.title, outputs: this.outputs });
    else if (!this.isQuiet && performance.now() - this.lastLineMs >= MIN_MS_BETWEEN_LINES) this.writeLine();
  }

  /** The last word: it always comes, unless quiet. */
  end(): void {
    this.bar?.stop();
    if (!this.isQuiet) this.writeLine();
  }

  private writeLine(): void {
    this.lastLineMs = performance.now();
    const of = this.total === undefined ? '' : ` of ${this.total}`;
    process.stderr.write(
      `${this.title}: ${this.documents}${of} documents, ${this.succeeded} success, ${this.outputs} outputs\n`,
    );
  }
}
