import type { Body, Content, OperationEvent } from '@connector-runtime/core';

const MAX_CONTENT_BYTES = 10_000_000;

/** An event's content as text. */
export async function textOf(content: Content): Promise<string> {
  if (typeof content === 'string') return content;
  if (content instanceof Uint8Array) return Buffer.from(content).toString();
  return 'open' in content && typeof content.open === 'function'
    ? (content as Body).text(MAX_CONTENT_BYTES)
    : JSON.stringify(content);
}

/** An event in a line, for a failure card. */
export function shownEvent(event: OperationEvent): string {
  switch (event.type) {
    case 'result':
      return `result ${event.inputs.join(',')} ${event.status}${event.error === undefined ? '' : ` (${event.error.code}, effect ${event.error.effect}: ${event.error.message.slice(0, 120)})`}`;
    case 'output':
      return `output ${event.inputs.join(',')}`;
    default:
      return event.type;
  }
}
