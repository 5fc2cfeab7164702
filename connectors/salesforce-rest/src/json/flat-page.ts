import type { QueryPage } from './query-page.js';

const RECORDS = '"records":[';
/** Where one record ends and the next begins. Inside a text the quotes would be escaped, so it stands nowhere else. */
const BORDER = '},{"attributes":';

/**
 * A page as the service writes it, without white space and without lists of child records: checked by the engine's own parser and cut at the borders of its records.
 * `undefined`: it is not like this, or no page at all, and the scanner has to say what it is.
 */
export function readFlatPage(page: string): QueryPage | undefined {
  const list = page.indexOf(RECORDS);
  if (list < 0 || page.indexOf('"records"', list + 1) >= 0 || page.lastIndexOf('"records"', list - 1) >= 0)
    return undefined;
  const { done, nextRecordsUrl, totalSize, records } = parsed(page) ?? {};
  const isPage =
    typeof done === 'boolean' &&
    (done || (typeof nextRecordsUrl === 'string' && nextRecordsUrl !== '')) &&
    Number.isSafeInteger(totalSize) &&
    Number(totalSize) >= 0 &&
    Array.isArray(records);
  // A border inside a record could else make up for one that has white space in it.
  if (!isPage || !records.every(isFlat)) return undefined;
  const cut = recordsIn(page, list + RECORDS.length);
  if (cut?.length !== records.length) return undefined;
  return {
    ...(done ? {} : { nextRecordsUrl: String(nextRecordsUrl) }),
    totalSize: Number(totalSize),
    records: cut,
    openLists: new Map(),
  };
}

/** Does it begin with its attributes, and hold no list, of which a border could be? */
function isFlat(record: unknown): boolean {
  if (typeof record !== 'object' || record === null) return false;
  let isFirst = true;
  for (const name in record) {
    if (isFirst && name !== 'attributes') return false;
    isFirst = false;
    if (holdsList((record as Readonly<Record<string, unknown>>)[name])) return false;
  }
  return !isFirst;
}

function holdsList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  for (const name in value) if (holdsList((value as Readonly<Record<string, unknown>>)[name])) return true;
  return false;
}

function parsed(page: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(page) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** The texts between the borders; `undefined` where the list is not the last member of the page, or its records do not begin with their attributes. */
function recordsIn(page: string, from: number): readonly string[] | undefined {
  if (!page.endsWith(']}')) return undefined;
  const end = page.length - 2;
  if (from === end) return [];
  if (!page.startsWith(BORDER.slice(2), from)) return undefined;
  const records: string[] = [];
  let start = from;
  for (let border = page.indexOf(BORDER, start); border >= 0; border = page.indexOf(BORDER, start)) {
    records.push(page.slice(start, border + 1));
    start = border + 2;
  }
  const last = page.slice(start, end);
  // What stands behind the list would be in it.
  if (parsed(last) === undefined) return undefined;
  records.push(last);
  return records;
}
