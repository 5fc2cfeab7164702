import { JsonError } from './json-error.js';
import { END, JsonScanner, LITERAL, OPEN_ARRAY, OPEN_OBJECT, STRING } from './json-scanner.js';

/** A record's text, made one of several of a request. */
export interface RecordPart {
  /** With an object type in its `attributes`; all else as it is written. */
  readonly text: string;
  readonly type: string;
  /** Text of the member that has the name asked for, in any case; empty where it is missing, null or no plain value. A number as it is written. */
  readonly key: string;
}

/** Reads a checked record. Its object type is its own, or else the one given. `keyName`: whose member is asked for, if any. Throws `JsonError`, also where `attributes` is a list. */
export function recordPart(document: string, type: string, keyName?: string): RecordPart {
  if (keyName === undefined && !mayHaveAttributes(document)) return withoutAttributes(document, type);
  const scanner = new JsonScanner(document);
  const wanted = keyName?.toLowerCase();
  const written = JSON.stringify(type);
  let hasMembers = false;
  let bodyFrom = 0;
  let key: string | undefined;
  let attributes: { from: number; to: number; own?: string; isInside: boolean } | undefined;
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    const { level, keyStart, start, end } = scanner;
    if (level === 1 && kind === OPEN_OBJECT && keyStart < 0) bodyFrom = end;
    const isMember = keyStart >= 0 && level === (kind < STRING ? 2 : 1);
    hasMembers ||= isMember;
    if (isMember && scanner.isMember('"attributes"')) {
      if (kind === OPEN_ARRAY) throw new JsonError(`attributes is a list at character ${start + 1}`);
      attributes = { from: start, to: end, isInside: kind === OPEN_OBJECT };
    } else if (attributes?.isInside === true && level === 2) {
      if (keyStart < 0) attributes = { ...attributes, to: end, isInside: false };
      else if (scanner.isMember('"type"')) attributes = { ...attributes, own: typeIn(kind, scanner.source) };
    } else if (isMember && wanted !== undefined && key === undefined && isSame(scanner.name, wanted)) {
      key = keyIn(kind, scanner.source);
    }
  }
  const own = attributes?.own?.trim() ?? '';
  if (own !== '') return { text: document.trim(), type: own, key: key ?? '' };
  const named = `{"type":${written}}`;
  const text =
    attributes === undefined
      ? `${document.slice(0, bodyFrom)}"attributes":${named}${hasMembers ? ',' : ''}${document.slice(bodyFrom)}`
      : document.slice(0, attributes.from) +
        withType(document.slice(attributes.from, attributes.to), type) +
        document.slice(attributes.to);
  return { text: text.trim(), type, key: key ?? '' };
}

/** The object type that a checked record says it is of; empty where it says none. */
export function recordType(document: string): string {
  if (!mayHaveAttributes(document)) return '';
  const scanner = new JsonScanner(document);
  let isInside = false;
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    const { level, keyStart } = scanner;
    if (isInside && level === 2) {
      if (keyStart < 0) return '';
      if (scanner.isMember('"type"')) return typeIn(kind, scanner.source);
    } else if (level === 2 && kind === OPEN_OBJECT && keyStart >= 0) isInside = scanner.isMember('"attributes"');
  }
  return '';
}

/** Most records: nothing in them has to be looked for. */
function withoutAttributes(document: string, type: string): RecordPart {
  const record = document.trim();
  const hasMembers = !/^\{\s*\}$/.test(record);
  return {
    text: `{"attributes":{"type":${JSON.stringify(type)}}${hasMembers ? ',' : ''}${record.slice(1)}`,
    type,
    key: '',
  };
}

/** The other attributes stay. */
function withType(attributes: string, type: string): string {
  const value: unknown = JSON.parse(attributes);
  const others = typeof value === 'object' && value !== null ? value : {};
  return JSON.stringify({ ...others, type });
}

function typeIn(kind: number, source: string): string {
  return kind === STRING ? (JSON.parse(source) as string) : '';
}

/** In any case. */
function isSame(name: string, lowerCaseName: string): boolean {
  return name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName;
}

/** A letter of a name can be written as an escape too. */
function mayHaveAttributes(document: string): boolean {
  return document.includes('"attributes"') || document.includes('\\u00');
}

function keyIn(kind: number, source: string): string {
  if (kind === STRING) return (JSON.parse(source) as string).trim();
  return kind === LITERAL && source !== 'null' ? source : '';
}
