import type { JsonSchema } from '@connector-runtime/core';
import { type BatchProperties, batchProperties } from './batch-properties.js';
import {
  bulkColumns,
  bulkWriting,
  csvBulkPropertiesSchema as csvBulkSchema,
  hardDelete,
  type PollProperties,
  polling,
} from './bulk-properties.js';

/** Properties that every operation has. */
export interface CommonProperties {
  readonly operationApi: 'RESTAPI' | 'COMPOSITEAPI' | 'BulkAPI2.0';
  readonly payloadFormat: 'xml' | 'json';
  readonly restHeaders?: Readonly<Record<string, string>>;
}

export type FilterValue = string | number | boolean | null | { readonly $property: string };

/** A term or group of a query's filter. */
export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | {
      readonly field: string;
      readonly operator: string;
      readonly value: FilterValue | readonly FilterValue[];
      readonly escapeWildcards?: boolean;
    };

export type SortDirection = 'asc_nulls_first' | 'asc_nulls_last' | 'desc_nulls_first' | 'desc_nulls_last';

/** How a statement is run. */
export interface StatementProperties extends CommonProperties, PollProperties {
  readonly pageSize?: number;
  readonly includeDeleted: boolean;
  readonly logSoql: boolean;
}

export type CustomSoqlProperties = StatementProperties;

export interface QueryProperties extends StatementProperties {
  readonly fields?: readonly string[];
  readonly filter?: Filter;
  readonly sort?: readonly { readonly field: string; readonly direction: SortDirection }[];
  readonly limit?: number;
  readonly parentsDepth: number;
  readonly childrenDepth: number;
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

/** The original's names, with what they are in SOQL. */
export const OPERATORS = [
  'EQUALS',
  'NOT_EQUALS',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUALS',
  'LESS_THAN',
  'LESS_THAN_OR_EQUALS',
  'LIKE',
  'IN_LIST',
  'NOT_IN_LIST',
  'INCLUDES_LIST',
  'EXCLUDES_LIST',
] as const;

const common = {
  operationApi: {
    type: 'string',
    title: 'Operation API',
    description: "Which of Salesforce's APIs does the work. RESTAPI: one request per document.",
    enum: ['RESTAPI'],
    default: 'RESTAPI',
  },
  payloadFormat: {
    type: 'string',
    title: 'Payload format',
    description: "Form of the documents, in and out. json: records in Salesforce's own JSON form.",
    enum: ['xml', 'json'],
    default: 'xml',
  },
  restHeaders: {
    type: 'object',
    title: 'REST request headers',
    description:
      'Further headers of each request, by name. Accept, Content-Type, Authorization and those of the connection itself cannot be set.',
    'x-dynamic': true,
    patternProperties: {
      "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$": { type: 'string', pattern: '^[\\t\\x20-\\x7e\\x80-\\xff]*$' },
    },
    additionalProperties: false,
  },
} as const;

const writing = {
  ...common,
  operationApi: {
    ...common.operationApi,
    description:
      "Which of Salesforce's APIs does the work. RESTAPI: one request per document. COMPOSITEAPI: one request per batch of documents (sObject Collections). BulkAPI2.0: jobs of many records.",
    enum: ['RESTAPI', 'COMPOSITEAPI', 'BulkAPI2.0'],
  },
  ...batchProperties,
  ...bulkWriting,
} as const;

const assignmentRuleId = {
  type: 'string',
  title: 'Assignment rule',
  description: 'TRUE, FALSE or the id of an assignment rule, for Account, Case and Lead.',
  pattern: '^\\s*(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[0-9A-Za-z]{15}|[0-9A-Za-z]{18})?\\s*$',
  'x-dynamic': true,
} as const;

const filterValue = {
  description: 'A literal, or {"$property": name}: the member of that name of the input document.',
  anyOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    {
      type: 'object',
      additionalProperties: false,
      required: ['$property'],
      properties: { $property: { type: 'string', minLength: 1 } },
    },
  ],
} as const;

const statement = {
  ...polling,
  operationApi: {
    ...common.operationApi,
    description:
      "Which of Salesforce's APIs does the work. RESTAPI: pages of records. BulkAPI2.0: a job, for very many records.",
    enum: ['RESTAPI', 'BulkAPI2.0'],
  },
  pageSize: {
    type: 'integer',
    minimum: 200,
    title: 'Page size',
    description:
      'Records a page; the service may deviate. At the most 2000 with RESTAPI. Unset: its own default, which is 2000 with RESTAPI.',
  },
  includeDeleted: {
    type: 'boolean',
    default: false,
    title: 'Include deleted',
    description: 'Reads deleted and archived records too.',
  },
  logSoql: {
    type: 'boolean',
    default: false,
    title: 'Log SOQL',
    description: 'Writes the statement into the log before it is sent.',
  },
} as const;

