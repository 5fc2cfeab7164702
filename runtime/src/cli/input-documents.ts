import { createReadStream, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DocumentInput, Documents, FiniteDocuments, RefusedInput } from '../execution/document-input.js';
import { bodyOfFile } from '../services/body.js';
import { unreadableFile } from '../services/body-content.js';
import { UsageError } from './exit-codes.js';
import type { NamedPath } from './file-conflicts.js';
import { NamedPipe } from './named-pipe.js';
import { type InputSeen, readNdjson } from './ndjson-input.js';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.xml': 'application/xml',
  '.json': 'application/json',
  '.csv': 'text/csv',
};
const LINE_FILES = new Set(['.ndjson', '.jsonl']);

/** Documents that a command line names, and what was seen of the input while they were read. */
export interface InputDocuments {
  readonly documents: Documents;
  readonly seen: InputSeen;
  /** Number of documents, where it is known before reading. */
  readonly total?: number;
  /** Of a file of lines: how much of it was read, from 0 to 1. */
  readonly readShare?: () => number;
  /** Of a folder: what lies in it and is no document, below the folder. */
  readonly leftOut?: readonly string[];
  /** Of a folder: its documents that are links, which may lead out of it. */
  readonly links?: readonly NamedPath[];
  /** Lets go of a stream that may never end. */
  close(): Promise<void>;
}

const nothingOpen = async () => undefined;

/** `-`: NDJSON on stdin · an `.ndjson` file: a line a document · an `.xml`, `.json` or `.csv` file, or a folder of them: a file a document. */
export async function inputDocuments(input: string): Promise<InputDocuments> {
  const seen: InputSeen = { readBytes: 0, isRunOutput: false, endsComplete: false };
  if (input === '-') {
    const close = async () => void process.stdin.destroy();
    return { documents: readNdjson(process.stdin, seen), seen, close };
  }
  const found = await stat(input).catch(() => undefined);
  if (found === undefined) throw new UsageError(`--input ${input}: no such file or folder`);
  if (found.isDirectory()) {
    const { files, leftOut, links } = await filesBelow(input);
    const documents = finite(() => fileDocuments(files));
    return { documents, seen, total: files.length, leftOut, links, close: nothingOpen };
  }
  const extension = path.extname(input);
  if (LINE_FILES.has(extension)) return lineDocuments(input, found, seen);
  if (MEDIA_TYPES[extension] === undefined) {
    throw new UsageError(
      `--input ${input}: takes .ndjson (a line a document), .xml, .json or .csv (a file a document), or a folder of those`,
    );
  }
  if (!found.isFile()) throw new UsageError(`--input ${input}: is no regular file`);
  const file = { file: input, id: path.basename(input) };
  return { documents: finite(() => fileDocuments([file])), seen, total: 1, close: nothingOpen };
}

/** Only a regular file is finite and at hand; what comes through a pipe may stand still. */
function lineDocuments(input: string, found: Stats, seen: InputSeen): InputDocuments {
  if (found.isFile()) {
    const documents = finite(() => readNdjson(createReadStream(input), seen));
    // It may grow while it is read.
    const readShare = () => (seen.readBytes < found.size ? seen.readBytes / found.size : 1);
    return { documents, seen, readShare, close: nothingOpen };
  }
  if (!found.isFIFO()) throw new UsageError(`--input ${input}: is neither a file nor a named pipe`);
  const pipe = new NamedPipe(input);
  return { documents: readNdjson(pipe, seen), seen, close: () => pipe.close() };
}

function finite(read: () => AsyncGenerator<DocumentInput | RefusedInput>): FiniteDocuments {
  return { finite: true, [Symbol.asyncIterator]: read };
}

async function* fileDocuments(
  files: readonly { readonly file: string; readonly id: string }[],
): AsyncGenerator<DocumentInput | RefusedInput> {
  for (const { file, id } of files) {
    const mediaType = MEDIA_TYPES[path.extname(file)] ?? 'application/octet-stream';
    try {
      yield { id, mediaType, body: bodyOfFile(file, (await stat(file)).size, mediaType) };
    } catch (error) {
      yield { id, refused: unreadableFile(error).info };
    }
  }
}

/** Documents, links to them followed, the names of all else but folders, and those links. */
async function filesBelow(folder: string): Promise<{
  readonly files: readonly { readonly file: string; readonly id: string }[];
  readonly leftOut: readonly string[];
  readonly links: readonly NamedPath[];
}> {
  const files: { readonly file: string; readonly id: string }[] = [];
  const leftOut: string[] = [];
  const links: NamedPath[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => !found.isDirectory())) {
    const file = path.join(entry.parentPath, entry.name);
    const id = path.relative(folder, file).split(path.sep).join('/');
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() !== true || MEDIA_TYPES[path.extname(file)] === undefined) leftOut.push(id);
    else {
      files.push({ file, id });
      if (entry.isSymbolicLink()) links.push({ name: `the input ${file}`, path: file });
    }
  }
  files.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { files, leftOut: leftOut.sort((a, b) => (a < b ? -1 : 1)), links };
}
