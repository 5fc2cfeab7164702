import type { Answer } from '../exchange.js';
import { isObject, isXmlBody, parseJson, parseXml } from '../formats/record-input.js';
import { XML_DECLARATION, XSI } from '../formats/xml-text.js';
import type { Org } from '../org.js';
import { malformedId, refusal } from '../service-error.js';
import { canonicalId } from '../store/ids.js';
import { recordTexts, tableOf } from './records.js';
import type { DataRequest } from './route.js';

const MOST_IDS = 2000;

/** `GET composite/sobjects/X?ids=&fields=` and `POST` with `{"ids","fields"}`: the records in that order, null for one that is not there. */
export function retrieveCollection(org: Org, request: DataRequest): Answer {
  const table = tableOf(org, request);
  const { ids, fields } = request.method === 'POST' ? wantedIn(request) : wantedBy(request.query);
  if (ids.length === 0) throw refusal(400, 'MISSING_ARGUMENT', 'ids must be specified');
  if (fields.length === 0) throw refusal(400, 'MISSING_ARGUMENT', 'fields must be specified');
  if (ids.length > MOST_IDS)
    throw refusal(400, 'INVALID_INPUT', `at most ${MOST_IDS} records are read at once, not ${ids.length}`);
  const write = recordTexts(org, request, table, fields);
  const texts = ids.map((text) => {
    const id = canonicalId(text);
    if (id === undefined) throw malformedId(text);
    const position = table.positionOf(id);
    return position === undefined || table.isDeleted(position) ? undefined : write(position);
  });
  if (request.format === 'json') return { status: 200, body: `[${texts.map((text) => text ?? 'null').join(',')}]` };
  const elements = texts.map((text) => text?.slice(XML_DECLARATION.length) ?? `<${table.type.name} xsi:nil="true"/>`);
  return { status: 200, body: `${XML_DECLARATION}<results ${XSI}>${elements.join('')}</results>` };
}

interface Wanted {
  readonly ids: readonly string[];
  readonly fields: readonly string[];
}

function wantedBy(query: URLSearchParams): Wanted {
  const list = (name: string): string[] =>
    (query.get(name) ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  return { ids: list('ids'), fields: list('fields') };
}

function wantedIn({ body, headers }: DataRequest): Wanted {
  if (isXmlBody(headers['content-type'])) {
    const { children } = parseXml(body);
    const list = (name: string) => children.filter((child) => child.name === name).map(({ text }) => text.trim());
    return { ids: list('ids'), fields: list('fields') };
  }
  const value = parseJson(body);
  const list = (name: string): string[] => {
    const member = isObject(value) ? value[name] : undefined;
    return Array.isArray(member) ? member.map(String) : [];
  };
  return { ids: list('ids'), fields: list('fields') };
}
