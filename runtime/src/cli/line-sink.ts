import type { OperationEvent } from '@connector-runtime/core';
import type { ExecutionSummary } from '../execution/execution.js';
import { CsvTables } from './csv-tables.js';
import { bodyLine, lineOfEvent, lineOfSummary, textOf } from './event-lines.js';
import type { EventSink, OutputPosition } from './event-sink.js';
import type { OutputFormat } from './output-format.js';
import type { Unsuccessful } from './unsuccessful.js';

/** What is written together, unless one body alone is longer: texts have a greatest length. */
const CHUNK_LENGTH = 1024 * 1024;

/** What takes the text: a file, or stdout, which has no place to go on from. */
interface TextTaker {
  write(text: string): Promise<void>;
  /** Gives its length in bytes. */
  sync?(): Promise<number>;
  close?(): Promise<void>;
}

/** A line an event, a line an output body, or CSV bodies one after the other. */
export class LineSink implements EventSink {
  private readonly tables: CsvTables;

  constructor(
    private readonly format: OutputFormat,
    private readonly taker: TextTaker,
    csvHeader: string | undefined,
    private readonly unsuccessful: Unsuccessful,
  ) {
    this.tables = new CsvTables(csvHeader);
  }

  get note(): string | undefined {
    return this.tables.areSeveral
      ? 'the CSV has several headers, each before its own rows: an output folder takes each output as a file'
      : undefined;
  }

  async write(events: readonly OperationEvent[]): Promise<void> {
    let text = '';
    for (const event of events) {
      const added = await this.textOf(event);
      if (text.length + added.length > CHUNK_LENGTH && text !== '') {
        await this.taker.write(text);
        text = '';
      }
      text += added;
    }
    if (text !== '') await this.taker.write(text);
  }

  async sync(): Promise<OutputPosition> {
    const { header } = this.tables;
    return { bytes: (await this.taker.sync?.()) ?? 0, ...(header === undefined ? {} : { csvHeader: header }) };
  }

  async end(summary: ExecutionSummary): Promise<void> {
    if (this.format === 'ndjson') await this.taker.write(`${lineOfSummary(summary)}\n`);
    await this.taker.close?.();
  }

  private async textOf(event: OperationEvent): Promise<string> {
    if (event.type === 'progress') return '';
    if (this.format === 'ndjson') return `${await lineOfEvent(event, this.unsuccessful)}\n`;
    if (event.type !== 'output') return '';
    try {
      return this.format === 'csv' ? this.tables.add(await textOf(event.body)) : `${await bodyLine(event)}\n`;
    } catch (error) {
      this.unsuccessful.addBody(event, error);
      return '';
    }
  }
}
