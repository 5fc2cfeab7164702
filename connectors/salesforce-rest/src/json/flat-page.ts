import { ownText } from '../text/own-text.js';
import { SCALAR, TEXT } from './flat-text.js';
import type { QueryPage } from './query-page.js';

/** Parents that a record is looked into for; the service has no more. */
const PARENT_LEVELS = 5;

const ATTRIBUTES = `"attributes":\\{"type":${TEXT}(?:,"url":${TEXT})?\\}`;
/** What an object with these holds is a list of child records. */
const OF_LISTS = '(?:totalSize|done|nextRecordsUrl|records)"';
const recordOf = (value: string): string => `\\{${ATTRIBUTES}(?:,"(?!${OF_LISTS})\\w{1,100}":(?:${value})){0,1000}\\}`;
let value = SCALAR;
for (let level = 0; level < PARENT_LEVELS; level += 1) value = `${SCALAR}|${recordOf(value)}`;

/** A record and its parents, members side by side without white space, without lists of child records. */
const RECORD = new RegExp(recordOf(value), 'y');
const HEAD =
  /^\{"totalSize":(0|[1-9]\d{0,14}),"done":(?:true|false,"nextRecordsUrl":"([!#-[\]-~]{1,2000})"),"records":\[/;

const COMMA = 44;
const LIST_END = 93;

/**
 * A page as the service writes it: checked and cut by one pattern for each record, which takes a fifth of the time that the engine's parser does.
 * `undefined`: it is not like this, or no page at all, and the scanner has to say what it is.
 */
export function readFlatPage(page: string): QueryPage | undefined {
  const [head = '', totalSize, nextRecordsUrl] = HEAD.exec(page) ?? [];
  if (totalSize === undefined) return undefined;
  const records: string[] = [];
  let at = head.length;
  for (let next = true; next && page.charCodeAt(at) !== LIST_END; ) {
    RECORD.lastIndex = at;
    if (!isRecordHere(page)) return undefined;
    const end = RECORD.lastIndex;
    records.push(page.slice(at, end));
    next = page.charCodeAt(end) === COMMA;
    at = next ? end + 1 : end;
  }
  const isWhole = page.length === at + 2 && page.endsWith(']}') && page.charCodeAt(at - 1) !== COMMA;
  if (!isWhole) return undefined;
  return {
    ...(nextRecordsUrl !== undefined && { nextRecordsUrl: ownText(nextRecordsUrl) }),
    totalSize: Number(totalSize),
    records,
    openLists: new Map(),
  };
}

function isRecordHere(page: string): boolean {
  try {
    return RECORD.test(page);
  } catch (error) {
    // Of hundreds of parents with thousands of escapes: more than the engine's stack holds.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
