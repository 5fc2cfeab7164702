import { type CallContext, type HttpHeaders, isConnectorError } from '@connector-runtime/core';
import { protocolError } from '../transport/refusals.js';
import type { SalesforceTransport } from '../transport/salesforce-transport.js';
import {
  completeRecord,
  type FurtherRecords,
  type OpenList,
  type QueryPage,
  readQueryPage,
} from '../xml/record-reader.js';
import { XmlError } from '../xml/xml-error.js';

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
  readonly headers: HttpHeaders;
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
  let given = 0;
  let next: Promise<QueryPage> | undefined = reader.readPath(requests.firstPath);
  while (next !== undefined) {
    const page: QueryPage = await next;
    const records = await reader.completed(page, 0);
    next = page.nextRecordsUrl === undefined ? undefined : reader.readCursor(page.nextRecordsUrl);
    // Who leaves at the yield never awaits it.
    next?.catch(() => undefined);
    given += records.length;
    if (next === undefined && given !== page.totalSize) {
      throw protocolError('PAGES_INCOMPLETE', `the service counts ${page.totalSize} records and gave ${given}`, 'none');
    }
    yield { records, totalSize: page.totalSize };
  }
}

class PageSource {
  private readonly usedCursors = new Set<string>();

  constructor(
    private readonly transport: SalesforceTransport,
    private readonly requests: PageRequests,
    private readonly context: CallContext,
  ) {}

  async readPath(path: string): Promise<QueryPage> {
    const { step, headers } = this.requests;
    const { text } = await this.transport.sendForXml(
      { step, method: 'GET', path, headers, effect: 'none' },
      this.context,
    );
    try {
      return readQueryPage(text);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      throw protocolError('PAGE_UNREADABLE', `a page of the query cannot be read: ${error.message}`, 'none', error);
    }
  }

  async readCursor(cursor: string): Promise<QueryPage> {
    if (this.usedCursors.has(cursor))
      throw protocolError('CURSOR_REPEATED', 'the service names a page a second time', 'none');
    this.usedCursors.add(cursor);
    return this.readPath(await this.transport.pathOf(cursor, this.context));
  }

  /** The page's records with their open lists filled. */
  async completed(page: QueryPage, depth: number): Promise<readonly string[]> {
    if (page.openLists.size === 0) return page.records;
    if (depth > MAX_NESTED_LISTS) {
      throw protocolError(
        'PAGES_INCOMPLETE',
        `lists of child records are nested deeper than ${MAX_NESTED_LISTS}`,
        'none',
      );
    }
    const records = [...page.records];
    for (const [index, lists] of page.openLists) {
      const further: (readonly FurtherRecords[])[] = [];
      for (const list of lists) further.push(await this.furtherRecords(list, depth));
      records[index] = completeRecord(records[index] ?? '', page.namespaces, lists, further);
    }
    return records;
  }

  private async furtherRecords(list: OpenList, depth: number): Promise<readonly FurtherRecords[]> {
    const pages: FurtherRecords[] = [];
    let count = list.count;
    let cursor: string | undefined = list.nextRecordsUrl;
    while (cursor !== undefined) {
      const page: QueryPage = await this.readCursor(cursor);
      const records = await this.completed(page, depth + 1);
      pages.push({ records, namespaces: page.namespaces });
      count += records.length;
      cursor = page.nextRecordsUrl;
    }
    if (count !== list.totalSize) {
      throw protocolError(
        'PAGES_INCOMPLETE',
        `the service counts ${list.totalSize} child records and gave ${count}`,
        'none',
      );
    }
    return pages;
  }
}

/** Is it an error that every further document would meet too? */
export function endsEverything(error: unknown): boolean {
  return !isConnectorError(error) || ['auth', 'quota', 'config', 'cancelled'].includes(error.info.category);
}
