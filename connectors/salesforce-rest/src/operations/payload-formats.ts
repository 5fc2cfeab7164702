import type { Payload } from './payload.js';

/** The form that an operation's `payloadFormat` names; the other one is not loaded. */
export async function payloadOf({ payloadFormat }: { readonly payloadFormat: 'xml' | 'json' }): Promise<Payload> {
  return payloadFormat === 'json'
    ? (await import('./json-payload.js')).JSON_PAYLOAD
    : (await import('./xml-payload.js')).XML_PAYLOAD;
}
