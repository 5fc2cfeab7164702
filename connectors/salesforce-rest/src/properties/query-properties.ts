import type { JsonSchema } from '@connector-runtime/core';
import { MAX_PAGE_RECORDS, MAX_PARENT_LEVELS, MIN_PAGE_RECORDS } from '../service-limits.js';
import type { SortDirection } from '../soql/soql-query.js';
import type { Condition, Operator } from '../soql/where-clause.js';
import { type PollProperties, polling } from './bulk-properties.js';
import { type CommonProperties, common } from './common-properties.js';

/** How a statement is run. */
export interface StatementProperties extends CommonProperties, PollProperties {
  readonly pageSize?: number;
  readonly includeDeleted: boolean;
  readonly logSoql: boolean;
}

export type CustomSoqlProperties = StatementProperties;

export interface QueryProperties extends StatementProperties {
  readonly fields?: readonly string[];
  readonly filter?: Condition;
  readonly sort?: readonly { readonly field: string; readonly direction: SortDirection }[];
  readonly limit?: number;
  readonly parentsDepth: number;
  readonly childrenDepth: number;
}

/** The original's names, with what they are in SOQL. */
const OPERATORS = [
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
] as const satisfies readonly Operator[];

const DIRECTIONS = [
  'asc_nulls_first',
  'asc_nulls_last',
  'desc_nulls_first',
  'desc_nulls_last',
] as const satisfies readonly SortDirection[];

/** No part of it is empty. */
const fieldPath = { type: 'string', minLength: 1, pattern: '^[^/]+(?:/[^/]+)*$' } as const;

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
    minimum: MIN_PAGE_RECORDS,
    title: 'Page size',
    description: `Records a page; the service may deviate. At the most ${MAX_PAGE_RECORDS} with RESTAPI. Unset: its own default, which is ${MAX_PAGE_RECORDS} with RESTAPI.`,
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
  then: { type: 'object', properties: { pageSize: { type: 'integer', maximum: MAX_PAGE_RECORDS } } },
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
        'Paths of the fields to read, with / between their parts: Name, Owner/Email for a parent, Who/Type for the object type of a parent that may be of several, Contacts/records/Name for child records. Unset: all fields of the object itself; with BulkAPI2.0 without the compound ones (addresses, locations), whose parts are fields of their own.',
      items: fieldPath,
      minItems: 1,
    },
    filter: {
      $ref: '#/$defs/filter',
      title: 'Filter',
      description: `Which records: {"field","operator","value"}, or {"and":[…]} and {"or":[…]} of them. Operators: ${OPERATORS.join(', ')}. A value is a literal (null too), a list with the _LIST operators, a date literal such as LAST_N_DAYS:30, or {"$property": name} for the member of that name of the input document. "escapeWildcards": true with LIKE takes % and _ for what they are.`,
    },
    sort: {
      type: 'array',
      title: 'Sort',
      description: `In which order: [{"field","direction"}]. Directions: ${DIRECTIONS.join(', ')}. Fields of the object and of its parents.`,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['field'],
        properties: {
          field: { ...fieldPath, title: 'Field' },
          direction: {
            type: 'string',
            title: 'Direction',
            enum: DIRECTIONS,
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
      maximum: MAX_PARENT_LEVELS,
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
        field: { ...fieldPath, title: 'Field' },
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