/** The largest page that a request for one may ask for; jobs have larger ones. */
const pageSizeOfRest = {
  if: { type: 'object', properties: { operationApi: { const: 'RESTAPI' } } },
  then: { type: 'object', properties: { pageSize: { type: 'integer', maximum: 2000 } } },
} as const;

export const customSoqlPropertiesSchema = {
  type: 'object',
  title: 'Custom SOQL',
  additionalProperties: false,
  properties: { ...common, ...statement },
  ...pageSizeOfRest,
} as const satisfies JsonSchema;

export const queryPropertiesSchema = {
  type: 'object',
  title: 'Query',
  additionalProperties: false,
  properties: {
    ...common,
    fields: {
      type: 'array',
      title: 'Fields',
      description:
        'Paths of the fields to read: Name, Owner/Email, Contacts/records/Name. Unset: all fields of the object itself.',
      items: { type: 'string', minLength: 1 },
      minItems: 1,
    },
    filter: {
      $ref: '#/$defs/filter',
      title: 'Filter',
      description: 'Which records: {"field","operator","value"}, or {"and":[…]} and {"or":[…]} of them.',
    },
    sort: {
      type: 'array',
      title: 'Sort',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['field'],
        properties: {
          field: { type: 'string', minLength: 1, title: 'Field' },
          direction: {
            type: 'string',
            title: 'Direction',
            enum: ['asc_nulls_first', 'asc_nulls_last', 'desc_nulls_first', 'desc_nulls_last'],
            default: 'asc_nulls_first',
          },
        },
      },
    },
    limit: {
      type: 'integer',
      minimum: 1,
      title: 'Limit',
      description: 'Number of records to read at the most.',
      'x-dynamic': true,
    },
    ...statement,
    parentsDepth: {
      type: 'integer',
      minimum: 0,
      maximum: 5,
      default: 0,
      title: 'Levels of parents',
      description: 'For browsing: how many levels of parent records the schema shows.',
    },
    childrenDepth: {
      type: 'integer',
      minimum: 0,
      maximum: 2,
      default: 0,
      title: 'Levels of children',
      description: 'For browsing: 0 no child records, 1 child records, 2 with their parents.',
    },
  },
  ...pageSizeOfRest,
  $defs: {
    filter: {
      type: 'object',
      additionalProperties: false,
      properties: {
        and: { type: 'array', title: 'All of', items: { $ref: '#/$defs/filter' } },
        or: { type: 'array', title: 'Any of', items: { $ref: '#/$defs/filter' } },
        field: { type: 'string', minLength: 1, title: 'Field' },
        operator: { type: 'string', title: 'Operator', enum: OPERATORS },
        value: {
          title: 'Value',
          anyOf: [filterValue, { type: 'array', items: filterValue }],
        },
        escapeWildcards: {
          type: 'boolean',
          title: 'Escape wildcards',
          description: 'With LIKE: takes % and _ in the value for what they are.',
        },
      },
      if: { required: ['and'] },
      then: { maxProperties: 1 },
      else: {
        if: { required: ['or'] },
        then: { maxProperties: 1 },
        else: { required: ['field', 'operator', 'value'] },
      },
    },
  },
} as const satisfies JsonSchema;

export const createPropertiesSchema = {
  type: 'object',
  title: 'Create',
  additionalProperties: false,
  properties: { ...writing, ...bulkColumns, assignmentRuleId },
} as const satisfies JsonSchema;

export const updatePropertiesSchema = {
  type: 'object',
  title: 'Update',
  additionalProperties: false,
  properties: {
    ...writing,
    ...bulkColumns,
    assignmentRuleId,
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
    assignmentRuleId,
    externalIdFieldName: {
      type: 'string',
      minLength: 1,
      title: 'External id field',
      description: 'Name of the field that tells records apart. Needed to run.',
    },
    externalIdValue: {
      type: 'string',
      title: 'External id value',
      description: "Of the document's record; empty or unset: a new record is created.",
      'x-dynamic': true,
    },
  },
} as const satisfies JsonSchema;

export const deletePropertiesSchema = {
  type: 'object',
  title: 'Delete',
  additionalProperties: false,
  properties: { ...writing, hardDelete },
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

export const csvBulkPropertiesSchema = csvBulkSchema({ restHeaders: common.restHeaders, assignmentRuleId });
