import { createHash, type Hash } from 'node:crypto';
import { type Body, ConnectorError, type Document, type ExecutionContext } from '@connector-runtime/core';
import { CsvError } from '../../csv/csv-error.js';
import { DELIMITERS, type LineEnding } from '../../csv/csv-form.js';
import { CsvReader } from '../../csv/csv-reader.js';
import type { CsvBulkProperties } from '../../properties/bulk-properties.js';
import { MAX_JOB_BYTES } from '../../service-limits.js';
import { CSV } from '../../transport/headers.js';
import { documentError } from '../../transport/refusals.js';

const MARK = [0xef, 0xbb, 0xbf];
const LINE_ENDS = [0x0d, 0x0a];
/** The end of the last line and a blank one. */
const MAX_BLANK_END = '\r\n\r\n'.length;

/** A document that is a whole CSV, fit to be uploaded. */
export interface CheckedCsv {
  /** The document's bytes, in the spool; without a byte order mark and a blank last line. */
  readonly body: Body;
  readonly header: readonly string[];
  readonly rows: number;
  readonly lineEnding: LineEnding;
  /** Of the body: SHA-256 in hex. */
  readonly digest: string;
}

/**
 * Writes a document to the spool and checks it on the way: UTF-8, RFC 4180, rows of one width, lines that end alike (and as `lineEnding` says), no NUL. Nothing of it is changed, but a byte order mark is dropped, and one blank line at the very end where rows have several cells: it is no row then.
 * What is wrong with it is a `validation` error that names the row.
 */
export async function checkedCsv(
  document: Document<Pick<CsvBulkProperties, 'columnDelimiter' | 'lineEnding'>>,
  context: ExecutionContext<unknown>,
): Promise<CheckedCsv> {
  const { columnDelimiter, lineEnding } = document.properties;
  const reader = new CsvReader({ delimiter: DELIMITERS[columnDelimiter] });
  const header: string[] = [];
  const pieces = withoutBlankEnd(withoutMark(document.body.open(context.signal)), () => header.length > 1);
  const hash = createHash('sha256');
  const checking = checkPieces(pieces, reader, header, hash);
  const body = await context.spool.write(checking, CSV);
  if (header.length === 0) throw invalid('it is empty: not even a header is there');
  const seen = reader.lineEnd === '' ? (lineEnding ?? 'LF') : reader.lineEnd;
  if (seen === 'mixed') throw invalid('some lines end in LF, others in CRLF');
  if (lineEnding !== undefined && seen !== lineEnding)
    throw invalid(`its lines end in ${seen} where the operation says ${lineEnding}`);
  return { body, header, rows: reader.rowCount - 1, lineEnding: seen, digest: hash.digest('hex') };
}

async function* checkPieces(
  pieces: AsyncIterable<Uint8Array>,
  reader: CsvReader,
  header: string[],
  hash: Hash,
): AsyncGenerator<Uint8Array> {
  const note = (rows: readonly string[][]): void => {
    const [first] = rows;
    if (header.length === 0 && first !== undefined) header.push(...first);
  };
  let sizeBytes = 0;
  try {
    for await (const bytes of pieces) {
      sizeBytes += bytes.byteLength;
      if (sizeBytes > MAX_JOB_BYTES)
        throw tooLarge(
          `it has more than the ${MAX_JOB_BYTES} bytes that a job takes: divide it into several documents, each with the header`,
        );
      note(reader.readBytes(bytes));
      hash.update(bytes);
      yield bytes;
    }
    note(reader.end());
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw error.isTooLarge ? tooLarge(error.message) : invalid(error.message, error);
  }
}

async function* withoutMark(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array(0);
  for await (const piece of pieces) {
    if (start === undefined) {
      yield piece;
      continue;
    }
    start = Buffer.concat([start, piece]);
    if (start.length < MARK.length) continue;
    yield MARK.every((byte, index) => start?.[index] === byte) ? start.subarray(MARK.length) : start;
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield start;
}

/** Leaves one blank line at the very end out. `isNoRow`: is such a line no row, as of several columns? Asked once everything before it was taken; else the reader judges it. */
async function* withoutBlankEnd(pieces: AsyncIterable<Uint8Array>, isNoRow: () => boolean): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    const bytes = held.length === 0 ? piece : Buffer.concat([held, piece]);
    let end = bytes.length;
    while (end > 0 && bytes.length - end < MAX_BLANK_END && LINE_ENDS.includes(bytes[end - 1] ?? 0)) end -= 1;
    // A copy: a part of the piece would keep it.
    held = Uint8Array.from(bytes.subarray(end));
    if (end > 0) yield bytes.subarray(0, end);
  }
  const [, first, blank] = /^(\r?\n)(\r?\n)$/.exec(Buffer.from(held).toString('latin1')) ?? [];
  if (first === undefined || blank === undefined) {
    if (held.length > 0) yield held;
    return;
  }
  yield held.subarray(0, first.length);
  if (!isNoRow()) yield held.subarray(first.length);
}

function tooLarge(why: string): ConnectorError {
  const message = `the document cannot be sent as CSV: ${why}`;
  return new ConnectorError({ category: 'tooLarge', code: 'CSV_TOO_LARGE', message, effect: 'none', retryable: false });
}

function invalid(why: string, cause?: unknown): Error {
  return documentError('CSV_INVALID', `the document cannot be sent as CSV: ${why}`, undefined, cause);
}
