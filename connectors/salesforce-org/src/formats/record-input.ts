import { refusal } from '../service-error.js';
import type { XmlElement } from './xml-reader.js';
import { readXml } from './xml-reader.js';

/** What a body gives a field: a plain value, or the fields of a parent that is named by its external id. */
export type InputValue = string | number | boolean | null | InputField[];

export interface InputField {
  readonly name: string;
  readonly value: InputValue;
  /** The type that a parent is said to be of. */
  readonly objectType?: string;
  /** A JSON number as it was written, where a double cannot say it so. */
  readonly source?: string;
}

/** The fields of a record, with the format they came in: its parser names the errors. */
export interface RecordInput {
  readonly format: 'json' | 'xml';
  readonly fields: readonly InputField[];
}

/** Reads one record from a request body. `type` is its Content-Type. */
export function readRecordInput(body: Buffer, type: string | undefined): RecordInput {
  return isXmlBody(type) ? xmlInput(parseXml(body)) : jsonInput(parseJson(body));
}

/** Is a body of this Content-Type XML? Else it is JSON; any other type is refused. */
export function isXmlBody(type: string | undefined): boolean {
  if (type !== undefined && /^\s*(?:application|text)\/xml\b/i.test(type)) return true;
  if (type !== undefined && /^\s*application\/json\b/i.test(type)) return false;
  throw refusal(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Type header specified in HTTP request is not supported: ${type ?? ''}`,
  );
}

const STRING_OR_NUMBER = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;

/** A number of a JSON body with more in it than a double keeps. */
class WrittenNumber {
  constructor(readonly source: string) {}
}

/** Parses a JSON body; `JSON_PARSER_ERROR` where it is none. Of numbers that a double cannot say as they are written, {@link jsonInput} knows the text. */
export function parseJson(body: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const value: unknown = JSON.parse(text);
    const marked = text.replaceAll(STRING_OR_NUMBER, (token) =>
      token.startsWith('"') || String(Number(token)) === token ? token : `{"\\u0000":"${token}"}`,
    );
    return marked === text ? value : JSON.parse(marked, numberRestored);
  } catch (error) {
    throw refusal(
      400,
      'JSON_PARSER_ERROR',
      `${error instanceof Error ? error.message : 'not JSON'} at [line:1, column:1]`,
    );
  }
}

/** A JSON object, neither list nor null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function numberRestored(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('\0' in value)) return value;
  return new WrittenNumber(String(value['\0']));
}

/** Parses an XML body; `XML_PARSER_ERROR` where it is none. */
export function parseXml(body: Buffer): XmlElement {
  try {
    return readXml(body);
  } catch (error) {
    throw refusal(400, 'XML_PARSER_ERROR', error instanceof Error ? error.message : 'not XML');
  }
}

/** A record of a parsed JSON body. `attributes` is no field; those of a parent tell its type. */
export function jsonInput(value: unknown): RecordInput {
  return { format: 'json', fields: jsonFields(value) };
}

/** A record of a parsed XML body: whatever its root, an element a field. */
export function xmlInput(element: XmlElement): RecordInput {
  return { format: 'xml', fields: xmlFields(element) };
}

function jsonFields(value: unknown): InputField[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'START_ARRAY' : 'VALUE';
    throw refusal(
      400,
      'JSON_PARSER_ERROR',
      `Cannot deserialize instance of SObject from ${kind} at [line:1, column:1]`,
    );
  }
  return Object.entries(value)
    .filter(([name]) => name.toLowerCase() !== 'attributes')
    .map(([name, inner]: [string, unknown]) => {
      if (typeof inner === 'string' || typeof inner === 'number' || typeof inner === 'boolean' || inner === null)
        return { name, value: inner };
      if (inner instanceof WrittenNumber) return { name, value: Number(inner.source), source: inner.source };
      return { name, value: jsonFields(inner), ...(isObject(inner) && typeIn(inner['attributes'])) };
    });
}

function typeIn(attributes: unknown): Pick<InputField, 'objectType'> {
  const type = isObject(attributes) ? attributes['type'] : undefined;
  return typeof type === 'string' && type !== '' ? { objectType: type } : {};
}

function xmlFields(element: XmlElement): InputField[] {
  return element.children.map((child) => {
    if (/^(?:true|1)$/.test(child.attributes.get('nil') ?? '')) return { name: child.name, value: null };
    if (child.children.length === 0) return { name: child.name, value: child.text };
    return { name: child.name, value: xmlFields(child), ...typeIn({ type: child.attributes.get('type') }) };
  });
}
