import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { EventSink, OutputPosition } from './event-sink.js';
import { UsageError } from './exit-codes.js';
import { FolderSink, RESULTS_FILE } from './folder-sink.js';
import { LineFile, unwritable } from './line-file.js';
import { LineSink } from './line-sink.js';
import type { OutputFormat } from './output-format.js';
import { stdout } from './output-stream.js';
import type { Unsuccessful } from './unsuccessful.js';

/** How the output is given: a file, a folder (exists, or its name ends in a slash), or stdout for `-`. `resumeAt` is what `sync` said at the checkpoint. */
export async function openSink(
  output: string,
  format: OutputFormat,
  resumeAt: OutputPosition | undefined,
  unsuccessful: Unsuccessful,
): Promise<EventSink> {
  if (output === '-') return new LineSink(format, stdout, undefined, unsuccessful);
  const isIntoFolder = await isFolder(output);
  if (resumeAt !== undefined && isIntoFolder !== (resumeAt.files !== undefined))
    throw new UsageError(`--output ${output}: the checkpoint belongs to a ${isIntoFolder ? 'file' : 'folder'}`);
  if (!isIntoFolder) {
    const file = await LineFile.open(output, resumeAt?.bytes);
    return new LineSink(format, file, resumeAt?.csvHeader, unsuccessful);
  }
  const results =
    format === 'ndjson'
      ? await LineFile.open(path.join(output, RESULTS_FILE), resumeAt?.bytes, { followsLinks: false })
      : undefined;
  return new FolderSink(output, resumeAt?.files ?? {}, results, unsuccessful);
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
