import type { ErrorInfo, Json, JsonRecord } from '@connector-runtime/core';
import { nearestName } from '@connector-runtime/core/authoring';
import { type ParseErrorCode, visit } from 'jsonc-parser';
import { jsonFaultText } from '../components/json-fault-text.js';
import type { DocumentInput, RefusedInput } from '../execution/document-input.js';
import { scanLine } from './line-scan.js';

const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** What reads a document further along may go down into it step by step. */
const MAX_DEPTH = 1_000;
const MAX_SHOWN_LENGTH = 80;
/** How far into a line a fault is looked for. */
const MAX_SEARCHED_LENGTH = 64 * 1024;
const DOCUMENT_KEYS = ['id', 'body', 'mediaType', 'properties', 'receipt'];
const SKIPPED_TYPES = new Set(['result', 'checkpoint', 'summary', 'progress']);

/** What was seen of the input while it was read. */
export interface InputSeen {
  /** Bytes of the lines that were taken. */
  readBytes: number;
  /** Lines of another run's output were among them. */
  isRunOutput: boolean;
  /** Its last line was a summary that says `complete: true`. */
  endsComplete: boolean;
}

/**
 * Documents of NDJSON, a line each; a line that is none is refused under the name `line-<n>` and the rest goes on.
 * Another run's output is input too: its `output` lines are documents, its other lines are skipped and noted in `seen`.
 */
export async function* readNdjson(
  source: AsyncIterable<Uint8Array>,
  seen: InputSeen,
): AsyncGenerator<DocumentInput | RefusedInput> {
  let number = 0;
  for await (const bytes of splitLines(source, seen)) {
    number += 1;
    const place = `line-${number}`;
    if (bytes === 'tooLong') {
      yield refused(place, `is longer than ${MAX_LINE_BYTES} bytes`, 'tooLarge', 'LINE_TOO_LONG');
      continue;
    }
    const text = decode(bytes);
    if (text === undefined) {
      yield refused(place, 'is not UTF-8');
      continue;
    }
    if (text.trim() === '') continue;
    const input = parseLine(text, place, seen);
    if (input !== undefined) yield input;
  }
}

function parseLine(text: string, place: string, seen: InputSeen): DocumentInput | RefusedInput | undefined {
  let value: Json;
  const scanned = scanLine(text);
  if (scanned.depth > MAX_DEPTH) return refused(place, `is nested deeper than ${MAX_DEPTH} levels`);
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // Only the place is told: V8 quotes the text.
    return refused(place, `is not JSON: ${jsonFault(text)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refused(place, 'must be a JSON object');
  const record = value as Readonly<Record<string, Json>>;
  const { type } = record;
  if (type !== undefined) {
    seen.isRunOutput = true;
    seen.endsComplete = type === 'summary' && record['complete'] === true;
    if (typeof type === 'string' && SKIPPED_TYPES.has(type)) return undefined;
    if (type !== 'output')
      return refused(
        place,
        `has the type ${shown(type)}; a document has none, a run's line is output, result, checkpoint or summary`,
      );
    return bodyInput(record, scanned.body, place);
  }
  seen.endsComplete = false;
  for (const key of Object.keys(record)) {
    if (DOCUMENT_KEYS.includes(key)) continue;
    const nearest = nearestName(key, DOCUMENT_KEYS);
    return refused(
      place,
      `has the unknown key ${shown(key)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    );
  }
  const { id, properties, receipt } = record;
  if (id !== undefined && (typeof id !== 'string' || id === ''))
    return refused(place, `has an id that is no text: ${shown(id)}`);
  const input = bodyInput(record, scanned.body, place);
  if ('refused' in input) return input;
  return {
    ...input,
    ...(id === undefined ? {} : { id }),
    ...(properties === undefined ? {} : { properties }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

/** A body that is no text goes on as it stands in the line: numbers keep their text (`1.10`, `9007199254740993`). */
function bodyInput(
  record: Readonly<Record<string, Json>>,
  source: string | undefined,
  place: string,
): DocumentInput | RefusedInput {
  const { body, mediaType, file } = record;
  if (body === undefined && typeof file === 'string')
    return refused(place, `has its body in the file ${shown(file)}: give that file, or its folder, as the input`);
  if (body === undefined) return refused(place, 'has no body');
  if (mediaType !== undefined && typeof mediaType !== 'string')
    return refused(place, 'has a mediaType that is no text');
  const type = mediaType === undefined ? {} : { mediaType };
  if (typeof body === 'string') return { body, place, ...type };
  return { body: source ?? (body as JsonRecord), place, mediaType: 'application/json', ...type };
}

/** Only the first fault is looked for, and not far: a line may have millions, and much before them. */
function jsonFault(text: string): string {
  const head = text.slice(0, MAX_SEARCHED_LENGTH);
  const fault = firstFault(head);
  const isOfCut = head.length < text.length && (fault === undefined || fault.end >= head.length);
  if (isOfCut) return `the fault is past column ${head.length}`;
  return fault === undefined ? 'unexpected text' : `column ${fault.offset + 1}: ${jsonFaultText(fault.error, 'line')}`;
}

function firstFault(text: string): JsonFault | undefined {
  const onError = (error: ParseErrorCode, offset: number, length: number) => {
    throw new JsonFault(error, offset, offset + length);
  };
  try {
    visit(text, { onError }, { disallowComments: true });
  } catch (fault) {
    if (fault instanceof JsonFault) return fault;
    throw fault;
  }
  return undefined;
}

class JsonFault extends Error {
  constructor(
    readonly error: ParseErrorCode,
    readonly offset: number,
    readonly end: number,
  ) {
    super();
  }
}

/** A text cut short, of anything else its kind. */
function shown(value: Json): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  const text = typeof value === 'string' ? value.slice(0, MAX_SHOWN_LENGTH + 1) : value;
  return typeof text === 'string' && text.length > MAX_SHOWN_LENGTH
    ? `${JSON.stringify(text.slice(0, MAX_SHOWN_LENGTH))}…`
    : JSON.stringify(text);
}

function refused(
  id: string,
  why: string,
  category: ErrorInfo['category'] = 'validation',
  code = 'LINE_INVALID',
): RefusedInput {
  return { id, refused: { category, code, message: `${id} ${why}`, effect: 'none', retryable: false } };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Lines without their end; one that is too long is dropped while it is read. */
async function* splitLines(source: AsyncIterable<Uint8Array>, seen: InputSeen): AsyncGenerator<Uint8Array | 'tooLong'> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const last = chunk.subarray(start, end);
      seen.readBytes += length + last.length + 1;
      yield length + last.length > MAX_LINE_BYTES ? 'tooLong' : joined(parts, last);
      parts = [];
      length = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    length += rest.length;
    if (length <= MAX_LINE_BYTES) parts.push(rest);
    else parts = [];
  }
  seen.readBytes += length;
  if (length > 0) yield length > MAX_LINE_BYTES ? 'tooLong' : joined(parts, new Uint8Array());
}

function joined(parts: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  return parts.length === 0 ? last : Buffer.concat([...parts, last]);
}
