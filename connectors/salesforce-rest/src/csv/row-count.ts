const QUOTE = 34;
const LF = 10;

/** What a CSV comes to, without its cells being read. */
export interface CsvExtent {
  /** Below the header. */
  readonly rows: number;
  /** It ends behind a line, outside quotes. An empty text is whole. */
  readonly isWhole: boolean;
}

/** Counts the rows of a well-formed CSV: every quote, doubled ones too, opens or closes. */
export async function countRows(pieces: AsyncIterable<Uint8Array>): Promise<CsvExtent> {
  let lines = 0;
  let isQuoted = false;
  let last = LF;
  for await (const bytes of pieces) {
    for (const byte of bytes) {
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === LF && !isQuoted) lines += 1;
    }
    last = bytes.at(-1) ?? last;
  }
  return { rows: Math.max(0, lines - 1), isWhole: !isQuoted && last === LF };
}
