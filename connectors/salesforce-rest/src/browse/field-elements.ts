import type { FieldDescribe, SObjectDescribe } from '../describe/sobject-describe.js';
import {
  ADDRESS_PARTS,
  type ElementContent,
  LOCATION_PARTS,
  type ModelElement,
  type ValueType,
} from './object-model.js';

const VALUE_TYPES: Readonly<Record<string, ValueType>> = {
  id: 'id',
  reference: 'id',
  boolean: 'boolean',
  int: 'integer',
  long: 'long',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  base64: 'base64',
};
const MAX_PICKLIST_VALUES = 200;

/** The operations that take a record, or a part of one, as their document. */
export type WriteOperation = 'create' | 'update' | 'upsert' | 'delete';

/** Which fields a document of that operation may hold. The field that an upsert goes by stands in the document or not. */
export function writableFields(
  describe: SObjectDescribe,
  operation: WriteOperation,
  keyField?: string,
  isKeyInside = false,
): readonly FieldDescribe[] {
  const isKey = (field: FieldDescribe) => field.name.toLowerCase() === keyField?.toLowerCase();
  switch (operation) {
    case 'create':
      return describe.fields.filter(({ createable }) => createable);
    case 'update':
      return describe.fields.filter(({ updateable, idLookup, type }) => updateable || idLookup || type === 'id');
    case 'upsert':
      return describe.fields.filter((field) =>
        isKey(field) ? isKeyInside : (field.createable || field.updateable) && field.type !== 'id',
      );
    case 'delete':
      return describe.fields.filter(({ type }) => type === 'id');
  }
}

/** Must a document of that operation hold the field? */
export function isRequired(field: FieldDescribe, operation: WriteOperation): boolean {
  if (operation === 'create')
    return field.createable && !field.nillable && !field.defaultedOnCreate && field.type !== 'boolean';
  return operation !== 'upsert' && field.type === 'id';
}

/** A field in a document that is sent. */
export function inputElement(field: FieldDescribe, operation: WriteOperation): ModelElement {
  const value = VALUE_TYPES[field.type] ?? 'text';
  const isLimited = value === 'text' && field.length > 0;
  return {
    name: field.name,
    documentation: documentationOf(field),
    required: isRequired(field, operation),
    nillable: field.type !== 'id' && field.nillable,
    content: { kind: 'value', value, ...(isLimited ? { maxLength: field.length } : {}) },
  };
}

/** A parent record in a document that is sent: named by one of its external ids. */
export function keyElement(field: FieldDescribe): ModelElement {
  return {
    name: field.relationshipName,
    documentation: `The ${field.referenceTo.join(' or ')} of ${field.name}, named by one of its external ids`,
    required: false,
    nillable: false,
    content: { kind: 'key' },
  };
}

/** A field in a record that is read. Formulas and encrypted text may be longer than a describe says, so nothing limits them. */
export function outputElement(field: FieldDescribe): ModelElement {
  return {
    name: field.name,
    documentation: documentationOf(field),
    required: false,
    nillable: true,
    content: outputContent(field.type),
  };
}

function outputContent(type: string): ElementContent {
  if (type === 'address') return { kind: 'compound', parts: ADDRESS_PARTS };
  if (type === 'location') return { kind: 'compound', parts: LOCATION_PARTS };
  if (type === 'complexvalue' || type === 'anyType') return { kind: 'open' };
  const value = VALUE_TYPES[type] ?? 'text';
  // A query gives base64 fields as addresses, and ids of what is not visible in other forms.
  return { kind: 'value', value: value === 'base64' || value === 'id' ? 'text' : value };
}

function documentationOf(field: FieldDescribe): string {
  const kind = field.referenceTo.length > 0 ? `${field.type} to ${field.referenceTo.join(', ')}` : field.type;
  const size = sizeOf(field);
  const choices = field.picklistValues.slice(0, MAX_PICKLIST_VALUES);
  const more = field.picklistValues.length - choices.length;
  const named = more > 0 ? `${choices.join(', ')} and ${more} more` : choices.join(', ');
  const values = choices.length === 0 ? '' : `; ${field.restrictedPicklist ? 'one of' : 'such as'}: ${named}`;
  const key = field.externalId ? '; external id' : '';
  return `${field.label} (${kind}${size}${key})${values}${field.help === '' ? '' : `. ${field.help}`}`;
}

/** How many digits a number may have. The service rounds what has more decimals, so that a schema only tells it. */
function sizeOf({ digits, precision, scale }: FieldDescribe): string {
  if (precision > 0) return `, ${precision} digits${scale > 0 ? `, ${scale} of them decimals` : ''}`;
  return digits > 0 ? `, ${digits} digits` : '';
}
