import type { ConnectorManifest, Secret } from '@connector-runtime/core';

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
  browse: { schemas: ['json-schema'], lazyFields: false },
  operations: [
    {
      id: 'read',
      title: 'Read records',
      effect: 'read',
      repeat: 'safe',
      properties: { type: 'object', additionalProperties: false, properties: {} },
      objectType: 'required',
      accepts: ['application/json'],
      emits: ['application/json'],
      order: 'input',
      resumable: false,
      reconciles: false,
      limits: { maxDocumentBytes: 100_000, maxInFlight: 4, stopWithinMs: 5_000 },
    },
    {
      id: 'create',
      title: 'Create records',
      effect: 'create',
      // The same document sent twice makes two records, so a create whose answer was lost must not be sent again.
      repeat: 'unsafe',
      properties: { type: 'object', additionalProperties: false, properties: {} },
      objectType: 'required',
      accepts: ['application/json'],
      emits: [],
      batch: { maxDocuments: 50, atomic: 'never' },
      order: 'input',
      resumable: false,
      reconciles: false,
      limits: { maxDocumentBytes: 100_000, maxInFlight: 4, stopWithinMs: 5_000 },
    },
  ],
} as const satisfies ConnectorManifest;

/** What CONNECTION_PROPERTIES injects: the properties above, checked by the host. */
export interface ConnectionProperties {
  readonly url: string;
  readonly apiKey: Secret;
}
