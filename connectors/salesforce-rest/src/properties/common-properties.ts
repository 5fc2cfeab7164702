import { RESERVED_HEADERS } from '../transport/headers.js';

/** A pattern has no way of its own to say "in any case". */
const reservedInAnyCase = [...RESERVED_HEADERS]
  .map((name) => name.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`))
  .join('|');

/** The names of headers that a user may set. */
const freeHeader = `^(?!(?:${reservedInAnyCase})$)[!#$%&'*+.^_\`|~0-9A-Za-z-]+$`;

/** Properties that every operation has. */
export interface CommonProperties {
  readonly operationApi: 'RESTAPI' | 'COMPOSITEAPI' | 'BulkAPI2.0';
  readonly payloadFormat: 'xml' | 'json';
  readonly restHeaders?: Readonly<Record<string, string>>;
}

/** The schemas of {@link CommonProperties}. */
export const common = {
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
      [freeHeader]: { type: 'string', pattern: '^[\\t\\x20-\\x7e\\x80-\\xff]*$' },
    },
    additionalProperties: false,
  },
} as const;

/** Of writes that may assign an owner. */
export const assignmentRuleId = {
  type: 'string',
  title: 'Assignment rule',
  description: 'TRUE, FALSE or the id of an assignment rule, for Account, Case and Lead.',
  pattern: '^\\s*(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[0-9A-Za-z]{15}|[0-9A-Za-z]{18})?\\s*$',
  'x-dynamic': true,
} as const;

/** Of upserts. */
export const externalIdFieldName = {
  type: 'string',
  minLength: 1,
  pattern: '\\S',
  title: 'External id field',
} as const;

/** Of upserts: none runs without the field. A part of their schema and not in its `required`: what documents look like can be asked without it. */
export const KEY_NEEDED = { required: ['externalIdFieldName'], description: 'an upsert needs it' } as const;
