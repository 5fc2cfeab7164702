import { refusal } from '../service-error.js';
import {
  type InputField,
  isObject,
  isXmlBody,
  jsonInput,
  parseJson,
  parseXml,
  type RecordInput,
  xmlInput,
} from './record-input.js';

/** One record of a collection: the name of its object type, and its fields. */
export interface TypedRecord {
  readonly type: string | undefined;
  readonly input: RecordInput;
}

export interface CollectionInput {
  readonly allOrNone: boolean;
  readonly records: readonly TypedRecord[];
}

/**
 * Reads the body of a collections call: `{"allOrNone","records":[{"attributes":{"type"},…}]}`, or XML with any root that holds `allOrNone` and `records` with a `type`.
 * Throws the service's error where it is neither. Source: REST API Developer Guide, "sObject Collections".
 */
export function readCollection(body: Buffer, type: string | undefined): CollectionInput {
  return isXmlBody(type) ? xmlCollection(body) : jsonCollection(body);
}

function jsonCollection(body: Buffer): CollectionInput {
  const value = parseJson(body);
  const { allOrNone, records } = isObject(value) ? value : {};
  if (records !== undefined && !Array.isArray(records)) throw unreadable('records must be a list');
  return { allOrNone: allOrNone === true || allOrNone === 'true', records: (records ?? []).map(jsonRecord) };
}

function jsonRecord(value: unknown): TypedRecord {
  const attributes = isObject(value) ? value['attributes'] : undefined;
  const type = isObject(attributes) ? attributes['type'] : undefined;
  return { type: typeof type === 'string' ? type : undefined, input: jsonInput(value) };
}

function xmlCollection(body: Buffer): CollectionInput {
  const root = parseXml(body);
  let allOrNone = false;
  const records: TypedRecord[] = [];
  for (const child of root.children) {
    if (child.name === 'allOrNone') allOrNone = child.text.trim().toLowerCase() === 'true';
    else if (child.name === 'records')
      records.push({ type: child.attributes.get('type') || undefined, input: xmlInput(child) });
    else throw refusal(400, 'XML_PARSER_ERROR', `unexpected element ${child.name} where records is due`);
  }
  return { allOrNone, records };
}

/** Takes the fields of this name, in any case, out of a record. */
export function takeField(
  input: RecordInput,
  name: string,
): { value: InputField['value'] | undefined; rest: RecordInput } {
  const isIt = (field: InputField): boolean => field.name.toLowerCase() === name.toLowerCase();
  return {
    value: input.fields.find(isIt)?.value,
    rest: { ...input, fields: input.fields.filter((field) => !isIt(field)) },
  };
}

const unreadable = (why: string) => refusal(400, 'JSON_PARSER_ERROR', `${why} at [line:1, column:1]`);
