const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Line endings, by the names that jobs give them. */
export const LINE_ENDINGS = { LF: '\n', CRLF: '\r\n' } as const;
export type LineEnding = keyof typeof LINE_ENDINGS;

/** CSV that is not what the job says of it, in the service's words. */
export class CsvError extends Error {}

/**
 * An uploaded CSV: kept as the bytes that came, with where each row begins. Every row has as many cells as the header, or it is refused whole.
 * Source: Bulk API 2.0 Developer Guide, "Prepare CSV Files" (RFC 4180, with the job's delimiter and line ending).
 */
export class CsvRows {
  /** Cells of the header row. */
  readonly header: readonly string[];
  /** The header row as it was uploaded, without its line end. */
  readonly headerText: string;
  readonly #starts: Uint32Array;

  private constructor(
    private readonly bytes: Buffer,
    private readonly delimiter: string,
    starts: number[],
  ) {
    this.#starts = Uint32Array.from(starts);
    this.headerText = this.#text(0);
    this.header = parseCells(this.headerText, delimiter);
  }

  /** Throws {@link CsvError} for a wrong line end, an open quote, a quote inside a cell or a row of another width. */
  static read(bytes: Buffer, delimiter: string, lineEnding: LineEnding): CsvRows {
    return new CsvRows(bytes, delimiter, rowStarts(bytes, delimiter.charCodeAt(0), lineEnding));
  }

  /** Rows below the header. */
  get count(): number {
    return this.#starts.length - 2;
  }

  /** Cells of a row, 0 for the first below the header. */
  cells(row: number): string[] {
    return parseCells(this.#text(row + 1), this.delimiter);
  }

  #text(line: number): string {
    const [start = 0, end = 0] = this.#starts.subarray(line, line + 2);
    return this.bytes.toString('utf8', start, end).replace(/\r?\n$/, '');
  }
}

/** Where each line begins, and at last where the text ends. */
function rowStarts(bytes: Buffer, delimiter: number, lineEnding: LineEnding): number[] {
  const starts = [0];
  let cells = 1;
  let width: number | undefined;
  let isCellStart = true;
  let isQuoted = false;
  const endRow = (next: number): void => {
    width ??= cells;
    if (cells !== width)
      throw new CsvError(`InvalidBatch : Row ${starts.length - 1} has ${cells} cells, the header has ${width}`);
    starts.push(next);
    cells = 1;
    isCellStart = true;
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isQuoted) {
      if (byte !== QUOTE) continue;
      const next = bytes[at + 1];
      if (next === QUOTE) at++;
      else if (next === undefined || next === delimiter || next === LF || next === CR) isQuoted = false;
      else throw new CsvError(`InvalidBatch : Row ${starts.length - 1} has text behind a closing quote`);
      continue;
    }
    if (byte === LF || byte === CR) {
      const isPair = byte === CR && bytes[at + 1] === LF;
      if (isPair !== (lineEnding === 'CRLF') || (byte === CR && !isPair))
        throw new CsvError(
          `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${lineEnding}`,
        );
      if (isPair) at++;
      endRow(at + 1);
      continue;
    }
    if (byte === delimiter) {
      cells++;
      isCellStart = true;
      continue;
    }
    if (byte === QUOTE) {
      if (!isCellStart) throw new CsvError(`InvalidBatch : Row ${starts.length - 1} has a quote inside a cell`);
      isQuoted = true;
    }
    isCellStart = false;
  }
  if (isQuoted) throw new CsvError('InvalidBatch : The last cell has no closing quote');
  if (starts.at(-1) !== bytes.length) endRow(bytes.length);
  return starts;
}

function parseCells(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  for (let at = 0; ; at++) {
    if (text.charAt(at) === '"') {
      let end = at + 1;
      for (end = text.indexOf('"', end); text.charAt(end + 1) === '"'; end = text.indexOf('"', end + 2));
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else {
      const end = text.indexOf(delimiter, at);
      cells.push(text.slice(at, end < 0 ? undefined : end));
      at = end < 0 ? text.length : end;
    }
    if (at >= text.length) return cells;
  }
}

/** A row with every cell quoted, without line end. */
export function quotedRow(cells: readonly string[], delimiter: string): string {
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter);
}
