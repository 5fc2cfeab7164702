import type { PositionList } from '../soql/positions.js';
import type { ChildrenColumn, Column, Selection } from '../soql/selection.js';
import type { RecordStore } from '../store/record-store.js';
import type { Table } from '../store/table.js';
import { type Format, RECORD_FORMATS, type RecordFormat, type RenderedPage } from './record-format.js';

/** Where the rest of a list of records waits for its next page. */
export interface Continuation {
  readonly selection: Selection;
  readonly positions: PositionList;
  readonly includeDeleted: boolean;
  /** Rows of each page, where the list has its own; else those of the request. */
  readonly pageSize?: number;
}

/** What writing a page needs to know. */
export interface WritingContext {
  readonly store: RecordStore;
  readonly format: Format;
  /** `/services/data/vNN.N` */
  readonly root: string;
  readonly includeDeleted: boolean;
  /** Children shown within their parent before a cursor takes over. */
  readonly childPageSize: number;
  /** Keeps the rest of a list and gives the path of its next page. */
  keep(continuation: Continuation, offset: number): string;
}

type WriteMember = (position: number) => string;

/** Writes records in one format; counts the rows it wrote, children included. */
export class RecordWriter {
  rows = 0;
  readonly #format: RecordFormat;
  readonly #writers = new Map<readonly Column[], readonly WriteMember[]>();

  constructor(private readonly context: WritingContext) {
    this.#format = RECORD_FORMATS[context.format];
  }

  /** A page of at most `pageSize` rows from `offset` on: child rows count too, but one record is always there. */
  page(list: Continuation, offset: number, pageSize: number): string {
    return this.#format.pageAnswer(this.#page(list, offset, pageSize));
  }

  /** An answer of one record. */
  record(selection: Selection, position: number): string {
    const { type } = selection.table;
    return this.#format.recordAnswer(
      type.name,
      this.#url(selection.table, position),
      this.#members(selection.table, selection.columns, position),
    );
  }

  #page(list: Continuation, offset: number, pageSize: number): RenderedPage {
    const {
      selection: { table, columns },
      positions,
    } = list;
    const records: string[] = [];
    const rowsBefore = this.rows;
    let at = offset;
    for (; at < positions.length && this.rows - rowsBefore < pageSize; at++) {
      const position = positions.at(at);
      if (position === undefined) break;
      this.rows++;
      records.push(
        this.#format.record(table.type.name, this.#url(table, position), this.#members(table, columns, position)),
      );
    }
    const page = { records, totalSize: positions.length };
    return at < positions.length ? { ...page, next: this.context.keep(list, at) } : page;
  }

  #members(table: Table, columns: readonly Column[], position: number): string {
    let writers = this.#writers.get(columns);
    if (writers === undefined) {
      writers = columns.map((column) => this.#memberWriter(table, column));
      this.#writers.set(columns, writers);
    }
    let members = '';
    for (const write of writers) members += write(position);
    return members;
  }

  #memberWriter(table: Table, column: Column): WriteMember {
    switch (column.kind) {
      case 'field': {
        const write = this.#format.memberField(column.name, column.field.type);
        return (position) => write(table.read(position, column.field));
      }
      case 'constant': {
        const member = this.#format.memberField(column.name, column.field.type)(column.value);
        return () => member;
      }
      case 'parent':
        return (position) => this.#parent(table, column, position);
      case 'children':
        return (position) => this.#children(table, column, position);
    }
  }

  #parent(table: Table, column: Extract<Column, { kind: 'parent' }>, position: number): string {
    const id = table.read(position, column.lookup);
    const parent = typeof id === 'string' ? this.context.store.find(id) : undefined;
    const columns = parent && column.targets.get(parent.table);
    if (parent === undefined || columns === undefined) return this.#format.memberNone(column.name);
    const type = column.shownAs ?? parent.table.type.name;
    return this.#format.memberParent(
      column.name,
      type,
      this.#url(parent.table, parent.position),
      this.#members(parent.table, columns, parent.position),
    );
  }

  #children(table: Table, column: ChildrenColumn, position: number): string {
    const { includeDeleted, childPageSize } = this.context;
    const positions = column.of(table.idAt(position), includeDeleted);
    if (positions.length === 0) return this.#format.memberNone(column.name);
    return this.#format.memberList(
      column.name,
      this.#page({ selection: column.selection, positions, includeDeleted, pageSize: childPageSize }, 0, childPageSize),
    );
  }

  #url(table: Table, position: number): string {
    return `${this.context.root}/sobjects/${table.type.name}/${table.idAt(position)}`;
  }
}
