import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  END,
  JsonScanner,
  OPEN_ARRAY,
  OPEN_OBJECT,
  STRING,
} from '../../json/json-scanner.js';
import { documentError } from '../../transport/refusals.js';
import { RecordRules } from '../../xml/record-rules.js';
import { StrictXmlReader, type XmlListener } from '../../xml/strict-xml.js';
import { asDocumentError, fieldRepeated } from '../document-refusals.js';

/** What a record gives its fields, by path: `Name`, `Owner.Ext__c`, `User:Owner.Ext__c` where the parent says its type. Null empties the field; what is absent is left alone. */
export type IngestFields = ReadonlyMap<string, string | null>;

/** Fields of a record, and the object type that it says it is of. */
export interface IngestRecord {
  readonly objectType: string;
  readonly fields: IngestFields;
}

interface OpenElement {
  /** Empty for the root. */
  readonly name: string;
  readonly objectType: string;
  readonly path: string;
  readonly isNil: boolean;
  text: string;
  hasChildren: boolean;
}

/** `records` and a parent of the record. */
const MAX_LEVELS = 3;
const ATTRIBUTES = 'attributes';

/** The path of a parent's field. `objectType`: what the parent says it is of, empty where it does not. */
export function parentPath(parent: string, objectType: string, name: string): string {
  const type = objectType === '' || parent.startsWith(`${objectType}:`) ? '' : `${objectType}:`;
  return `${type}${parent}.${name}`;
}

/**
 * Reads the record of an XML document: an element for each field, one inside another for the external id of a parent, whose `type` may say of what type it is. An empty element empties its field, as it does over REST.
 * What no row of a CSV can say, text beside elements and a field twice are `validation` errors.
 */
export function readXmlRecord(text: string): IngestRecord {
  const fields = new Map<string, string | null>();
  const open: OpenElement[] = [];
  let objectType = '';
  const listener: XmlListener = {
    startElement({ name, attributes }) {
      const holder = open.at(-1);
      if (holder !== undefined) holder.hasChildren = true;
      if (open.length >= MAX_LEVELS) throw notARow(`${holder?.path ?? name} holds elements two levels below it`);
      const type = attributes.find(({ prefix, name: own }) => prefix === '' && own === 'type')?.value ?? '';
      if (holder === undefined) objectType = type;
      const isNil = attributes.some(({ name: own, value }) => own === 'nil' && /^(?:true|1)$/.test(value));
      const own = holder === undefined ? '' : name;
      const isOfParent = holder !== undefined && holder.name !== '';
      const path = isOfParent ? parentPath(holder.name, holder.objectType, name) : own;
      open.push({ name: own, objectType: type, path, isNil, text: '', hasChildren: false });
    },
    text(piece) {
      const element = open.at(-1);
      if (element !== undefined) element.text += piece;
    },
    endElement() {
      const element = open.pop();
      if (element === undefined) return;
      if (element.hasChildren || open.length === 0) {
        // A root without fields: text beside fields is refused before it comes here.
        if (/[^ \t\r\n]/.test(element.text)) throw notARow('its root holds text alone');
        return;
      }
      refuseRepeated(fields, element.path);
      fields.set(element.path, element.isNil || element.text === '' ? null : element.text);
    },
  };
  try {
    const reader = new StrictXmlReader(new RecordRules(listener));
    reader.write(text);
    reader.close();
  } catch (error) {
    throw asDocumentError(error);
  }
  return { objectType, fields };
}

/** Reads the record of a JSON document that was checked; numbers keep every digit. An empty text empties its field. The `attributes` of a parent may say of what type it is, before its fields or after. */
export function readJsonRecord(text: string): IngestRecord {
  const fields = new Map<string, string | null>();
  const setField = (path: string, value: string | null): void => {
    refuseRepeated(fields, path);
    fields.set(path, value === '' ? null : value);
  };
  const holders: string[] = [];
  let objectType = '';
  let parentType = '';
  /** Fields of the parent that is being read. */
  let ofParent: (readonly [string, string | null])[] = [];
  const scanner = new JsonScanner(text);
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    if (kind === CLOSE_OBJECT || kind === CLOSE_ARRAY) {
      const holder = holders.pop() ?? '';
      if (holders.length !== 1) continue;
      for (const [name, value] of ofParent) setField(parentPath(holder, parentType, name), value);
      ofParent = [];
      parentType = '';
      continue;
    }
    const { keyStart, keyEnd, start, end, hasEscapes } = scanner;
    const name = keyStart < 0 ? '' : textIn(text, keyStart, keyEnd, hasEscapes);
    if (kind === OPEN_ARRAY) throw notARow(`${name} is a list`);
    if (kind === OPEN_OBJECT) {
      holders.push(name);
      const isOfParent = holders.length === MAX_LEVELS && name === ATTRIBUTES && holders[1] !== ATTRIBUTES;
      if (holders.length >= MAX_LEVELS && !isOfParent) throw notARow(`${holders[1]} holds records two levels below it`);
      continue;
    }
    const value = kind === STRING ? textIn(text, start, end, hasEscapes) : literalIn(scanner.source);
    if (holders.at(-1) === ATTRIBUTES) {
      if (name === 'type' && holders.length === MAX_LEVELS) parentType = value ?? '';
      else if (name === 'type') objectType = value ?? '';
    } else if (holders.length === 1) setField(name, value);
    else ofParent.push([name, value]);
  }
  return { objectType, fields };
}

/** The text between these quotes. */
function textIn(text: string, from: number, to: number, hasEscapes: boolean): string {
  return hasEscapes ? (JSON.parse(text.slice(from, to)) as string) : text.slice(from + 1, to - 1);
}

function literalIn(source: string): string | null {
  return source === 'null' ? null : source;
}

/** As `Owner.Ext__c`, a field of a parent may also stand beside the parent. */
function refuseRepeated(fields: IngestFields, path: string): void {
  if (fields.has(path)) throw fieldRepeated(path, `the document cannot be sent: ${path} stands there twice`);
}

function notARow(why: string): Error {
  return documentError('DOCUMENT_NOT_A_ROW', `the document cannot become a row of a bulk job: ${why}`);
}
