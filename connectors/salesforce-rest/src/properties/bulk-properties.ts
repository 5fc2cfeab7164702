import type { JsonSchema } from '@connector-runtime/core';
import type { ColumnDelimiter, LineEnding } from '../csv/csv-form.js';
import { MAX_JOB_BASE64_MEGABYTES, MAX_JOB_BYTES } from '../service-limits.js';
import { assignmentRuleId, common, externalIdFieldName, KEY_NEEDED } from './common-properties.js';

/** The value of `operationApi` that chooses Bulk API 2.0. */
const BULK_API = 'BulkAPI2.0';

/** How often a job is asked how far it is. */
export interface PollProperties {
  readonly pollInitialMs: number;
  readonly pollMaxMs: number;
}

/** Of writes over Bulk API 2.0. */
export interface BulkIngestProperties extends PollProperties {
  readonly payloadFormat: 'xml' | 'json';
  readonly restHeaders?: Readonly<Record<string, string>>;
  readonly batchSize?: number;
  readonly bulkHeader?: string;
  readonly assignmentRuleId?: string;
  readonly returnUpdatedRecord?: boolean;
  readonly externalIdFieldName?: string;
  readonly externalIdValue?: string;
  readonly hardDelete?: boolean;
}

const CSV_BULK_OPERATIONS = ['insert', 'update', 'upsert', 'delete', 'hardDelete', 'query', 'queryAll'] as const;

/** Of CSV Bulk. */
export interface CsvBulkProperties extends PollProperties {
  readonly bulkOperation: (typeof CSV_BULK_OPERATIONS)[number];
  readonly object?: string;
  readonly externalIdFieldName?: string;
  readonly columnDelimiter: ColumnDelimiter;
  readonly lineEnding?: LineEnding;
  readonly assignmentRuleId?: string;
  readonly pageSize?: number;
  readonly restHeaders?: Readonly<Record<string, string>>;
}

/** Holds for properties that choose Bulk API 2.0. */
export const BULK_CHOSEN = {
  type: 'object',
  properties: { operationApi: { const: BULK_API } },
  required: ['operationApi'],
} as const satisfies JsonSchema;

/** Says the same as {@link BULK_CHOSEN}. */
export function asksForBulk({ operationApi }: Readonly<Record<string, unknown>>): boolean {
  return operationApi === BULK_API;
}

/** Of everything that waits for a job. */
export const polling = {
  pollInitialMs: {
    type: 'integer',
    minimum: 10,
    maximum: 600_000,
    default: 1_500,
    title: 'First poll',
    description:
      'With Bulk API 2.0: milliseconds before the status of a job is asked for. The interval grows from there.',
  },
  pollMaxMs: {
    type: 'integer',
    minimum: 10,
    maximum: 600_000,
    default: 60_000,
    title: 'Longest interval between polls',
    description: 'With Bulk API 2.0: in milliseconds.',
  },
} as const;

/** Of every write over Bulk API 2.0. */
export const bulkWriting = {
  ...polling,
  batchSize: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_JOB_BASE64_MEGABYTES,
    title: 'Batch size',
    description: `With Bulk API 2.0: megabytes (1,000,000 bytes) of CSV in a job at the most. Unset: 100. More than ${MAX_JOB_BYTES / 1_000_000} never go into one: the service takes ${MAX_JOB_BASE64_MEGABYTES} MB, counted in base64, which is a third longer.`,
  },
} as const;

/** Of writes that have more columns than an id. */
export const bulkColumns = {
  bulkHeader: {
    type: 'string',
    title: 'CSV field names',
    description:
      'With Bulk API 2.0: the columns to send, with commas between, Owner.Ext__c for the external id of a parent. Fields of documents that are not among them are not sent, but for the Id of an update and the key of an upsert, which always are. Unset: every field that a document names.',
  },
} as const;

export const hardDelete = {
  type: 'boolean',
  default: false,
  title: 'Hard delete',
  description:
    'With Bulk API 2.0: deletes for ever, past the recycle bin; the user needs the permission for it. Refused with the other APIs, which have no such delete.',
} as const;

/** A delete that is to be hard and cannot be is refused: records in the recycle bin are not what was asked for. */
export const HARD_DELETE_OF_BULK = {
  if: BULK_CHOSEN,
  else: {
    type: 'object',
    properties: {
      hardDelete: {
        const: false,
        description: 'only BulkAPI2.0 has a hard delete, records of the other APIs go into the recycle bin',
      },
    },
  },
} as const satisfies JsonSchema;

/** Holds for CSV Bulk's properties that choose one of these. */
function choosing(...operations: readonly (typeof CSV_BULK_OPERATIONS)[number][]) {
  return { type: 'object', required: ['bulkOperation'], properties: { bulkOperation: { enum: operations } } } as const;
}

export const csvBulkPropertiesSchema = {
  type: 'object',
  title: 'CSV Bulk',
  additionalProperties: false,
  required: ['bulkOperation'],
  properties: {
    bulkOperation: {
      type: 'string',
      title: 'Operation',
      description: 'What the job does. query, queryAll: each document is a SOQL statement; the others: a whole CSV.',
      enum: CSV_BULK_OPERATIONS,
    },
    object: {
      type: 'string',
      minLength: 1,
      title: 'Object',
      description: 'Name of the object type. Needed for all but query and queryAll, whose statements name it.',
    },
    externalIdFieldName: {
      ...externalIdFieldName,
      description: 'Of an upsert: name of the field that tells records apart.',
    },
    columnDelimiter: {
      type: 'string',
      title: 'Column delimiter',
      enum: ['COMMA', 'BACKQUOTE', 'CARET', 'PIPE', 'SEMICOLON', 'TAB'],
      default: 'COMMA',
    },
    lineEnding: {
      type: 'string',
      title: 'Line ending',
      description: 'Unset: as each document has it, and LF in the answers to queries.',
      enum: ['LF', 'CRLF'],
    },
    assignmentRuleId: {
      ...assignmentRuleId,
      description: 'The id of an assignment rule, for Account, Case and Lead.',
    },
    pageSize: {
      type: 'integer',
      minimum: 1,
      title: 'Page size',
      description: 'Of queries: rows in an output document at the most. Unset: as the service divides them.',
    },
    restHeaders: common.restHeaders,
    ...polling,
  },
  allOf: [
    {
      if: choosing('insert', 'update', 'upsert', 'delete', 'hardDelete'),
      then: {
        required: ['object'],
        properties: { object: { type: 'string', pattern: '\\S' } },
        description: 'every write needs it',
      },
    },
    { if: choosing('upsert'), then: KEY_NEEDED },
  ],
} as const satisfies JsonSchema;
