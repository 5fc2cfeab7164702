/** The text that empties a field. A value that reads so cannot be sent. Source: Bulk API 2.0 Developer Guide, "Valid CSV Record Rows". */
export const NULL_CELL = '#N/A';

/** The cell of a value that a row gives a field: what is absent stays empty, which leaves the field alone; null empties it. */
export function cellOf(value: string | null | undefined): string {
  return value === undefined ? '' : (value ?? NULL_CELL);
}
