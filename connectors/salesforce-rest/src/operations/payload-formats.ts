import { JSON_PAYLOAD } from './json-payload.js';
import type { Payload } from './payload.js';
import { XML_PAYLOAD } from './xml-payload.js';

const PAYLOADS: Readonly<Record<'xml' | 'json', Payload>> = { xml: XML_PAYLOAD, json: JSON_PAYLOAD };

/** The form that an operation's `payloadFormat` names. */
export function payloadOf({ payloadFormat }: { readonly payloadFormat: 'xml' | 'json' }): Payload {
  return PAYLOADS[payloadFormat];
}
