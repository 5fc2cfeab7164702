import type { Json } from '@connector-runtime/core';
import { protocolError } from '../transport/refusals.js';

/** What is kept of a field's describe. A `type`, for it goes into the cache as JSON. */
export type FieldDescribe = {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** The service's word: `string`, `picklist`, `reference`, … */
  readonly type: string;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly digits: number;
  readonly custom: boolean;
  readonly nillable: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly defaultedOnCreate: boolean;
  readonly externalId: boolean;
  readonly idLookup: boolean;
  readonly unique: boolean;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly restrictedPicklist: boolean;
  readonly picklistValues: readonly string[];
  readonly referenceTo: readonly string[];
  /** Empty where the field leads to no parent record. */
  readonly relationshipName: string;
};

/** Tells of what object type a parent is. */
const PARENT_TYPE: FieldDescribe = {
  name: 'Type',
  label: 'Object type',
  help: '',
  type: 'picklist',
  length: 0,
  precision: 0,
  scale: 0,
  digits: 0,
  custom: false,
  nillable: true,
  createable: false,
  updateable: false,
  defaultedOnCreate: false,
  externalId: false,
  idLookup: false,
  unique: false,
  filterable: true,
  sortable: true,
  restrictedPicklist: true,
  picklistValues: [],
  referenceTo: [],
  relationshipName: '',
};

export type ChildRelationship = { readonly relationshipName: string; readonly childSObject: string };

/** What is kept of an object type's describe. Source: Salesforce REST API Developer Guide, "sObject Describe". */
export type SObjectDescribe = {
  readonly name: string;
  readonly label: string;
  /** What the ids of its records begin with; empty where the service tells none. */
  readonly keyPrefix: string;
  readonly custom: boolean;
  readonly queryable: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly deletable: boolean;
  readonly fields: readonly FieldDescribe[];
  readonly children: readonly ChildRelationship[];
};

/** An entry of the list of object types. */
export type SObjectEntry = Omit<SObjectDescribe, 'fields' | 'children'>;

/** Reads an answer of `…/describe`. */
export function parseDescribe(answer: Json): SObjectDescribe {
  const entry = recordOf(answer);
  const children = listOf(entry['childRelationships']).flatMap((item) => {
    const child = recordOf(item);
    const relationshipName = textOf(child['relationshipName']);
    const childSObject = textOf(child['childSObject']);
    return relationshipName === '' || childSObject === '' ? [] : [{ relationshipName, childSObject }];
  });
  const describe = { ...parseEntry(answer), fields: listOf(entry['fields']).map(parseField), children };
  if (describe.fields.length === 0) {
    throw protocolError('DESCRIBE_UNREADABLE', `the describe of ${describe.name} lists no fields`, 'none');
  }
  return describe;
}

/** Reads an answer of `…/sobjects`. */
export function parseObjectList(answer: Json): readonly SObjectEntry[] {
  return listOf(recordOf(answer)['sobjects']).map(parseEntry);
}

/** Object types that a lookup leads to. Below a parent of several types each may have one of that name, to types of its own. */
export function lookupTargets(holders: readonly SObjectDescribe[], relationshipName: string): readonly string[] {
  const name = relationshipName.toLowerCase();
  const lookups = holders.flatMap(({ fields }) =>
    fields.filter((field) => field.relationshipName !== '' && field.relationshipName.toLowerCase() === name),
  );
  return [...new Set(lookups.flatMap(({ referenceTo }) => referenceTo))];
}

/**
 * The describes of a lookup's targets as SOQL shows them. Of a lookup to several object types `Type` tells which of them the parent is, even where one has a field of that name.
 * `targets`: those of `objectTypes` that the user can see. Source: SOQL and SOSL Reference, "Understanding Polymorphic Keys and Relationships".
 */
export function asParents(
  targets: readonly SObjectDescribe[],
  objectTypes: readonly string[],
): readonly SObjectDescribe[] {
  if (objectTypes.length < 2) return targets;
  const parentType: FieldDescribe = { ...PARENT_TYPE, picklistValues: objectTypes };
  return targets.map((target) => ({
    ...target,
    fields: [...target.fields.filter(({ name }) => name !== PARENT_TYPE.name), parentType],
  }));
}

/** Does it hold the values of other fields together, as `BillingAddress` does those of `BillingCity` and its like? */
export function isCompound({ type }: Pick<FieldDescribe, 'type'>): boolean {
  return type === 'address' || type === 'location';
}

function parseEntry(value: Json): SObjectEntry {
  const entry = recordOf(value);
  const name = textOf(entry['name']);
  if (!/^\w+$/.test(name))
    throw protocolError('DESCRIBE_UNREADABLE', 'a describe holds an object type without a name', 'none');
  return {
    name,
    label: textOf(entry['label']) || name,
    keyPrefix: textOf(entry['keyPrefix']),
    custom: entry['custom'] === true,
    queryable: entry['queryable'] === true,
    createable: entry['createable'] === true,
    updateable: entry['updateable'] === true,
    deletable: entry['deletable'] === true,
  };
}

function parseField(value: Json): FieldDescribe {
  const field = recordOf(value);
  const name = textOf(field['name']);
  if (!/^\w+$/.test(name))
    throw protocolError('DESCRIBE_UNREADABLE', 'a describe holds a field without a name', 'none');
  // Member by member: describes have hundreds of fields, and a function for each of them doubled the time.
  const referenceTo = listOf(field['referenceTo']).filter((target) => typeof target === 'string');
  return {
    name,
    label: textOf(field['label']) || name,
    help: textOf(field['inlineHelpText']),
    type: textOf(field['type']) || 'string',
    length: countOf(field['length']),
    precision: countOf(field['precision']),
    scale: countOf(field['scale']),
    digits: countOf(field['digits']),
    custom: field['custom'] === true,
    nillable: field['nillable'] === true,
    createable: field['createable'] === true,
    updateable: field['updateable'] === true,
    defaultedOnCreate: field['defaultedOnCreate'] === true,
    externalId: field['externalId'] === true,
    idLookup: field['idLookup'] === true,
    unique: field['unique'] === true,
    filterable: field['filterable'] === true,
    sortable: field['sortable'] === true,
    restrictedPicklist: field['restrictedPicklist'] === true,
    picklistValues: activeValues(listOf(field['picklistValues'])),
    referenceTo,
    relationshipName: referenceTo.length === 0 ? '' : textOf(field['relationshipName']),
  };
}

function activeValues(choices: readonly Json[]): readonly string[] {
  const values: string[] = [];
  for (const item of choices) {
    const choice = recordOf(item);
    if (choice['active'] !== false) values.push(textOf(choice['value']));
  }
  return values;
}

function recordOf(value: Json | undefined): Readonly<Record<string, Json>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw protocolError('DESCRIBE_UNREADABLE', 'a describe is not what the service promises', 'none');
  }
  return value as Readonly<Record<string, Json>>;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function countOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
