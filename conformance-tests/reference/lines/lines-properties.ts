import type { JsonSchema, Secret } from '@connector-runtime/core';

/** What CONNECTION_PROPERTIES gives, by the schema below. */
export interface LinesProperties {
  readonly host: string;
  readonly port: number;
  readonly password: Secret;
  /** Sockets at once. */
  readonly concurrent: number;
}

export const CONNECTION: JsonSchema = {
  type: 'object',
  required: ['host', 'port', 'password'],
  additionalProperties: false,
  properties: {
    host: { type: 'string', minLength: 1 },
    port: { type: 'integer', minimum: 1, maximum: 65535 },
    password: { type: 'string', minLength: 1, format: 'password', writeOnly: true },
    concurrent: { type: 'integer', minimum: 1, maximum: 20, default: 4 },
  },
};

export const NO_PROPERTIES: JsonSchema = { type: 'object', additionalProperties: false, properties: {} };

/** `snapshot`: the entries as they are at one moment. */
export const READ: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { snapshot: { type: 'boolean', default: false } },
};

/** Properties of a read that is of a snapshot. */
export const OF_SNAPSHOT: JsonSchema = {
  type: 'object',
  required: ['snapshot'],
  properties: { snapshot: { const: true } },
};
