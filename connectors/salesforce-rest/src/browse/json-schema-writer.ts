import type { Json } from '@connector-runtime/core';
import type { ElementContent, ModelElement, ObjectModel, RecordType, ValueType } from './object-model.js';

type Schema = { [keyword: string]: Json };

const VALUES: Readonly<Record<ValueType, Schema>> = {
  text: { type: 'string' },
  id: { type: 'string', pattern: '^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
  datetime: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}' },
  time: { type: 'string', pattern: '^\\d{2}:\\d{2}:\\d{2}' },
  base64: { type: 'string' },
};

/** The schema of a model as JSON Schema 2020-12, for records in Salesforce's own JSON form. Equal models give equal text. */
export function writeJsonSchema(model: ObjectModel): string {
  const definitions = Object.fromEntries(model.types.map((type) => [type.name, recordSchema(type, model)]));
  if (model.isTree !== true) return written({ $ref: reference(model.rootType), $defs: definitions });
  const tree = recordsOf(model.rootType);
  return written({ $ref: reference(model.root), $defs: { [model.root]: tree, ...definitions } });
}

const ERRORS: Schema = {
  type: 'array',
  items: objectOf(
    {
      statusCode: { type: 'string' },
      message: { type: 'string' },
      fields: { type: 'array', items: { type: 'string' } },
    },
    [],
  ),
};

/** The schema of what the service answers to a tree. */
export function writeJsonTreeResultSchema(): string {
  const result = objectOf({ referenceId: { type: ['string', 'null'] }, id: { type: 'string' }, errors: ERRORS }, [
    'referenceId',
  ]);
  const members = { hasErrors: { type: 'boolean' }, results: { type: 'array', items: result } };
  const root = 'SObjectTreeResponse';
  return written({ $ref: reference(root), $defs: { [root]: objectOf(members, ['hasErrors', 'results']) } });
}

/** The schema of the result that a write gives. */
export function writeJsonResultSchema(): string {
  const members = {
    id: { type: ['string', 'null'] },
    success: { type: 'boolean' },
    created: { type: 'boolean' },
    errors: ERRORS,
    sf__Error: { type: 'string' },
  };
  return written({ $ref: reference('Result'), $defs: { Result: objectOf(members, ['success']) } });
}

function written(schema: Schema): string {
  return JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, undefined, 2);
}

function reference(type: string): string {
  return `#/$defs/${type}`;
}

function objectOf(properties: Readonly<Record<string, Json>>, required: readonly string[]): Schema {
  const schema: Schema = { type: 'object', properties, additionalProperties: false };
  return required.length === 0 ? schema : { ...schema, required };
}

/** A list of records as one that is sent wraps it. */
function recordsOf(type: string): Schema {
  return objectOf({ records: { type: 'array', items: { $ref: reference(type) } } }, ['records']);
}

function recordSchema(type: RecordType, { direction, isTree }: ObjectModel): Schema {
  const text = { type: 'string' };
  const attributes =
    isTree === true
      ? objectOf({ type: text, referenceId: text }, ['type', 'referenceId'])
      : direction === 'input'
        ? objectOf({ type: text }, [])
        : objectOf({ type: text, url: text }, []);
  const members = type.elements.map((member): [string, Json] => [member.name, memberSchema(member, direction)]);
  const required = type.elements.filter((member) => member.required).map(({ name }) => name);
  if (isTree === true) required.unshift('attributes');
  return objectOf(Object.fromEntries([['attributes', attributes], ...members]), required);
}

function memberSchema(member: ModelElement, direction: ObjectModel['direction']): Schema {
  const schema = contentSchema(member.content, direction);
  return { description: member.documentation, ...(member.nillable ? orNull(schema) : schema) };
}

function orNull(schema: Schema): Schema {
  const { type } = schema;
  return typeof type === 'string'
    ? { ...schema, type: [type, 'null'] }
    : schema === ANYTHING
      ? schema
      : { anyOf: [schema, { type: 'null' }] };
}

const ANYTHING: Schema = {};

function contentSchema(content: ElementContent, direction: ObjectModel['direction']): Schema {
  switch (content.kind) {
    case 'value': {
      const schema = VALUES[content.value];
      return content.maxLength === undefined ? schema : { ...schema, maxLength: content.maxLength };
    }
    case 'record':
      return { $ref: reference(content.type) };
    case 'list': {
      if (direction === 'input') return recordsOf(content.type);
      const members = {
        done: { type: 'boolean' },
        nextRecordsUrl: { type: ['string', 'null'] },
        records: { type: 'array', items: { $ref: reference(content.type) } },
        totalSize: { type: 'integer', minimum: 0 },
      };
      return objectOf(members, ['done', 'records', 'totalSize']);
    }
    case 'key':
      return { type: 'object', minProperties: 1 };
    case 'compound':
      return objectOf(Object.fromEntries(content.parts.map(({ name, value }) => [name, orNull(VALUES[value])])), []);
    case 'open':
      return ANYTHING;
  }
}
