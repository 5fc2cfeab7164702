/** What is wrong with a CSV; the message names the row, the header being row 1. */
export class CsvError extends Error {
  constructor(
    message: string,
    /** It is more than its reader takes. */
    readonly isTooLarge = false,
  ) {
    super(message);
  }
}
