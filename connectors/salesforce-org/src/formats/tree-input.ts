import { refusal } from '../service-error.js';
import { isObject, isXmlBody, jsonInput, parseJson, parseXml, type RecordInput, xmlInput } from './record-input.js';
import type { XmlElement } from './xml-reader.js';

/** One record of a tree. */
export interface TreeRecord {
  readonly type: string | undefined;
  readonly referenceId: string | undefined;
  readonly input: RecordInput;
  /** By the name of the list that the children stand in. */
  readonly children: readonly { readonly relationship: string; readonly record: TreeRecord }[];
}

/** Reads the body of a tree call: `{"records":[{"attributes":{"type","referenceId"},…}]}`, or `SObjectTreeRequest` with `records`. Source: REST API Developer Guide, "sObject Tree". */
export function readTree(body: Buffer, type: string | undefined): readonly TreeRecord[] {
  if (!isXmlBody(type)) return jsonRecords(parseJson(body));
  const root = parseXml(body);
  if (root.name !== 'SObjectTreeRequest')
    throw refusal(400, 'XML_PARSER_ERROR', `SObjectTreeRequest is due as root element, not ${root.name}`);
  return root.children.filter(isRecord).map(xmlRecord);
}

function jsonRecords(value: unknown): readonly TreeRecord[] {
  const records = isObject(value) ? value['records'] : undefined;
  if (!Array.isArray(records)) throw refusal(400, 'JSON_PARSER_ERROR', 'records must be a list at [line:1, column:1]');
  return records.map(jsonRecord);
}

function jsonRecord(value: unknown): TreeRecord {
  if (!isObject(value)) throw refusal(400, 'JSON_PARSER_ERROR', 'a record must be an object at [line:1, column:1]');
  const { attributes, ...members } = value;
  const { type, referenceId } = isObject(attributes) ? attributes : {};
  const isList = (member: unknown): boolean => isObject(member) && Array.isArray(member['records']);
  const entries = Object.entries(members);
  return {
    type: typeof type === 'string' ? type : undefined,
    referenceId: typeof referenceId === 'string' ? referenceId : undefined,
    input: jsonInput(Object.fromEntries(entries.filter(([, member]) => !isList(member)))),
    children: entries
      .filter(([, member]) => isList(member))
      .flatMap(([relationship, list]) => jsonRecords(list).map((record) => ({ relationship, record }))),
  };
}

const isRecord = ({ name }: XmlElement): boolean => name === 'records';
const isList = ({ children }: XmlElement): boolean => children.some(isRecord);

function xmlRecord(element: XmlElement): TreeRecord {
  return {
    type: element.attributes.get('type') || undefined,
    referenceId: element.attributes.get('referenceId') || undefined,
    input: xmlInput({ ...element, children: element.children.filter((child) => !isList(child)) }),
    children: element.children
      .filter(isList)
      .flatMap(({ name, children }) =>
        children.filter(isRecord).map((child) => ({ relationship: name, record: xmlRecord(child) })),
      ),
  };
}
