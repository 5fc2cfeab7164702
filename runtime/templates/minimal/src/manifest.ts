import type { ConnectorManifest } from '@connector-runtime/core';

/** What holds for every operation of this plugin. */
const EVERY_OPERATION = {
  properties: { type: 'object', additionalProperties: false, properties: {} },
  objectType: 'none',
  accepts: ['application/json'],
  order: 'input',
  resumable: false,
  reconciles: false,
  limits: { maxDocumentBytes: 100_000, maxInFlight: 4, stopWithinMs: 5_000 },
} as const;

/** What this plugin is and can do: plain JSON, which hosts read without running any code. */
export const manifest = {
  // Stable for ever: saved components name it.
  id: 'acme',
  version: '0.1.0',
  contract: '^1.0',
  title: 'Acme',
  configVersion: 1,
  // Where requests may go: here, the origin of the connection property `url`. Others are refused before they are sent.
  egress: ['{/url}'],
  connection: {
    properties: {
      type: 'object',
      required: ['url', 'apiKey'],
      additionalProperties: false,
      properties: {
        url: { type: 'string', title: 'Address, without a path', pattern: '^https?://[^/?#]+$' },
        // These two keywords make it a secret: hidden in forms, struck out of logs, and a `Secret` in your code.
        apiKey: { type: 'string', title: 'API key', minLength: 1, format: 'password', writeOnly: true },
      },
    },
  },
  operations: [
    {
      ...EVERY_OPERATION,
      id: 'read',
      title: 'Read notes',
      effect: 'read',
      repeat: 'safe',
      emits: ['application/json'],
    },
    {
      ...EVERY_OPERATION,
      id: 'create',
      title: 'Create notes',
      effect: 'create',
      // The same document sent twice makes two notes, so a create whose answer was lost must not be sent again.
      repeat: 'unsafe',
      emits: [],
    },
  ],
} as const satisfies ConnectorManifest;
