import { setImmediate as loopTurn } from 'node:timers/promises';
import type { Json } from '@connector-runtime/core';
import { ERROR_COLUMN } from '../result-columns.js';
import type { ElementContent, ModelElement, ObjectModel, RecordType, ValueType } from './object-model.js';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

type Schema = { [keyword: string]: Json };

const VALUES: Readonly<Record<ValueType, Schema>> = {
  text: { type: 'string' },
  id: { type: 'string', pattern: '^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  long: { type: 'integer' },
  number: { type: 'number' },
  date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
  datetime: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}' },
  time: { type: 'string', pattern: '^\\d{2}:\\d{2}:\\d{2}' },
  base64: { type: 'string' },
};

/** The schema of a model as JSON Schema 2020-12, for records in Salesforce's own JSON form. Equal models give equal text. Others have their turn after each type: there may be hundreds. */
export async function writeJsonSchema(model: ObjectModel, signal: AbortSignal): Promise<string> {
  const isTree = model.isTree === true;
  const definitions: string[] = [];
  for (const type of model.types) {
    definitions.push(`${JSON.stringify(type.name)}: ${recordText(type, model)}`);
    await loopTurn();
    signal.throwIfAborted();
  }
  if (isTree) definitions.unshift(`${JSON.stringify(model.root)}: ${indented(recordsOf(model.rootType), 4)}`);
  if (model.mayBeResult === true) definitions.push(`"Result": ${indented(RESULT, 4)}`);
  const roots = [isTree ? model.root : model.rootType, ...(model.mayBeResult === true ? ['Result'] : [])];
  const [, ...root] = indented(choiceOf(roots), 0).split('\n').slice(0, -1);
  return `{\n  "$schema": "${DRAFT}",\n${root.join('\n')},\n  "$defs": {\n    ${definitions.join(',\n    ')}\n  }\n}`;
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

const RESULT = objectOf(
  {
    id: { type: ['string', 'null'] },
    success: { type: 'boolean' },
    created: { type: 'boolean' },
    errors: ERRORS,
    [ERROR_COLUMN]: { type: 'string' },
  },
  ['success'],
);

/** An error in the list that refuses a whole request. */
const ERROR = objectOf(
  {
    errorCode: { type: 'string' },
    message: { type: 'string' },
    fields: { type: 'array', items: { type: 'string' } },
  },
  ['errorCode'],
);

/** The schema of what the service answers to a tree: a response, or a plain list of errors; the connector's own refusals are results. */
export function writeJsonTreeResultSchema(): string {
  const result = objectOf({ referenceId: { type: ['string', 'null'] }, id: { type: 'string' }, errors: ERRORS }, [
    'referenceId',
  ]);
  const members = { hasErrors: { type: 'boolean' }, results: { type: 'array', items: result } };
  const root = 'SObjectTreeResponse';
  const errors = { Errors: { type: 'array', items: { $ref: reference('Error') } }, Error: ERROR };
  const definitions = { [root]: objectOf(members, ['hasErrors', 'results']), ...errors, Result: RESULT };
  return written({ ...choiceOf([root, 'Errors', 'Result']), $defs: definitions });
}

/** The schema of the result that a write gives. */
export function writeJsonResultSchema(): string {
  return written({ ...choiceOf(['Result']), $defs: { Result: RESULT } });
}

function written(schema: Schema): string {
  return JSON.stringify({ $schema: DRAFT, ...schema }, undefined, 2);
}

function reference(type: string): string {
  return `#/$defs/${type}`;
}

/** What is of one of these types. */
function choiceOf(types: readonly string[]): Schema {
  const [first, ...others] = types.map((type): Schema => ({ $ref: reference(type) }));
  return first === undefined ? {} : others.length === 0 ? first : { anyOf: [first, ...others] };
}

function objectOf(properties: Readonly<Record<string, Json>>, required: readonly string[]): Schema {
  const schema: Schema = { type: 'object', properties, additionalProperties: false };
  return required.length === 0 ? schema : { ...schema, required };
}

/** A list of records as one that is sent wraps it; the service refuses an empty one. */
function recordsOf(type: string): Schema {
  return objectOf({ records: { type: 'array', items: { $ref: reference(type) }, minItems: 1 } }, ['records']);
}

/** Below `$defs`. Written as text, for an object of a thousand members takes milliseconds to build and to write. */
function recordText(type: RecordType, { direction, isTree }: ObjectModel): string {
  const text = { type: 'string' };
  const attributes =
    isTree === true
      ? objectOf({ type: text, referenceId: text }, ['type', 'referenceId'])
      : direction === 'input'
        ? objectOf({ type: text }, [])
        : objectOf({ type: text, url: text }, []);
  const members = type.elements.map(
    (member) => `,\n        ${JSON.stringify(member.name)}: ${memberText(member, direction)}`,
  );
  const required = type.elements.filter((member) => member.required).map(({ name }) => name);
  if (isTree === true) required.unshift('attributes');
  const properties = `"attributes": ${indented(attributes, 8)}${members.join('')}`;
  const rules = `"additionalProperties": false${required.length === 0 ? '' : `,\n      "required": ${indented(required, 6)}`}`;
  return `{\n      "type": "object",\n      "properties": {\n        ${properties}\n      },\n      ${rules}\n    }`;
}

function memberText(member: ModelElement, direction: ObjectModel['direction']): string {
  const { content, documentation, nillable } = member;
  if (content.kind !== 'value' || content.maxLength !== undefined) return indented(memberSchema(member, direction), 8);
  const rules = (nillable ? NULLABLE_TEXTS : VALUE_TEXTS)[content.value];
  return `{\n          "description": ${JSON.stringify(documentation)},\n${rules}\n        }`;
}

/** A value as it is written so far in, without the spaces before its first line. */
function indented(value: Json, spaces: number): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${' '.repeat(spaces)}`);
}

/** The members of a schema of a value, in their place in the text. */
function textsOf(schemas: Readonly<Record<ValueType, Schema>>): Readonly<Record<ValueType, string>> {
  return mapped(schemas, (schema) => indented(schema, 8).split('\n').slice(1, -1).join('\n'));
}

function mapped<T>(
  schemas: Readonly<Record<ValueType, Schema>>,
  map: (schema: Schema) => T,
): Readonly<Record<ValueType, T>> {
  return Object.fromEntries(Object.entries(schemas).map(([value, schema]) => [value, map(schema)])) as Record<
    ValueType,
    T
  >;
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

const VALUE_TEXTS = textsOf(VALUES);
const NULLABLE_TEXTS = textsOf(mapped(VALUES, orNull));

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
