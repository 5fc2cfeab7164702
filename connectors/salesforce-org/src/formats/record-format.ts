import type { FieldType } from '../store/object-spec.js';
import { jsonValues, type WriteValue, xmlValues } from './field-text.js';
import { escapeXml, XML_DECLARATION, XSI } from './xml-text.js';

/** The two forms of an answer. */
export type Format = 'json' | 'xml';

/** A page of records, each already rendered. */
export interface RenderedPage {
  readonly records: readonly string[];
  readonly totalSize: number;
  /** Path of the next page; absent on the last. */
  readonly next?: string;
}

/** How records are written. `members` is what the methods that begin with `member` gave for one record, joined. */
export interface RecordFormat {
  /** Made once per column: the field's name is written ahead. */
  memberField(name: string, type: FieldType): WriteValue;
  memberParent(name: string, type: string, url: string, members: string): string;
  memberList(name: string, page: RenderedPage): string;
  /** A parent or list that is not there. */
  memberNone(name: string): string;
  /** A record of a list. */
  record(type: string, url: string, members: string): string;
  /** A row that is no record. */
  aggregate(members: string): string;
  /** A whole answer: a page, or one record. */
  pageAnswer(page: RenderedPage): string;
  recordAnswer(type: string, url: string, members: string): string;
}

const jsonPage = ({ records, totalSize, next }: RenderedPage): string => {
  const more = next === undefined ? '' : `,"nextRecordsUrl":"${next}"`;
  return `{"totalSize":${totalSize},"done":${next === undefined}${more},"records":[${records.join(',')}]}`;
};

const jsonRecord = (type: string, url: string, members: string): string =>
  `{"attributes":{"type":"${type}","url":"${url}"}${members}}`;

const JSON_RECORDS: RecordFormat = {
  memberField: (name, type) => {
    const before = `,"${name}":`;
    const write = jsonValues(type);
    return (value) => before + write(value);
  },
  memberParent: (name, type, url, members) => `,"${name}":${jsonRecord(type, url, members)}`,
  memberList: (name, page) => `,"${name}":${jsonPage(page)}`,
  memberNone: (name) => `,"${name}":null`,
  record: jsonRecord,
  aggregate: (members) => `{"attributes":{"type":"AggregateResult"}${members}}`,
  pageAnswer: jsonPage,
  recordAnswer: jsonRecord,
};

const xmlPage = ({ records, totalSize, next }: RenderedPage): string => {
  const more = next === undefined ? '' : `<nextRecordsUrl>${escapeXml(next)}</nextRecordsUrl>`;
  return `<done>${next === undefined}</done>${more}${records.join('')}<totalSize>${totalSize}</totalSize>`;
};

const xmlRecord = (name: string, type: string, url: string, members: string): string =>
  `<${name} type="${type}" url="${url}">${members}</${name}>`;

const XML_RECORDS: RecordFormat = {
  memberField: (name, type) => {
    const [open, close, nil] = [`<${name}>`, `</${name}>`, `<${name} xsi:nil="true"/>`];
    const write = xmlValues(type);
    return (value) => (value === null ? nil : open + write(value) + close);
  },
  memberParent: (name, type, url, members) => xmlRecord(name, type, url, members),
  memberList: (name, page) => `<${name}>${xmlPage(page)}</${name}>`,
  memberNone: (name) => `<${name} xsi:nil="true"/>`,
  record: (type, url, members) => xmlRecord('records', type, url, members),
  aggregate: (members) => `<records type="AggregateResult">${members}</records>`,
  pageAnswer: (page) => `${XML_DECLARATION}<QueryResult ${XSI}>${xmlPage(page)}</QueryResult>`,
  recordAnswer: (type, url, members) =>
    `${XML_DECLARATION}<${type} ${XSI} type="${type}" url="${url}">${members}</${type}>`,
};

export const RECORD_FORMATS: Readonly<Record<Format, RecordFormat>> = { json: JSON_RECORDS, xml: XML_RECORDS };
