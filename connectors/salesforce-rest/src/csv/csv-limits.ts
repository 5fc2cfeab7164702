/** What a CSV may ask of its reader. The service itself takes 131,072 characters in a field and 400,000 in a record. */
export const MAX_ROW_CHARS = 1_000_000;
export const MAX_COLUMNS = 5_000;
