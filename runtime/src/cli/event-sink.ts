import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { OperationDescriptor, OperationEvent, OutputEvent } from '@connector-runtime/core';
import type { ExecutionSummary } from '../execution/execution.js';
import { bodyLine, contentOf, lineOfEvent, lineOfFile, lineOfSummary, textOf } from './event-lines.js';
import { UsageError } from './exit-codes.js';
import { LineFile, unwritable } from './line-file.js';
import { stdout, writing } from './output-stream.js';

export const OUTPUT_FORMATS = ['ndjson', 'xml', 'json', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** In a folder of NDJSON, every event, of an output the name of its file in place of its body, and the summary. No document's name: those have a number and a dash before their extension. */
export const RESULTS_FILE = 'results.ndjson';

/** How far an output is: bytes of a file; of a folder, the number of files of each document that has no result yet, and under `/` the bytes of its {@link RESULTS_FILE}. */
export type OutputPosition = number | Readonly<Record<string, number>>;

const EXTENSIONS: readonly (readonly [mediaType: string, extension: string])[] = [
  ['application/xml', 'xml'],
  ['application/json', 'json'],
  ['text/csv', 'csv'],
];

/** Throws a {@link UsageError} where an operation gives no bodies of this format; all events is always possible. */
export function mustGive(descriptor: OperationDescriptor, format: OutputFormat): void {
  const given = [descriptor, ...(descriptor.variants ?? [])].flatMap(({ emits }) => emits ?? []);
  if (format === 'ndjson' || given.some((mediaType) => extensionOf(mediaType) === format)) return;
  throw new UsageError(
    `--output-format ${format}: ${descriptor.id} gives ${[...new Set(given)].join(', ') || 'no documents'}; use ndjson`,
  );
}

function extensionOf(mediaType: string | undefined): string | undefined {
  return EXTENSIONS.find(([known]) => mediaType?.startsWith(known))?.[1];
}

/** Where a run's events go. Each method throws `OutputLost` where the output cannot take more. */
export interface EventSink {
  write(events: readonly OperationEvent[]): Promise<void>;
  /** Everything written so far is on disk; how far that is, for a checkpoint. */
  sync(): Promise<OutputPosition>;
  end(summary: ExecutionSummary): Promise<void>;
}

/** How the output is given: a file, a folder (exists, or its name ends in a slash), or stdout for `-`. `resumeAt` is what `sync` said at the checkpoint. */
export async function openSink(
  output: string,
  format: OutputFormat,
  resumeAt: OutputPosition | undefined,
): Promise<EventSink> {
  if (output === '-') {
    return new LineSink(
      format,
      (text) => stdout.write(text),
      async () => 0,
      async () => undefined,
    );
  }
  if (await isFolder(output)) {
    const { '/': resultBytes, ...counts } = typeof resumeAt === 'object' ? resumeAt : {};
    const results = format === 'ndjson' ? await LineFile.open(path.join(output, RESULTS_FILE), resultBytes) : undefined;
    return new FolderSink(output, counts, results);
  }
  if (typeof resumeAt === 'object') throw new UsageError(`--output ${output}: the checkpoint belongs to a folder`);
  const file = await LineFile.open(output, resumeAt);
  return new LineSink(
    format,
    (text) => file.write(text),
    () => file.sync(),
    () => file.close(),
  );
}

async function isFolder(output: string): Promise<boolean> {
  if (output.endsWith('/') || output.endsWith(path.sep)) {
    await mkdir(output, { recursive: true }).catch((error: unknown) => {
      throw unwritable(output, error);
    });
    return true;
  }
  return (await stat(output).catch(() => undefined))?.isDirectory() === true;
}

/** A line an event, or a line an output body. */
class LineSink implements EventSink {
  private csvHeader: string | undefined;

  constructor(
    private readonly format: OutputFormat,
    private readonly writeText: (text: string) => Promise<void>,
    readonly sync: () => Promise<OutputPosition>,
    private readonly close: () => Promise<void>,
  ) {}

  async write(events: readonly OperationEvent[]): Promise<void> {
    let text = '';
    for (const event of events) {
      const line = await this.lineOf(event);
      if (line !== undefined) text += line;
    }
    if (text !== '') await this.writeText(text);
  }

  async end(summary: ExecutionSummary): Promise<void> {
    if (this.format === 'ndjson') await this.writeText(`${lineOfSummary(summary)}\n`);
    await this.close();
  }

  private async lineOf(event: OperationEvent): Promise<string | undefined> {
    if (event.type === 'progress') return undefined;
    if (this.format === 'ndjson') return `${await lineOfEvent(event)}\n`;
    if (event.type !== 'output') return undefined;
    return this.format === 'csv' ? this.csvOf(event) : `${await bodyLine(event)}\n`;
  }

  /** One header for all documents. */
  private async csvOf(event: OutputEvent): Promise<string> {
    const text = await textOf(event.body);
    const end = text.indexOf('\n') + 1;
    const header = end === 0 ? text : text.slice(0, end);
    const rows = end === 0 ? '' : text.slice(end);
    if (this.csvHeader === undefined) {
      this.csvHeader = header;
      return text;
    }
    return header === this.csvHeader ? rows : text;
  }
}

/** A file an output: `<input id>-<n>.<ext>`; what happened is a line each of `results`. A document's count is forgotten with its result: the same document made anew writes the same files. */
class FolderSink implements EventSink {
  private readonly counts: Map<string, number>;

  constructor(
    private readonly folder: string,
    counts: Readonly<Record<string, number>>,
    private readonly results: LineFile | undefined,
  ) {
    this.counts = new Map(Object.entries(counts));
  }

  async write(events: readonly OperationEvent[]): Promise<void> {
    let lines = '';
    for (const event of events) {
      if (event.type === 'output') lines += `${lineOfFile(event, await this.writeOutput(event))}\n`;
      else if (event.type !== 'progress') lines += `${await lineOfEvent(event)}\n`;
      if (event.type === 'result') for (const id of event.inputs) this.counts.delete(nameOf(id));
    }
    await this.results?.write(lines);
  }

  async sync(): Promise<OutputPosition> {
    const counts = Object.fromEntries(this.counts);
    return this.results === undefined ? counts : { ...counts, '/': await this.results.sync() };
  }

  async end(summary: ExecutionSummary): Promise<void> {
    await this.results?.write(`${lineOfSummary(summary)}\n`);
    await this.results?.close();
  }

  /** Gives the name of its file. */
  private async writeOutput(event: OutputEvent): Promise<string> {
    const name = nameOf(event.inputs[0] ?? 'output');
    const n = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, n);
    const extension = extensionOf(event.mediaType) ?? 'txt';
    const file = `${name}-${n}.${extension}`;
    const target = path.join(this.folder, file);
    const content = await contentOf(event.body);
    await writing(target, () => writeFile(target, content, { flush: true }));
    return file;
  }
}

/** An id as a file name: what could leave the folder, or is no character of a plain name, becomes an underscore, and a digest keeps two such ids apart. */
function nameOf(id: string): string {
  const plain = id
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 150);
  return plain === id ? id : `${plain}_${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}
