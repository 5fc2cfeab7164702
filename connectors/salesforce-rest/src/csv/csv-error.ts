/** What is wrong with a CSV; the message names the row, the header being row 1. */
export class CsvError extends Error {}
