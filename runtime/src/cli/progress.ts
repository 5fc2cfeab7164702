import type { OperationEvent, ProgressEvent } from '@connector-runtime/core';
import { Format, type Options, SingleBar } from 'cli-progress';
import type { InputDocuments } from './input-documents.js';

const MIN_MS_BETWEEN_LINES = 2_000;
/** With what stands beside it, it fits into 80 columns. */
const BAR_COLUMNS = 20;

/**
 * Tells people on stderr how far a run is: a bar on a terminal, plain lines otherwise, nothing if quiet. The bar is of what the plugin says of the
 * documents that it works on; else of the documents, where their number is known; else of the input file, by the bytes read of it; without any
 * of these the counts stand alone.
 */
export class Progress {
  private documents = 0;
  private outputs = 0;
  private succeeded = 0;
  /** What the plugin told last, until a result comes. */
  private told: ProgressEvent | undefined;
  private lastLineMs = performance.now();
  private readonly bar: SingleBar | undefined;

  constructor(
    private readonly title: string,
    private readonly input: Pick<InputDocuments, 'total' | 'readShare'> | undefined,
    private readonly isQuiet: boolean,
  ) {
    if (isQuiet || process.stderr.isTTY !== true) return;
    this.bar = new SingleBar({
      format: (options) => this.barLine(options),
      barsize: BAR_COLUMNS,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
    });
    this.bar.start(0, 0);
  }

  count(events: readonly OperationEvent[]): void {
    for (const event of events) {
      if (event.type === 'output') this.outputs += 1;
      else if (event.type === 'progress') this.told = event;
      else if (event.type === 'result') {
        this.told = undefined;
        this.documents += event.inputs.length;
        if (event.status === 'success') this.succeeded += event.inputs.length;
      }
    }
    // A bar draws itself, some times a second.
    if (this.bar !== undefined || this.isQuiet) return;
    if (performance.now() - this.lastLineMs >= MIN_MS_BETWEEN_LINES) this.writeLine();
  }

  /** The last word: it always comes, unless quiet. */
  end(): void {
    this.bar?.stop();
    this.told = undefined;
    if (!this.isQuiet) this.writeLine();
  }

  private writeLine(): void {
    this.lastLineMs = performance.now();
    const counts = [...this.work(), counted(this.documents, this.input?.total, 'documents')];
    counts.push(`${this.succeeded} success`, counted(this.outputs, undefined, 'outputs'));
    process.stderr.write(`${this.title}: ${counts.join(', ')}\n`);
  }

  private barLine(options: Options): string {
    const share = this.share();
    const bar = share === undefined ? [] : [Format.BarFormat(share, options)];
    const counts = [...this.work(), counted(this.documents, this.input?.total, 'documents')];
    if (this.input?.readShare !== undefined) counts.push(`${Math.floor(this.input.readShare() * 100)}% of input read`);
    counts.push(counted(this.outputs, undefined, 'outputs'));
    return [this.title, ...bar, counts.join(', ')].join(' ');
  }

  /** 0 to 1; `undefined`: nobody knows. */
  private share(): number | undefined {
    if (this.told?.total !== undefined) return shareOf(this.told.done, this.told.total);
    if (this.input?.total !== undefined) return shareOf(this.documents, this.input.total);
    return this.input?.readShare?.();
  }

  private work(): readonly string[] {
    if (this.told === undefined) return [];
    const { done, total, unit } = this.told;
    return done === 0 && total === undefined ? [] : [counted(done, total, unit)];
  }
}

function shareOf(done: number, total: number): number {
  return done < total ? done / total : 1;
}

/** `3 of 10 documents`, `1 document`. */
function counted(done: number, total: number | undefined, unit: string): string {
  const noun = (total ?? done) === 1 ? unit.slice(0, -1) : unit;
  return total === undefined ? `${done} ${noun}` : `${done} of ${total} ${noun}`;
}
