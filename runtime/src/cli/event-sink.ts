import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { OperationEvent, OutputEvent } from '@connector-runtime/core';
import type { ExecutionSummary } from '../execution/execution.js';
import { bodyLine, lineOfEvent, lineOfSummary, textOf } from './event-lines.js';
import { UsageError } from './exit-codes.js';
import { OutputStream } from './output-stream.js';

export const OUTPUT_FORMATS = ['ndjson', 'xml', 'json', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How far an output is: bytes of a file, or in a folder the number of files of each document that has no result yet. */
export type OutputPosition = number | Readonly<Record<string, number>>;

/** Where a run's events go. */
export interface EventSink {
  write(events: readonly OperationEvent[]): Promise<void>;
  /** Everything written so far is on disk; how far that is, for a checkpoint. */
  sync(): Promise<OutputPosition>;
  end(summary: ExecutionSummary): Promise<void>;
}

/** How the output is given: a file, a folder (exists, or its name ends in a slash), or stdout for `-`. `resumeAt` is what `sync` said at the checkpoint; `closed` is called when stdout's reader has gone. */
export async function openSink(
  output: string,
  format: OutputFormat,
  resumeAt: OutputPosition | undefined,
  closed: () => void,
): Promise<EventSink> {
  if (output === '-') {
    const stdout = new OutputStream(process.stdout, closed);
    return new LineSink(
      format,
      (text) => stdout.write(text),
      async () => 0,
      async () => undefined,
    );
  }
  if (await isFolder(output)) return new FolderSink(output, typeof resumeAt === 'object' ? resumeAt : {});
  if (typeof resumeAt === 'object') throw new UsageError(`--output ${output}: the checkpoint belongs to a folder`);
  const file = await open(output, resumeAt === undefined ? 'w' : 'r+').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--output ${output}: cannot be written (${error.code ?? 'unknown reason'})`);
  });
  if (resumeAt !== undefined) await goBackTo(file, resumeAt, output);
  return fileSink(file, format, resumeAt ?? 0);
}

/** Cuts off what was written after the checkpoint; what the checkpoint counts on must be there. */
async function goBackTo(file: FileHandle, bytes: number, output: string): Promise<void> {
  const { size } = await file.stat();
  if (size >= bytes) return file.truncate(bytes);
  await file.close();
  throw new UsageError(
    `--output ${output}: has ${size} bytes, and the checkpoint was made at ${bytes}; give the output of that run, or remove the checkpoint to start anew`,
  );
}

async function isFolder(output: string): Promise<boolean> {
  if (output.endsWith('/') || output.endsWith(path.sep)) {
    await mkdir(output, { recursive: true });
    return true;
  }
  return (await stat(output).catch(() => undefined))?.isDirectory() === true;
}

function fileSink(file: FileHandle, format: OutputFormat, startBytes: number): EventSink {
  let bytes = startBytes;
  const write = async (text: string) => {
    const written = await file.write(text, bytes);
    bytes += written.bytesWritten;
  };
  const sync = async () => {
    await file.datasync();
    return bytes;
  };
  return new LineSink(format, write, sync, () => file.close());
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

const EXTENSIONS: readonly (readonly [mediaType: string, extension: string])[] = [
  ['application/xml', 'xml'],
  ['application/json', 'json'],
  ['text/csv', 'csv'],
];

/** A file an output: `<input id>-<n>.<ext>`. A document's count is forgotten with its result: the same document made anew writes the same files. */
class FolderSink implements EventSink {
  private readonly counts: Map<string, number>;

  constructor(
    private readonly folder: string,
    position: Readonly<Record<string, number>>,
  ) {
    this.counts = new Map(Object.entries(position));
  }

  async write(events: readonly OperationEvent[]): Promise<void> {
    for (const event of events) {
      if (event.type === 'output') await this.writeOutput(event);
      else if (event.type === 'result') for (const id of event.inputs) this.counts.delete(nameOf(id));
    }
  }

  async sync(): Promise<OutputPosition> {
    return Object.fromEntries(this.counts);
  }

  async end(): Promise<void> {
    this.counts.clear();
  }

  private async writeOutput(event: OutputEvent): Promise<void> {
    const name = nameOf(event.inputs[0] ?? 'output');
    const n = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, n);
    const extension = EXTENSIONS.find(([mediaType]) => event.mediaType?.startsWith(mediaType))?.[1] ?? 'txt';
    const file = await open(path.join(this.folder, `${name}-${n}.${extension}`), 'w');
    try {
      await file.writeFile(await textOf(event.body));
      await file.datasync();
    } finally {
      await file.close();
    }
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
