import type { Body, Content, OperationEvent, OutputEvent } from '@connector-runtime/core';
import type { ExecutionSummary } from '../execution/execution.js';

const MAX_BODY_BYTES = 512 * 1024 * 1024;

/** The NDJSON line of an event, without its end. */
export async function lineOfEvent(event: OperationEvent): Promise<string> {
  if (event.type === 'checkpoint' || event.type === 'progress') return JSON.stringify(event);
  if (event.body === undefined) return JSON.stringify(event);
  const { body, ...rest } = event;
  const text = await textOf(body);
  const shown = isJson(event.mediaType, body) ? onOneLine(text) : JSON.stringify(text);
  return `${JSON.stringify(rest).slice(0, -1)},"body":${shown}}`;
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

/** An output's body on one line: XML newlines as `&#10;`, JSON without them. */
export async function bodyLine(event: OutputEvent): Promise<string> {
  const text = await textOf(event.body);
  return isJson(event.mediaType, event.body) ? onOneLine(text) : xmlOnOneLine(text);
}

/** The text of an event's content. */
export async function textOf(content: Content): Promise<string> {
  if (typeof content === 'string') return content;
  if (content instanceof Uint8Array) return new TextDecoder('utf-8', { fatal: true }).decode(content);
  return isBody(content) ? content.text(MAX_BODY_BYTES) : JSON.stringify(content);
}

/** What a file is written of: a body piece by piece, untouched and however large. */
export async function contentOf(content: Content): Promise<string | AsyncIterable<Uint8Array>> {
  return isBody(content) ? content.open() : textOf(content);
}

function isBody(content: Content): content is Body {
  return typeof content === 'object' && 'open' in content && typeof content.open === 'function';
}

function isJson(mediaType: string | undefined, content: Content): boolean {
  if (typeof content === 'object' && !(content instanceof Uint8Array) && !isBody(content)) return true;
  return mediaType === 'application/json';
}

/** In JSON a raw newline is white space: a string cannot hold one. */
function onOneLine(json: string): string {
  return json.replace(/[\r\n]+/g, ' ');
}

/** In a tag a newline is white space, in text it is data. */
function xmlOnOneLine(xml: string): string {
  if (!/[\r\n]/.test(xml)) return xml;
  return xml.replace(/<[^>]*>|[^<]+/g, (piece) =>
    piece.startsWith('<') ? piece.replace(/[\r\n]+/g, ' ') : piece.replaceAll('\r', '&#13;').replaceAll('\n', '&#10;'),
  );
}
