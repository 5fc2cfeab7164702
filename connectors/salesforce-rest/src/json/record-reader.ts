import { ownText } from '../text/own-text.js';
import { readFlatPage } from './flat-page.js';
import { JsonError } from './json-error.js';
import { CLOSE_OBJECT, END, JsonScanner, memberRange, OPEN_ARRAY, OPEN_OBJECT, STRING } from './json-scanner.js';
import type { OpenList, QueryPage } from './query-page.js';

/** What a container is to its content. */
const RECORD = 1;
/** A list of records, or something else that is no record: an address, a parent, `attributes`. */
const MAYBE_LIST = 2;
const RECORDS = 3;
const OTHER = 4;

const RECORD_LEVEL = 3;

interface ListState {
  count: number;
  end: number;
  hasRecords: boolean;
  doneFrom: number;
  doneTo: number;
  cursorFrom: number;
  cursorTo: number;
  done?: boolean;
  cursor?: string;
  totalSize?: number;
}

/**
 * Splits a page into its records by position: nothing is parsed, and what a record says stays as it is written, numbers too.
 * Throws {@link JsonError} on what is not JSON, not a query's answer, or says of itself that something is missing.
 */
export function readQueryPage(page: string): QueryPage {
  return readFlatPage(page) ?? new PageReader(page).read();
}

/** The record with further child records written into its open lists, in order; each list then says `done` and holds no cursor. */
export function completeRecord(
  record: string,
  lists: readonly OpenList[],
  further: readonly (readonly string[])[],
): string {
  const edits = lists.flatMap((list, index) => {
    const added = further[index] ?? [];
    const comma = list.count > 0 && added.length > 0 ? ',' : '';
    return [
      { from: list.doneFrom, to: list.doneTo, text: 'true' },
      { from: list.cursorFrom, to: list.cursorTo, text: '' },
      { from: list.end, to: list.end, text: comma + added.join(',') },
    ];
  });
  edits.sort((a, b) => a.from - b.from || a.to - b.to);
  let text = '';
  let at = 0;
  for (const edit of edits) {
    text += record.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return text + record.slice(at);
}

class PageReader {
  private readonly scanner: JsonScanner;
  private readonly records: string[] = [];
  private readonly openLists = new Map<number, OpenList[]>();
  /** By level. */
  private readonly roles: number[] = [];
  private readonly lists: (ListState | undefined)[] = [];
  private recordStart = 0;
  /** Open lists of the record at hand; positions are in the page. */
  private found: OpenList[] = [];

  constructor(private readonly page: string) {
    this.scanner = new JsonScanner(page);
  }

  read(): QueryPage {
    const { scanner, roles } = this;
    for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
      const { level } = scanner;
      if (kind >= STRING) {
        const role = roles[level];
        if (role === MAYBE_LIST) this.readListMember(level);
        else if (role === RECORDS) throw new JsonError('a record is no object');
      } else if (kind === OPEN_OBJECT) this.openObject(level);
      else if (kind === OPEN_ARRAY) this.openArray(level);
      else if (kind === CLOSE_OBJECT) this.closeObject(level);
    }
    return this.result();
  }

  private result(): QueryPage {
    const { done, cursor, totalSize, hasRecords } = this.listAt(1);
    if (done === undefined || totalSize === undefined || !hasRecords)
      throw new JsonError('the answer has no done, no totalSize or no records: it is no query result');
    if (!done && cursor === undefined) throw new JsonError('the page says that there is more, but not where');
    const { records, openLists } = this;
    return { ...(done || cursor === undefined ? {} : { nextRecordsUrl: cursor }), totalSize, records, openLists };
  }

  private openObject(level: number): void {
    const isRecord = this.roles[level - 1] === RECORDS;
    this.roles[level] = isRecord ? RECORD : MAYBE_LIST;
    if (isRecord && level === RECORD_LEVEL) this.recordStart = this.scanner.start;
  }

  private openArray(level: number): void {
    const role = this.roles[level - 1];
    if (role === RECORDS) throw new JsonError('a record is no object');
    const isRecords = role === MAYBE_LIST && this.scanner.isMember('"records"');
    this.roles[level] = isRecords ? RECORDS : OTHER;
    if (!isRecords) return;
    const list = this.listAt(level - 1);
    list.hasRecords = true;
    list.end = this.scanner.end;
  }

  private closeObject(level: number): void {
    if (this.roles[level] === RECORD) {
      if (level === RECORD_LEVEL) this.cutRecord();
      else {
        const list = this.listAt(level - 2);
        list.count += 1;
        list.end = this.scanner.end;
      }
    } else if (level > 1 && this.lists[level] !== undefined) this.closeList(level);
  }

  private cutRecord(): void {
    const { recordStart } = this;
    if (this.found.length > 0) {
      this.openLists.set(
        this.records.length,
        this.found.map((list) => shifted(list, -recordStart)),
      );
      this.found = [];
    }
    this.records.push(this.page.slice(recordStart, this.scanner.end));
  }

  /** `done`, `totalSize` and `nextRecordsUrl`. */
  private readListMember(level: number): void {
    const { scanner } = this;
    const { start, end } = scanner;
    if (scanner.isMember('"done"')) {
      const list = this.listAt(level);
      list.done = truthOf(scanner.source);
      list.doneFrom = start;
      list.doneTo = end;
    } else if (scanner.isMember('"totalSize"')) {
      this.listAt(level).totalSize = countOf(scanner.source);
    } else if (scanner.isMember('"nextRecordsUrl"') && scanner.source !== 'null') {
      const list = this.listAt(level);
      list.cursor = cursorOf(scanner.source);
      [list.cursorFrom, list.cursorTo] = memberRange(this.page, scanner.keyStart, end);
    }
  }

  private listAt(level: number): ListState {
    const known = this.lists[level];
    if (known !== undefined) return known;
    const made = { count: 0, end: 0, hasRecords: false, doneFrom: 0, doneTo: 0, cursorFrom: 0, cursorTo: 0 };
    this.lists[level] = made;
    return made;
  }

  private closeList(level: number): void {
    const list = this.listAt(level);
    this.lists[level] = undefined;
    const { done, totalSize, cursor, hasRecords, ...positions } = list;
    if (done === undefined || totalSize === undefined || !hasRecords)
      throw new JsonError('a list of child records has no done, no totalSize or no records');
    if (done) {
      if (list.count === totalSize) return;
      throw new JsonError(`a list of child records says that it is complete, with ${list.count} of ${totalSize}`);
    }
    if (cursor === undefined) throw new JsonError('a list of child records says that there is more, but not where');
    this.found.push({ ...positions, totalSize, nextRecordsUrl: cursor });
  }
}

function shifted(list: OpenList, shift: number): OpenList {
  return {
    ...list,
    doneFrom: list.doneFrom + shift,
    doneTo: list.doneTo + shift,
    cursorFrom: list.cursorFrom + shift,
    cursorTo: list.cursorTo + shift,
    end: list.end + shift,
  };
}

function truthOf(source: string): boolean {
  if (source !== 'true' && source !== 'false') throw new JsonError('done is neither true nor false');
  return source === 'true';
}

function countOf(source: string): number {
  if (!/^\d{1,15}$/.test(source)) throw new JsonError('totalSize is no count');
  return Number(source);
}

function cursorOf(source: string): string {
  const value: unknown = JSON.parse(source);
  if (typeof value !== 'string' || value.trim() === '') throw new JsonError('nextRecordsUrl is no address');
  return ownText(value.trim());
}
