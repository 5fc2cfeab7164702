/** A page of a query's answer. */
export interface QueryPage {
  /** Absent on the last page. */
  readonly nextRecordsUrl?: string;
  /** Of the whole query, on each of its pages. */
  readonly totalSize: number;
  /** Each record's text, cut out of the page. */
  readonly records: readonly string[];
  /** By index in `records`: the lists of child records in it that go on elsewhere. */
  readonly openLists: ReadonlyMap<number, readonly OpenList[]>;
}

/** A list of child records of which a record holds only the first page. Positions are in the record's text. */
export interface OpenList {
  readonly nextRecordsUrl: string;
  readonly totalSize: number;
  /** Child records that the text already holds. */
  readonly count: number;
  readonly doneFrom: number;
  readonly doneTo: number;
  readonly cursorFrom: number;
  readonly cursorTo: number;
  /** Where further child records go. */
  readonly end: number;
}
