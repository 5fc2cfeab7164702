import type { Body, Content, OperationEvent } from '@connector-runtime/core';

const MAX_CONTENT_BYTES = 10_000_000;

/** An event's content as text. */
export async function textOf(content: Content): Promise<string> {
  if (typeof content === 'string') return content;
  if (content instanceof Uint8Array) return Buffer.from(content).toString();
  return isBody(content) ? content.text(MAX_CONTENT_BYTES) : JSON.stringify(content);
}

/** The event with the bytes of its body in it: a body may be read until the next item is pulled, and is gone with its execution. One that cannot be read stays as it is. */
export async function withOwnBody(event: OperationEvent): Promise<OperationEvent> {
  if (!('body' in event) || !isBody(event.body)) return event;
  try {
    return { ...event, body: await event.body.bytes(MAX_CONTENT_BYTES) };
  } catch {
    return event;
  }
}

function isBody(content: Content | undefined): content is Body {
  return typeof content === 'object' && 'open' in content && typeof content.open === 'function';
}

/** Of a batch, ids that a line names. */
const SHOWN_INPUTS = 3;

function shownInputs(inputs: readonly string[]): string {
  return inputs.length > SHOWN_INPUTS
    ? `${inputs.slice(0, SHOWN_INPUTS).join(',')},… (${inputs.length})`
    : inputs.join(',');
}

/** An event in a line, for a failure card. */
export function shownEvent(event: OperationEvent): string {
  switch (event.type) {
    case 'result':
      return `result ${shownInputs(event.inputs)} ${event.status}${event.error === undefined ? '' : ` (${event.error.code}, effect ${event.error.effect}: ${event.error.message.slice(0, 120)})`}`;
    case 'output':
      return `output ${shownInputs(event.inputs)}`;
    default:
      return event.type;
  }
}
