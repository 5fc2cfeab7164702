import { CsvError } from './csv-error.js';
import { MAX_COLUMNS, MAX_ROW_CHARS } from './csv-limits.js';

/** How a CSV is written. */
export interface CsvForm {
  /** One character; a comma where absent. */
  readonly delimiter?: string;
}

const QUOTE = 34;
const LF = 10;
const CR = 13;

/**
 * Reads CSV by RFC 4180 from pieces of text or bytes, cut anywhere: a byte order mark is dropped, lines end in LF or CRLF, a quoted cell holds anything but NUL.
 * Every row has as many cells as the first, which is the header; no line is blank. Throws {@link CsvError} on anything else.
 * Works through each piece at once: the caller yields between pieces.
 */
export class CsvReader {
  private readonly delimiterCode: number;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Pieces of a row that none of them ends. They are put together and read when one does: to read the row from its start with each would take the square of its length. */
  private held: string[] = [];
  private heldChars = 0;
  /** Do they end inside quotes? */
  private isQuoted = false;
  private width = 0;
  private rowsRead = 0;
  private isAtStart = true;
  private lastLineEnd: '' | 'LF' | 'CRLF' | 'mixed' = '';

  constructor({ delimiter = ',' }: CsvForm = {}) {
    this.delimiterCode = delimiter.charCodeAt(0);
  }

  /** Rows read so far, the header among them. */
  get rowCount(): number {
    return this.rowsRead;
  }

  /** How the lines read so far end; empty where none has. */
  get lineEnd(): '' | 'LF' | 'CRLF' | 'mixed' {
    return this.lastLineEnd;
  }

  /** The rows that this piece ends. */
  readBytes(bytes: Uint8Array): string[][] {
    return this.readText(this.decode(bytes, true));
  }

  /** The rows that this piece ends. */
  readText(piece: string): string[][] {
    if (piece === '') return [];
    // Too much of a row: the reading says so, or what is wrong with it.
    const mayRead = this.hold(this.withoutMark(piece)) || this.heldChars > MAX_ROW_CHARS;
    return mayRead ? this.readRows(this.takeHeld(), false) : [];
  }

  /** Ends the text and gives the row that has no line end, if there is one. `mustEndLine`: such a row is refused, for the text was cut off. */
  end(mustEndLine = false): string[][] {
    const text = this.takeHeld() + this.decode(new Uint8Array(0), false);
    if (text === '') return [];
    if (mustEndLine) throw new CsvError(`the text breaks off in row ${this.rowsRead + 1}`);
    return this.readRows(text, true);
  }

  private decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.decoder.decode(bytes, { stream });
    } catch {
      throw new CsvError(`the text is not UTF-8, in row ${this.rowsRead + 1} or a later one`);
    }
  }

  private withoutMark(piece: string): string {
    const isMarked = this.isAtStart && piece.charCodeAt(0) === 0xfeff;
    this.isAtStart = false;
    return isMarked ? piece.slice(1) : piece;
  }

  /** Does the row end in this piece, as far as quotes tell? Looks no further than to its end. */
  private hold(piece: string): boolean {
    this.held.push(piece);
    this.heldChars += piece.length;
    let lineEnd = -1;
    for (let at = 0; ; ) {
      const quote = piece.indexOf('"', at);
      if (!this.isQuoted) {
        if (lineEnd < at) lineEnd = piece.indexOf('\n', at);
        if (lineEnd < 0) lineEnd = piece.length;
        else if (lineEnd < piece.length && (quote < 0 || lineEnd < quote)) return true;
      }
      if (quote < 0) return false;
      this.isQuoted = !this.isQuoted;
      at = quote + 1;
    }
  }

  private takeHeld(): string {
    const text = this.held.join('');
    this.held = [];
    this.heldChars = 0;
    this.isQuoted = false;
    return text;
  }

  private readRows(text: string, isEnd: boolean): string[][] {
    const rows: string[][] = [];
    const mayHoldNul = text.includes('\0');
    let at = 0;
    for (;;) {
      const row: string[] = [];
      const end = this.readRow(text, at, isEnd, row);
      if (end < 0) break;
      if (mayHoldNul && row.some((cell) => cell.includes('\0'))) this.fail('holds a NUL character');
      // RFC 4180 has no blank lines, nor does the service write any; whether it would take one for a record, nobody says.
      if (row.length === 1 && row[0] === '' && text.charCodeAt(at) !== QUOTE)
        this.fail('is a blank line (a cell without text, alone in its row, is written "")');
      if (this.width === 0) this.width = row.length;
      if (row.length !== this.width) this.fail(`has ${row.length} cells where the header has ${this.width}`);
      this.rowsRead += 1;
      rows.push(row);
      at = end;
      if (at >= text.length) break;
    }
    const rest = text.slice(at);
    if (rest !== '') this.hold(rest);
    if (rest.length > MAX_ROW_CHARS) this.fail(`is longer than ${MAX_ROW_CHARS} characters`, true);
    return rows;
  }

  /** Reads the cells of one row; where the next begins, or -1 where the text ends before it does. */
  private readRow(text: string, from: number, isEnd: boolean, row: string[]): number {
    let at = from;
    for (;;) {
      if (row.length >= MAX_COLUMNS) this.fail(`has more than ${MAX_COLUMNS} cells`, true);
      const end =
        text.charCodeAt(at) === QUOTE ? this.readQuoted(text, at + 1, isEnd, row) : this.readPlain(text, at, row);
      if (end < 0) return -1;
      if (end >= text.length) return isEnd ? end : -1;
      const code = text.charCodeAt(end);
      if (code === this.delimiterCode) {
        at = end + 1;
        continue;
      }
      if (code === LF) {
        this.noteLineEnd('LF');
        return end + 1;
      }
      if (code !== CR) this.fail('has text behind a closing quote');
      if (end + 1 >= text.length && !isEnd) return -1;
      if (text.charCodeAt(end + 1) !== LF) this.fail('has a carriage return that ends no line');
      this.noteLineEnd('CRLF');
      return end + 2;
    }
  }

  /** Where the quoted cell that begins at `from` ends, behind its quote; -1 where that cannot be told yet. */
  private readQuoted(text: string, from: number, isEnd: boolean, row: string[]): number {
    let isDoubled = false;
    for (let at = from; ; at += 2) {
      at = text.indexOf('"', at);
      if (at < 0) {
        if (isEnd) this.fail('has a quote that does not close');
        return -1;
      }
      if (at + 1 >= text.length && !isEnd) return -1;
      if (text.charCodeAt(at + 1) === QUOTE) {
        isDoubled = true;
        continue;
      }
      const cell = text.slice(from, at);
      row.push(isDoubled ? cell.replaceAll('""', '"') : cell);
      return at + 1;
    }
  }

  private readPlain(text: string, from: number, row: string[]): number {
    let at = from;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === this.delimiterCode || code === LF || code === CR) break;
      if (code === QUOTE) this.fail('has a quote inside a cell that is not quoted');
    }
    row.push(text.slice(from, at));
    return at;
  }

  private noteLineEnd(seen: 'LF' | 'CRLF'): void {
    if (this.lastLineEnd === '') this.lastLineEnd = seen;
    else if (this.lastLineEnd !== seen) this.lastLineEnd = 'mixed';
  }

  private fail(what: string, isTooLarge = false): never {
    throw new CsvError(`row ${this.rowsRead + 1} ${what}`, isTooLarge);
  }
}
