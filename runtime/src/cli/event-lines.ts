import type { Body, Content, OperationEvent, OutputEvent, ResultEvent } from '@connector-runtime/core';
import type { ExecutionSummary } from '../execution/execution.js';
import { decodeText } from '../services/body-content.js';
import type { BodyError, Unsuccessful } from './unsuccessful.js';
import { xmlOnOneLine } from './xml-line.js';

const MAX_BODY_BYTES = 512 * 1024 * 1024;

/** The NDJSON line of an event, without its end. A body that cannot be shown is counted, and the line says what kept it: `bodyError`. */
export async function lineOfEvent(event: OperationEvent, unsuccessful: Unsuccessful): Promise<string> {
  if (event.type === 'checkpoint' || event.type === 'progress' || event.body === undefined)
    return JSON.stringify(event);
  const { body, ...rest } = event;
  try {
    return `${JSON.stringify(rest).slice(0, -1)},"body":${jsonOf(event, body, await textOf(body))}}`;
  } catch (error) {
    return lineOfLostBody(event, unsuccessful.addBody(event, error));
  }
}

/** The NDJSON line of an event whose body could not be read. */
export function lineOfLostBody(event: OutputEvent | ResultEvent, bodyError: BodyError): string {
  return JSON.stringify({ ...event, body: undefined, bodyError });
}

/** The NDJSON line of an output whose body is in a file. */
export function lineOfFile(event: OutputEvent, file: string): string {
  return JSON.stringify({ ...event, body: undefined, file });
}

/** The last NDJSON line of a run. */
export function lineOfSummary(summary: ExecutionSummary): string {
  const { counts, outputs, complete, warnings, warningCount, usage, error } = summary;
  return JSON.stringify({
    type: 'summary',
    counts,
    outputs,
    complete,
    ...(warningCount > 0 ? { warnings } : {}),
    ...(warningCount > warnings.length ? { warningCount } : {}),
    ...(usage === undefined ? {} : { usage }),
    ...(error === undefined ? {} : { error }),
  });
}

/** An output's body on one line: JSON without line ends, all else as XML. */
export async function bodyLine(event: OutputEvent): Promise<string> {
  const text = await textOf(event.body);
  return isJson(event, event.body) ? jsonOf(event, event.body, text) : xmlOnOneLine(text);
}

/** The text of an event's content. Throws where it cannot be read, or is none. */
export async function textOf(content: Content): Promise<string> {
  if (typeof content === 'string') return content;
  if (content instanceof Uint8Array) return decodeText(content, 'answer');
  return isBody(content) ? content.text(MAX_BODY_BYTES) : JSON.stringify(content);
}

/** What a file is written of: a body piece by piece, untouched and however large. */
export function piecesOf(content: Content): AsyncIterable<Uint8Array> | readonly (string | Uint8Array)[] {
  if (typeof content === 'string' || content instanceof Uint8Array) return [content];
  return isBody(content) ? content.open() : [JSON.stringify(content)];
}

function isBody(content: Content): content is Body {
  return typeof content === 'object' && 'open' in content && typeof content.open === 'function';
}

function isJson({ mediaType }: OutputEvent | ResultEvent, content: Content): boolean {
  return mediaType === 'application/json' || isRecord(content);
}

function isRecord(content: Content): boolean {
  return typeof content === 'object' && !(content instanceof Uint8Array) && !isBody(content);
}

/** JSON as it is: in it a line end is white space, for no string can hold one. Any other text as a string, also one that is only said to be JSON. */
function jsonOf(event: OutputEvent | ResultEvent, content: Content, text: string): string {
  if (!isJson(event, content) || !(isRecord(content) || parses(text))) return JSON.stringify(text);
  return text.replace(/[\r\n]+/g, ' ');
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
