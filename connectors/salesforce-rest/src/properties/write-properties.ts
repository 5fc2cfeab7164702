import type { JsonSchema } from '@connector-runtime/core';
import { MAX_COLLECTION_RECORDS } from '../service-limits.js';
import { bulkColumns, bulkWriting, HARD_DELETE_OF_BULK, hardDelete } from './bulk-properties.js';
import {
  assignmentRuleId,
  type CommonProperties,
  common,
  externalIdFieldName,
  KEY_NEEDED,
} from './common-properties.js';

/** Of writes: how many records go into one request. */
interface BatchProperties {
  readonly batchCount?: number;
  readonly allOrNone: boolean;
}

export interface CreateProperties extends CommonProperties, BatchProperties {
  readonly assignmentRuleId?: string;
}

export interface UpdateProperties extends CreateProperties {
  readonly returnUpdatedRecord: boolean;
}

export interface UpsertProperties extends CreateProperties {
  readonly externalIdFieldName?: string;
  readonly externalIdValue?: string;
}

export type DeleteProperties = CommonProperties & BatchProperties;

/** What a write of collections may be given. */
export type CollectionsProperties = DeleteProperties & Partial<UpdateProperties & UpsertProperties>;

export interface CreateTreeProperties {
  readonly payloadFormat: 'xml' | 'json';
  readonly restHeaders?: Readonly<Record<string, string>>;
  readonly assignmentRuleId?: string;
}

const batchProperties = {
  batchCount: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_COLLECTION_RECORDS,
    title: 'Batch count',
    description: `Records in a request at the most. Unset: ${MAX_COLLECTION_RECORDS} with COMPOSITEAPI, 1 with RESTAPI; more than 1 with RESTAPI is done as with COMPOSITEAPI.`,
  },
  allOrNone: {
    type: 'boolean',
    default: false,
    title: 'All or none',
    description:
      'With batches: either every record of a request is written or none. A document that cannot be sent, for want of an id or for its form, is in no request; one with other dynamic properties is in another. No effect on requests of one record or bulk jobs.',
  },
} as const;

const writing = {
  ...common,
  operationApi: {
    ...common.operationApi,
    description:
      "Which of Salesforce's APIs does the work. RESTAPI: one request per document. COMPOSITEAPI: one request per batch of documents (sObject Collections). BulkAPI2.0: jobs of many records. A document that names another object type is refused; COMPOSITEAPI creates and updates records of the type that a document names.",
    enum: ['RESTAPI', 'COMPOSITEAPI', 'BulkAPI2.0'],
  },
  ...batchProperties,
  ...bulkWriting,
} as const;

const ruleOfAnyApi = {
  ...assignmentRuleId,
  description: `${assignmentRuleId.description} With Bulk API 2.0 the id only.`,
} as const;

export const createPropertiesSchema = {
  type: 'object',
  title: 'Create',
  additionalProperties: false,
  properties: { ...writing, ...bulkColumns, assignmentRuleId: ruleOfAnyApi },
} as const satisfies JsonSchema;

export const updatePropertiesSchema = {
  type: 'object',
  title: 'Update',
  additionalProperties: false,
  properties: {
    ...writing,
    ...bulkColumns,
    assignmentRuleId: ruleOfAnyApi,
    returnUpdatedRecord: {
      type: 'boolean',
      default: false,
      title: 'Return updated record',
      description: 'Reads the record in the same request; it is the body of the result. For RESTAPI, one by one.',
    },
  },
} as const satisfies JsonSchema;

export const upsertPropertiesSchema = {
  type: 'object',
  title: 'Upsert',
  additionalProperties: false,
  properties: {
    ...writing,
    ...bulkColumns,
    assignmentRuleId: ruleOfAnyApi,
    externalIdFieldName: {
      ...externalIdFieldName,
      description: 'Name of the field that tells records apart. Needed to run.',
    },
    externalIdValue: {
      type: 'string',
      title: 'External id value',
      description:
        'Key of the record, not read from the document by RESTAPI: empty, blank or unset, a new record is created. Used by BulkAPI2.0 where the document lacks the field. COMPOSITEAPI reads the field of the document only.',
      'x-dynamic': true,
    },
  },
  allOf: [KEY_NEEDED],
} as const satisfies JsonSchema;

export const deletePropertiesSchema = {
  type: 'object',
  title: 'Delete',
  additionalProperties: false,
  properties: { ...writing, hardDelete },
  ...HARD_DELETE_OF_BULK,
} as const satisfies JsonSchema;

export const createTreePropertiesSchema = {
  type: 'object',
  title: 'Create tree',
  additionalProperties: false,
  properties: {
    payloadFormat: common.payloadFormat,
    restHeaders: common.restHeaders,
    assignmentRuleId,
    childrenDepth: {
      type: 'integer',
      minimum: 0,
      maximum: 5,
      default: 0,
      title: 'Levels of children',
      description: 'For browsing: how many levels of child records the schema shows.',
    },
  },
} as const satisfies JsonSchema;

/** Holds for properties of a write that choose requests of many records. */
export const COLLECTIONS_CHOSEN = {
  type: 'object',
  anyOf: [
    { type: 'object', properties: { operationApi: { const: 'COMPOSITEAPI' } }, required: ['operationApi'] },
    {
      type: 'object',
      properties: { operationApi: { const: 'RESTAPI' }, batchCount: { type: 'integer', minimum: 2 } },
      required: ['operationApi', 'batchCount'],
    },
  ],
} as const satisfies JsonSchema;

/** Says the same as {@link COLLECTIONS_CHOSEN}. */
export function asksForCollections({ operationApi, batchCount }: Readonly<Record<string, unknown>>): boolean {
  return (
    operationApi === 'COMPOSITEAPI' || (operationApi === 'RESTAPI' && typeof batchCount === 'number' && batchCount > 1)
  );
}
