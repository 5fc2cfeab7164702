import type { ConnectorPlugin, Json, JsonSchema, OperationDescriptor } from '@connector-runtime/core';
import { definePlugin } from '@connector-runtime/core/authoring';
import { ItemsBrowse } from './items-browse.js';
import { ItemsClient } from './items-client.js';
import { ItemsConnection } from './items-connection.js';
import {
  CreateItems,
  DeleteItems,
  ExportItems,
  MAX_ITEM_BYTES,
  ReadItems,
  UpdateItems,
  UploadFiles,
  UpsertItems,
} from './items-operations.js';
import { ItemsSession } from './items-session.js';

const CONNECTION: JsonSchema = {
  type: 'object',
  required: ['url', 'password'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', pattern: '^https?://' },
    password: { type: 'string', minLength: 1, format: 'password', writeOnly: true },
    concurrent: { type: 'integer', minimum: 1, maximum: 10, default: 4 },
    labels: { type: 'object', additionalProperties: false, properties: { tenant: { type: 'string' } } },
  },
};

const NO_PROPERTIES: JsonSchema = { type: 'object', additionalProperties: false, properties: {} };

const ITEM_OPERATION = {
  repeat: 'safe',
  properties: NO_PROPERTIES,
  objectType: 'required',
  accepts: ['application/json'],
  emits: ['application/json'],
  order: 'input',
  resumable: false,
  reconciles: false,
  limits: { maxDocumentBytes: MAX_ITEM_BYTES, maxInFlight: 4, stopWithinMs: 1_000 },
} as const satisfies Partial<OperationDescriptor>;

/** A small good plugin over HTTP with every ability of the contract but login by browser: what the suite's mutants are made from. */
const itemsPlugin: ConnectorPlugin = definePlugin({
  manifest: {
    id: 'items',
    version: '1.2.0',
    contract: '^1.0',
    title: 'Items',
    configVersion: 2,
    egress: ['{/url}'],
    connection: { properties: CONNECTION, concurrency: '/concurrent' },
    browse: { schemas: ['json-schema', 'xsd'], lazyFields: true },
    operations: [
      { ...ITEM_OPERATION, id: 'read', title: 'Read items', effect: 'read', resumable: true },
      { ...ITEM_OPERATION, id: 'export', title: 'Export items by a job', effect: 'read' },
      {
        ...ITEM_OPERATION,
        id: 'create',
        title: 'Create items',
        effect: 'create',
        repeat: 'unsafe',
        properties: {
          type: 'object',
          additionalProperties: false,
          properties: { allOrNone: { type: 'boolean', default: false }, tag: { type: 'string', 'x-dynamic': true } },
        },
        batch: { maxDocuments: 10, atomic: 'option' },
        reconciles: true,
        variants: [
          {
            id: 'atomic',
            when: { type: 'object', required: ['allOrNone'], properties: { allOrNone: { const: true } } },
            batch: { maxDocuments: 10, atomic: 'always' },
          },
        ],
      },
      { ...ITEM_OPERATION, id: 'update', title: 'Update items', effect: 'update' },
      { ...ITEM_OPERATION, id: 'upsert', title: 'Upsert items', effect: 'upsert' },
      { ...ITEM_OPERATION, id: 'delete', title: 'Delete items', effect: 'delete' },
      {
        ...ITEM_OPERATION,
        id: 'upload',
        title: 'Upload files',
        effect: 'create',
        repeat: 'unsafe',
        objectType: 'none',
        properties: {
          type: 'object',
          additionalProperties: false,
          properties: { name: { type: 'string', minLength: 1, 'x-dynamic': true } },
        },
        accepts: ['application/octet-stream'],
        emits: [],
        limits: { ...ITEM_OPERATION.limits, maxDocumentBytes: -1 },
      },
    ],
  },
  connection: ItemsConnection,
  browse: () => ItemsBrowse,
  operations: {
    read: () => ReadItems,
    export: () => ExportItems,
    create: () => CreateItems,
    update: () => UpdateItems,
    upsert: () => UpsertItems,
    delete: () => DeleteItems,
    upload: () => UploadFiles,
  },
  shared: [ItemsSession, ItemsClient],
  migrate: (fromVersion, properties) =>
    fromVersion === 1 ? renamed(properties as Readonly<Record<string, Json>>) : properties,
});

/** Version 1 called the password `token`. */
function renamed({ token, ...kept }: Readonly<Record<string, Json>>): Json {
  return token === undefined ? kept : { ...kept, password: token };
}

export default itemsPlugin;
