import type { CallContext, HttpHeaders } from '@connector-runtime/core';
import { protocolError, withStep } from '../transport/refusals.js';
import type { SalesforceTransport } from '../transport/salesforce-transport.js';
import { type OpenList, type Payload, PayloadError, type QueryPage } from './payload.js';

const MAX_NESTED_LISTS = 10;

/** A page whose records are whole. */
export interface RecordPage {
  readonly records: readonly string[];
  /** Records of the whole query. */
  readonly totalSize: number;
}

/** How the pages of one statement are asked for. */
export interface PageRequests {
  readonly step: string;
  readonly firstPath: string;
  /** The records come in this form. */
  readonly payload: Payload;
  readonly headers: HttpHeaders;
  /** `SELECT COUNT()`: the count comes without records. */
  readonly countsOnly?: boolean;
}

/**
 * All pages of a query, the next one asked for while one is being used. Lists of child records that go on elsewhere are read to their end, at any depth, before their record is given.
 * Ends without an error only if everything that the service counts was given; a cursor that comes again, leads elsewhere or is missing is a `protocol` error.
 */
export async function* recordPages(
  transport: SalesforceTransport,
  requests: PageRequests,
  context: CallContext,
): AsyncGenerator<RecordPage> {
  const reader = new PageSource(transport, requests, context);
  const used: UsedPaths = new Set();
  let list: CountedList | undefined;
  try {
    let next: Promise<QueryPage> | undefined = reader.readFirst(requests.firstPath, used);
    while (next !== undefined) {
      const page: QueryPage = await next;
      list ??= new CountedList('records', page.totalSize);
      if (requests.countsOnly !== true) list.add(page);
      const records = await reader.completed(page, 0);
      next = page.nextRecordsUrl === undefined ? undefined : reader.readCursor(page.nextRecordsUrl, used);
      // Who leaves at the yield never awaits it.
      next?.catch(() => undefined);
      yield { records, totalSize: page.totalSize };
    }
  } catch (error) {
    throw withStep(error, requests.step);
  }
}

/** Holds the pages of one list to what the service counted at first: no page may count otherwise, bring nothing, or bring more. */
class CountedList {
  constructor(
    private readonly what: string,
    private readonly totalSize: number,
    private given = 0,
  ) {}

  add(page: QueryPage): void {
    const { what, totalSize } = this;
    this.given += page.records.length;
    const isLast = page.nextRecordsUrl === undefined;
    if (page.totalSize !== totalSize)
      throw incomplete(`the service counts ${totalSize} ${what}, and on a later page ${page.totalSize}`);
    if (!isLast && page.records.length === 0)
      throw incomplete(`a page without ${what} says that there are more of them`);
    if (isLast ? this.given !== totalSize : this.given > totalSize)
      throw incomplete(`the service counts ${totalSize} ${what} and gave ${this.given}`);
  }
}

function incomplete(message: string): Error {
  return protocolError('PAGES_INCOMPLETE', message, 'none');
}

/** The paths of one list's pages, in the form that they are asked for in: one cursor may be spelt in several ways. A list of child records has its own, gone with it. */
type UsedPaths = Set<string>;

class PageSource {
  constructor(
    private readonly transport: SalesforceTransport,
    private readonly requests: PageRequests,
    private readonly context: CallContext,
  ) {}

  async readFirst(path: string, used: UsedPaths): Promise<QueryPage> {
    used.add(await this.transport.fullPath(path, this.context));
    return this.readPath(path);
  }

  private async readPath(path: string): Promise<QueryPage> {
    const { step, payload, headers } = this.requests;
    const { text } = await this.transport.sendForText(
      { step, method: 'GET', path, headers, effect: 'none' },
      payload.form,
      this.context,
    );
    try {
      return payload.readPage(text);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      throw protocolError('PAGE_UNREADABLE', `a page of the query cannot be read: ${error.message}`, 'none', error);
    }
  }

  async readCursor(cursor: string, used: UsedPaths): Promise<QueryPage> {
    const path = await this.transport.pathOf(cursor, this.context);
    if (used.has(path)) throw protocolError('CURSOR_REPEATED', 'the service names a page a second time', 'none');
    used.add(path);
    return this.readPath(path);
  }

  /** The page's records with their open lists filled. */
  async completed(page: QueryPage, depth: number): Promise<readonly string[]> {
    if (page.openLists.size === 0) return page.records;
    if (depth > MAX_NESTED_LISTS) {
      throw incomplete(`lists of child records are nested deeper than ${MAX_NESTED_LISTS}`);
    }
    const records = [...page.records];
    for (const [index, lists] of page.openLists) {
      const further: (readonly QueryPage[])[] = [];
      for (const list of lists) further.push(await this.furtherRecords(list, depth));
      records[index] = this.requests.payload.completeRecord(records[index] ?? '', page, lists, further);
    }
    return records;
  }

  private async furtherRecords(list: OpenList, depth: number): Promise<readonly QueryPage[]> {
    const pages: QueryPage[] = [];
    const counted = new CountedList('child records', list.totalSize, list.count);
    const used: UsedPaths = new Set();
    let cursor: string | undefined = list.nextRecordsUrl;
    while (cursor !== undefined) {
      const page: QueryPage = await this.readCursor(cursor, used);
      counted.add(page);
      const records = await this.completed(page, depth + 1);
      pages.push({ ...page, records });
      cursor = page.nextRecordsUrl;
    }
    return pages;
  }
}
