import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { OperationEvent, OutputEvent } from '@connector-runtime/core';
import type { ExecutionSummary } from '../execution/execution.js';
import { lineOfEvent, lineOfFile, lineOfLostBody, lineOfSummary, piecesOf } from './event-lines.js';
import type { EventSink, OutputPosition } from './event-sink.js';
import type { LineFile } from './line-file.js';
import { extensionOf } from './output-format.js';
import { OutputLost, writing } from './output-stream.js';
import type { Unsuccessful } from './unsuccessful.js';
import { WholeFile } from './whole-file.js';

/** In a folder of NDJSON, every event, of an output the name of its file in place of its body, and the summary. No document's name: those have a number and a dash before their extension. */
export const RESULTS_FILE = 'results.ndjson';

/** A file an output: `<input id>-<n>.<ext>`; what happened is a line each of `results`. A document's count is forgotten with its result: the same document made anew writes the same files. */
export class FolderSink implements EventSink {
  private readonly counts: Map<string, number>;

  constructor(
    private readonly folder: string,
    counts: Readonly<Record<string, number>>,
    private readonly results: LineFile | undefined,
    private readonly unsuccessful: Unsuccessful,
  ) {
    this.counts = new Map(Object.entries(counts));
  }

  async write(events: readonly OperationEvent[]): Promise<void> {
    let lines = '';
    for (const event of events) {
      if (event.type === 'output') lines += `${await this.writeOutput(event)}\n`;
      else if (event.type !== 'progress') lines += `${await lineOfEvent(event, this.unsuccessful)}\n`;
      if (event.type === 'result') for (const id of event.inputs) this.counts.delete(nameOf(id));
    }
    await this.results?.write(lines);
  }

  async sync(): Promise<OutputPosition> {
    const files = Object.fromEntries(this.counts);
    return this.results === undefined ? { files } : { files, bytes: await this.results.sync() };
  }

  async end(summary: ExecutionSummary): Promise<void> {
    await this.results?.write(`${lineOfSummary(summary)}\n`);
    await this.results?.close();
  }

  /** Gives its line. */
  private async writeOutput(event: OutputEvent): Promise<string> {
    const name = nameOf(event.inputs[0] ?? 'output');
    const n = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, n);
    const file = `${name}-${n}.${extensionOf(event.mediaType) ?? 'txt'}`;
    const target = path.join(this.folder, file);
    const draft = await writing(target, () => WholeFile.create(target));
    try {
      for await (const piece of piecesOf(event.body)) await writing(target, () => draft.write(piece));
      await writing(target, () => draft.publish());
      return lineOfFile(event, file);
    } catch (error) {
      await draft.discard();
      if (error instanceof OutputLost) throw error;
      // One of an earlier run would be taken for it.
      await writing(target, () => rm(target, { force: true }));
      return lineOfLostBody(event, this.unsuccessful.addBody(event, error));
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
