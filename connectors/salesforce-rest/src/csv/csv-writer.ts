/** A row with every cell quoted and its quotes doubled, commas between, LF behind: RFC 4180, so that any text comes back as it was. */
export function csvRow(cells: readonly string[]): string {
  let row = '';
  let separator = '"';
  for (const cell of cells) {
    row += separator;
    row += cell.includes('"') ? cell.replaceAll('"', '""') : cell;
    separator = '","';
  }
  return row === '' ? '\n' : `${row}"\n`;
}
