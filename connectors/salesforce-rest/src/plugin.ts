import type { ConnectorManifest, OperationVariant, Properties } from '@connector-runtime/core';
import { definePlugin } from '@connector-runtime/core/authoring';
import { SalesforceConnection } from './connection/salesforce-connection.js';
import { SalesforceSession } from './connection/session.js';
import { DescribeCache } from './describe/describe-cache.js';
import { asksForBulk, BULK_CHOSEN, csvBulkPropertiesSchema } from './properties/bulk-properties.js';
import { connectionPropertiesSchema, MAX_CONCURRENT_REQUESTS } from './properties/connection-properties.js';
import { inJsonToo } from './properties/payload-variants.js';
import { customSoqlPropertiesSchema, queryPropertiesSchema } from './properties/query-properties.js';
import {
  asksForCollections,
  COLLECTIONS_CHOSEN,
  createPropertiesSchema,
  createTreePropertiesSchema,
  deletePropertiesSchema,
  updatePropertiesSchema,
  upsertPropertiesSchema,
} from './properties/write-properties.js';
import { MAX_BODY_BYTES, MAX_COLLECTION_RECORDS, MAX_SOQL_BYTES } from './service-limits.js';
import { ApiUsage } from './transport/api-usage.js';
import { CSV, JSON_TYPE, XML } from './transport/headers.js';
import { SalesforceTransport } from './transport/salesforce-transport.js';
import { SESSION_SOURCE } from './transport/session-source.js';

/** What the original allows where a document is taken apart. */
const MAX_PARSED_BYTES = 1_000_000;

/** Of writes whose properties ask for it: many records in a request. */
const collections = {
  id: 'collections',
  when: COLLECTIONS_CHOSEN,
  batch: { maxDocuments: MAX_COLLECTION_RECORDS, atomic: 'option' },
  limits: { maxDocumentBytes: MAX_PARSED_BYTES, maxInFlight: 10, stopWithinMs: 2_000 },
} as const satisfies OperationVariant;

/** Of writes that send a request for each document. */
const inRequests = { maxInFlight: MAX_CONCURRENT_REQUESTS, stopWithinMs: 2_000 } as const;

/** Of what is done in jobs. After an abort a job is aborted too, and its results are read. */
const inJobs = { maxInFlight: 1, stopWithinMs: 10_000 } as const;
const bulk = {
  id: 'bulk',
  when: BULK_CHOSEN,
  // An answer that is lost is made good by what the job says of itself: nothing is applied twice.
  repeat: 'safe',
  order: 'any',
  resumable: true,
  reconciles: true,
  limits: { ...inJobs, maxDocumentBytes: MAX_PARSED_BYTES },
} as const satisfies OperationVariant;

const IN_JSON = { accepts: [JSON_TYPE], emits: [JSON_TYPE] } as const;

/** What the write operations have in common. */
const write = {
  objectType: 'required',
  accepts: [XML],
  emits: [XML],
  order: 'input',
  resumable: false,
  reconciles: false,
  variants: inJsonToo(IN_JSON, [collections, bulk]),
} as const;

