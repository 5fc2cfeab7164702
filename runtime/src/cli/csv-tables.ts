/** CSV bodies one after the other. Rows that follow rows of the same header go on below them; any others have their own header before them. */
export class CsvTables {
  private tables: number;

  /** `header`, without its line end: the one that the rows written before stand under. */
  constructor(public header: string | undefined) {
    this.tables = header === undefined ? 0 : 1;
  }

  /** More than one header was written. */
  get areSeveral(): boolean {
    return this.tables > 1;
  }

  /** What is written of a body; its last row ends in a line end. */
  add(csv: string): string {
    if (csv === '') return '';
    const end = endOfFirstRow(csv);
    const first = csv.slice(0, end);
    const header = first.replace(/\r?\n$/, '');
    const isSame = header === this.header;
    if (!isSame) {
      this.header = header;
      this.tables += 1;
    }
    const text = isSame ? csv.slice(end) : csv;
    if (text === '' || text.endsWith('\n')) return text;
    return `${text}${first.endsWith('\r\n') ? '\r\n' : '\n'}`;
  }
}

/** Past its line end, where it has one; a quoted cell may hold others. */
function endOfFirstRow(csv: string): number {
  let isQuoted = false;
  let from = 0;
  for (let at = csv.indexOf('\n'); at !== -1; at = csv.indexOf('\n', from)) {
    for (let quote = csv.indexOf('"', from); quote !== -1 && quote < at; quote = csv.indexOf('"', quote + 1))
      isQuoted = !isQuoted;
    from = at + 1;
    if (!isQuoted) return from;
  }
  return csv.length;
}
