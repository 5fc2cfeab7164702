import type { Payload } from './payload.js';

const LOADED: { xml?: Promise<Payload>; json?: Promise<Payload> } = {};

/** The form that an operation's `payloadFormat` names; the other one is not loaded. */
export function payloadOf({ payloadFormat }: { readonly payloadFormat: 'xml' | 'json' }): Promise<Payload> {
  LOADED[payloadFormat] ??=
    payloadFormat === 'json'
      ? import('./json-payload.js').then(({ JSON_PAYLOAD }) => JSON_PAYLOAD)
      : import('./xml-payload.js').then(({ XML_PAYLOAD }) => XML_PAYLOAD);
  return LOADED[payloadFormat];
}