const manifest = {
  id: 'salesforce-rest',
  version: '0.1.0',
  contract: '^1.0',
  title: 'Salesforce REST',
  configVersion: 1,
  egress: [
    'https://*.salesforce.com',
    'https://*.my.salesforce.com',
    'https://*.force.com',
    '{/url}',
    '{/authenticationUrl}',
    '{/tokenUrl}',
  ],
  connection: { properties: connectionPropertiesSchema, concurrency: '/concurrent', interactiveLogin: true },
  browse: { schemas: ['xsd', 'json-schema'], lazyFields: true },
  operations: [
    {
      id: 'query',
      title: 'Query',
      effect: 'read',
      repeat: 'safe',
      properties: queryPropertiesSchema,
      objectType: 'required',
      accepts: [XML, JSON_TYPE],
      emits: [XML],
      order: 'input',
      resumable: false,
      reconciles: false,
      variants: inJsonToo({ accepts: [JSON_TYPE, XML], emits: [JSON_TYPE] }, [
        { id: 'bulk', when: BULK_CHOSEN, limits: { ...inJobs, maxDocumentBytes: MAX_PARSED_BYTES } },
      ]),
      limits: { maxDocumentBytes: MAX_PARSED_BYTES, maxInFlight: 2, stopWithinMs: 2_000 },
    },
    {
      id: 'customSoql',
      title: 'Custom SOQL query',
      effect: 'read',
      repeat: 'safe',
      properties: customSoqlPropertiesSchema,
      objectType: 'none',
      // Files of SOQL have no media type of their own.
      accepts: ['text/plain', 'application/octet-stream'],
      emits: [XML],
      order: 'input',
      resumable: false,
      reconciles: false,
      variants: inJsonToo({ emits: [JSON_TYPE] }, [
        { id: 'bulk', when: BULK_CHOSEN, limits: { ...inJobs, maxDocumentBytes: MAX_SOQL_BYTES } },
      ]),
      limits: { maxDocumentBytes: MAX_SOQL_BYTES, maxInFlight: 2, stopWithinMs: 2_000 },
    },
    {
      ...write,
      id: 'create',
      title: 'Create',
      effect: 'create',
      repeat: 'unsafe',
      properties: createPropertiesSchema,
      limits: { maxDocumentBytes: MAX_BODY_BYTES, ...inRequests },
    },
    {
      ...write,
      id: 'update',
      title: 'Update',
      effect: 'update',
      repeat: 'safe',
      properties: updatePropertiesSchema,
      limits: { maxDocumentBytes: MAX_PARSED_BYTES, ...inRequests },
    },
    {
      ...write,
      id: 'upsert',
      title: 'Upsert',
      effect: 'upsert',
      repeat: 'keyed',
      properties: upsertPropertiesSchema,
      limits: { maxDocumentBytes: MAX_BODY_BYTES, ...inRequests },
    },
    {
      ...write,
      id: 'delete',
      title: 'Delete',
      effect: 'delete',
      repeat: 'safe',
      properties: deletePropertiesSchema,
      limits: { maxDocumentBytes: MAX_PARSED_BYTES, ...inRequests },
    },
    {
      ...write,
      id: 'createTree',
      title: 'Create tree',
      variants: inJsonToo(IN_JSON),
      effect: 'create',
      repeat: 'unsafe',
      properties: createTreePropertiesSchema,
      limits: { maxDocumentBytes: MAX_BODY_BYTES, ...inRequests },
    },
    {
      id: 'csvBulk',
      title: 'CSV Bulk',
      effect: 'mixed',
      repeat: 'safe',
      properties: csvBulkPropertiesSchema,
      objectType: 'none',
      accepts: [CSV, 'text/plain'],
      emits: [CSV],
      order: 'input',
      resumable: true,
      reconciles: true,
      // A CSV is streamed, and held to what a job takes; a statement to its own length.
      limits: { ...inJobs, maxDocumentBytes: -1 },
    },
  ],
} as const satisfies ConnectorManifest;

/** The Salesforce REST connector. Classes of operations and of browse are imported when they are chosen: what is not used costs no start. */
export const salesforceRest = definePlugin({
  manifest,
  connection: SalesforceConnection,
  shared: [ApiUsage, SalesforceTransport, DescribeCache, [SESSION_SOURCE, SalesforceSession]],
  browse: async () => (await import('./browse/sobject-browser.js')).SObjectBrowser,
  operations: {
    query: async (properties) =>
      asksForBulk(properties)
        ? (await import('./operations/bulk/bulk-query-operation.js')).BulkQueryOperation
        : (await import('./operations/rest/query-operation.js')).QueryOperation,
    customSoql: async (properties) =>
      asksForBulk(properties)
        ? (await import('./operations/bulk/bulk-custom-soql-operation.js')).BulkCustomSoqlOperation
        : (await import('./operations/rest/custom-soql-operation.js')).CustomSoqlOperation,
    create: (properties) =>
      writeOperation(properties, async () => (await import('./operations/rest/create-operation.js')).CreateOperation),
    update: (properties) =>
      writeOperation(properties, async () => (await import('./operations/rest/update-operation.js')).UpdateOperation),
    upsert: (properties) =>
      writeOperation(properties, async () => (await import('./operations/rest/upsert-operation.js')).UpsertOperation),
    delete: (properties) =>
      writeOperation(properties, async () => (await import('./operations/rest/delete-operation.js')).DeleteOperation),
    createTree: async () => (await import('./operations/rest/create-tree-operation.js')).CreateTreeOperation,
    csvBulk: async () => (await import('./operations/bulk/csv-bulk-operation.js')).CsvBulkOperation,
  },
});

/** The class of a write for the API that the properties ask for; `single` gives that of one record a request. */
async function writeOperation<T>(properties: Properties, single: () => Promise<T>) {
  if (asksForBulk(properties)) return (await import('./operations/bulk/bulk-ingest-operation.js')).BulkIngestOperation;
  if (asksForCollections(properties))
    return (await import('./operations/collections/collections-operation.js')).CollectionsOperation;
  return single();
}
